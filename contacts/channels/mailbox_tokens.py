"""Access tokens for a mailbox, by OAuth 2 with a refresh token. Source: RFC 6749, 6 (refreshing)."""

import json
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from config.outgoing import OutgoingError, send_request
from config.web.text import one_line

from ..models import MailboxSettings
from .mailbox_errors import MailboxError

MAX_ANSWER = 64 * 1024  # bytes
# A token is renewed this long before its end, which is an hour after its issue where the server says nothing.
MARGIN = timedelta(minutes=2)
USUAL_LIFETIME = 3600  # seconds


def get_access_token(mailbox: MailboxSettings) -> str:
    """The mailbox's access token, a new one if needed; "" for a mailbox with a password. Raises MailboxError."""
    if not mailbox.refresh_token:
        return ""
    expires_at = mailbox.access_token_expires_at
    if not mailbox.access_token or not expires_at or expires_at < timezone.now() + MARGIN:
        _refresh(mailbox)
    return mailbox.access_token


def reject_access_token(mailbox: MailboxSettings) -> None:
    """Forget an access token that a server refused, so that the next sign-in asks for a new one."""
    _store_tokens(mailbox, access_token="")


def _refresh(mailbox: MailboxSettings) -> None:
    answer = _request_token(mailbox)
    token = answer.get("access_token")
    # It goes into a line of the protocol.
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise MailboxError(_("The token server gave no access token (%(what)s).") % {"what": _refusal(answer)})
    lifetime = USUAL_LIFETIME
    with suppress(TypeError, ValueError, OverflowError):
        lifetime = max(0, min(int(answer.get("expires_in", USUAL_LIFETIME)), 24 * USUAL_LIFETIME))
    fields: dict[str, Any] = {"access_token_expires_at": timezone.now() + timedelta(seconds=lifetime)}
    renewed = answer.get("refresh_token")
    if isinstance(renewed, str) and renewed.isprintable() and renewed:
        # Microsoft gives a new one each time, and the former one ends.
        fields["refresh_token"] = renewed
    _store_tokens(mailbox, access_token=token, **fields)


def _store_tokens(mailbox: MailboxSettings, **fields: Any) -> None:
    # Only for the sign-in that it belongs to: the Pro may have entered another one, or ended it.
    for name, value in fields.items():
        setattr(mailbox, name, value)
    stored = MailboxSettings.objects.filter(pk=mailbox.pk).first()
    if stored and stored.refresh_token and (stored.username, stored.client_id) == (mailbox.username, mailbox.client_id):
        MailboxSettings.objects.filter(pk=mailbox.pk).update(**fields)


def _request_token(mailbox: MailboxSettings) -> dict[str, Any]:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": mailbox.refresh_token,
        "client_id": mailbox.client_id,
        "client_secret": mailbox.client_secret,
    }
    try:
        answer = send_request(
            "POST",
            mailbox.token_url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode({name: value for name, value in form.items() if value}).encode(),
            timeout=settings.CHANNEL_TIMEOUT,
            max_size=MAX_ANSWER,
        )
    except OutgoingError as error:
        raise MailboxError(_("The token server cannot be reached (%(what)s).") % {"what": error.reason}) from None
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        return content
    reason = f"{answer.status} {HTTPStatus(answer.status).phrase}" if answer.status in list(HTTPStatus) else ""
    raise MailboxError(_("The token server gave no access token (%(what)s).") % {"what": reason or answer.status})


def _refusal(answer: dict[str, Any]) -> str:
    """The server's own words (RFC 6749, 5.2)."""
    texts = [answer.get(name) for name in ("error", "error_description")]
    return one_line(": ".join(text for text in texts if isinstance(text, str)), 160) or _("without a reason")
