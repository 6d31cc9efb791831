"""Calls of a provider of mail about sent mails: delivered, returned, reported as spam. django-anymail reads them.

Source: anymail.dev (tracking webhooks). The secret is Mailgun's signing key, or the password in the address that
Postmark and Brevo call.
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.http.multipartparser import MultiPartParserError

from config.web.mail import METADATA
from config.web.refusals import is_mailbox_gone

from .email import MAILGUN_MAX_AGE, StoredRequest, load_view
from .mail_headers import MALFORMED
from .message import RefusedError, UnreadableError

MAX_BODY = 1024 * 1024  # bytes
MAX_WORDS = 2000
DELIVERED, RETURNED, COMPLAINED = "delivered", "returned", "complained"
# A rejected mail is one that the provider does not even try to send, mostly as its address bounced before.
KINDS = {
    EventType.DELIVERED: DELIVERED,
    EventType.BOUNCED: RETURNED,
    EventType.REJECTED: RETURNED,
    EventType.COMPLAINED: COMPLAINED,
}
VIEWS = {
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailgun": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
}


class MailEvent(NamedTuple):
    """Event of a mail: `token` is the one that it was sent with, `recipient` the address that it went to.

    `is_gone`: there is no such mailbox.
    """

    kind: str
    token: str
    recipient: str
    is_gone: bool


def read_events(
    provider: str, secret: str, headers: Mapping[str, str], body: bytes, content_type: str
) -> list[MailEvent]:
    """Read a provider's call. Raises RefusedError unless it comes from the provider, and UnreadableError."""
    view = load_view(VIEWS[provider], provider, secret)
    try:
        request = StoredRequest(headers, body, content_type)
        view.run_validators(request)
        if provider == "mailgun":
            _check_time(json.loads(body)["signature"]["timestamp"])
    except (SuspiciousOperation, MultiPartParserError, *MALFORMED) as error:
        raise RefusedError(type(error).__name__) from None
    try:
        return list(_known_events(view.parse_events(request)))
    except (ImproperlyConfigured, OverflowError, OSError, *MALFORMED) as error:
        raise UnreadableError(type(error).__name__) from None


def _check_time(timestamp: object) -> None:
    """Raise RefusedError for an old call of Mailgun's, which somebody may have found."""
    if abs(time.time() - int(str(timestamp)[:15])) > MAILGUN_MAX_AGE:
        raise RefusedError("out of date")


def _known_events(events: list[AnymailTrackingEvent]) -> Iterator[MailEvent]:
    for event in events:
        metadata = event.metadata if isinstance(event.metadata, dict) else {}
        token, recipient = metadata.get(METADATA), event.recipient
        if (kind := KINDS.get(event.event_type)) and isinstance(token, str) and isinstance(recipient, str):
            yield MailEvent(kind, token, recipient[:320].replace("\0", ""), _is_gone(event))


def _is_gone(event: AnymailTrackingEvent) -> bool:
    # Anymail gives soft and hard returns one reason, so that the mail server's words are what tells.
    words = event.mta_response or event.description or ""
    return is_mailbox_gone(str(words)[:MAX_WORDS]) or event.reject_reason == RejectReason.INVALID
