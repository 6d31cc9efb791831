"""E-mail: in through Mailgun and Postmark, as django-anymail reads their webhooks, or as a signed MIME message; out by
the installation's own mail server.

Sources: anymail.dev (inbound webhooks), RFC 5322 (Message-ID, References). The secret is Mailgun's signing key, the
password in the address that Postmark calls, or what the MIME message is signed with; the address is where people write
to.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.inbound import AnymailInboundMessage
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from config.web import mail
from config.web.mail import AUTO_GENERATED
from config.web.text import one_line

from .mail_bounds import bound_form, bound_json, parse
from .mail_reading import CHANNEL, MALFORMED, message_id, read_mail
from .message import InboundMessage, Receipt, RefusedError, SendFailedError, UnreadableError, clean
from .signing import check_signature

MAX_BODY = 35 * 1024 * 1024  # bytes; Postmark's own bound
# Whom Postmark's calls sign in as.
USER = "vestibule"
# A call of Mailgun's is taken up for so long: its signature says nothing of the message it comes with.
FRESH = 24 * 3600  # seconds


class StoredRequest(HttpRequest):
    """A request as anymail reads it, made of what was kept of one: headers, content type and raw body."""

    body: bytes = b""

    def __init__(self, headers: Mapping[str, str], body: bytes, content_type: str) -> None:
        super().__init__()
        self.method, self.body = "POST", body
        named = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
        self.META = {**named, "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
        self.content_type, self.content_params = parse_header_parameters(content_type)
        if self.content_type == "multipart/form-data":
            handlers = [_InMemory(self)]
            self.POST, self.FILES = MultiPartParser(self.META, BytesIO(body), handlers, "utf-8").parse()  # type: ignore[assignment]
        elif self.content_type == "application/x-www-form-urlencoded":
            self.POST = QueryDict(body.decode("utf-8", "replace"))


class _InMemory(MemoryFileUploadHandler):
    """Files stay where the body is already: in memory."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


def _mailgun(connection: Any) -> Any:
    return MailgunInboundWebhookView(webhook_signing_key=connection.secret)


def _postmark(connection: Any) -> Any:
    return PostmarkInboundWebhookView(webhook_secret=f"{USER}:{connection.secret}")


VIEWS: dict[str, Callable[[Any], Any]] = {"mailgun": _mailgun, "postmark": _postmark}
BOUNDS: dict[str, Callable[[Any], None]] = {"mailgun": bound_form, "postmark": bound_json}


def verify(connection: Any, headers: Mapping[str, str], body: bytes, content_type: str) -> str:
    """Raises RefusedError unless the provider, or whoever knows the secret, sent it.

    Returns what tells this call from others: Mailgun signs a token, not the body, which is therefore taken once; ""
    where the body itself does.
    """
    if not connection.secret:
        raise RefusedError("no secret")
    if connection.provider not in VIEWS:
        check_signature(connection.secret, body, headers.get("X-Vestibule-Signature-256", ""))
        return ""
    try:
        request = StoredRequest(headers, body, content_type)
        if connection.provider == "mailgun" and not request.POST:
            raise RefusedError("no form")  # Its JSON is about what was sent.
        VIEWS[connection.provider](connection).run_validators(request)
        return _token(request) if connection.provider == "mailgun" else ""
    except (AnymailWebhookValidationFailure, SuspiciousOperation, MultiPartParserError, *MALFORMED) as error:
        raise RefusedError(type(error).__name__) from None


def _token(request: HttpRequest) -> str:
    """Mailgun's token of the call. Raises RefusedError for one of long ago, which somebody may have found."""
    at, token = request.POST.get("timestamp", ""), request.POST.get("token", "")
    if not (at.isascii() and at.isdigit() and abs(time.time() - int(at[:15])) < FRESH and token):
        raise RefusedError("out of date")
    return token


def read(connection: Any, body: bytes, content_type: str) -> Iterator[InboundMessage | Receipt]:
    """The message of one e-mail; the test of a connection holds none. Raises UnreadableError when it is no e-mail."""
    try:
        letter, provider_id = _parsed(connection, body, content_type)
        found = None if message_id(letter) == _test_id(connection) else read_mail(letter, provider_id)
    except RecursionError:
        # Parts within parts, or brackets within brackets, without an end.
        raise UnreadableError("nested too deeply") from None
    if found:
        yield found


def _parsed(connection: Any, body: bytes, content_type: str) -> tuple[AnymailInboundMessage, str]:
    """The e-mail, and the provider's own id of it."""
    if connection.provider not in VIEWS:
        return parse(body), ""
    try:
        request = StoredRequest({}, body, content_type)
        if raw := request.POST.get("body-mime"):
            letter = parse(raw.encode())
            letter.envelope_sender = request.POST.get("sender")
            return letter, ""
        BOUNDS[connection.provider](request)
        event = VIEWS[connection.provider](connection).parse_events(request)[0]
    except (AnymailError, ImproperlyConfigured, MultiPartParserError, SuspiciousOperation, *MALFORMED) as error:
        raise UnreadableError(type(error).__name__) from None
    return event.message, clean(event.event_id, 200) if connection.provider == "postmark" else ""


def send(connection: Any, message: Any) -> str:
    """Send an e-mail as a reply to the ones before it and return its Message-ID.

    Raises SendFailedError when the mail server does not accept it.
    """
    id = f"<{message.pk}@{_host()}>"
    headers = {"Message-ID": id}
    # No header takes others as they are.
    if references := [reference for reference in message.references if reference.isascii()]:
        headers |= {"In-Reply-To": references[-1], "References": " ".join(references)}
    before = _answered(message)
    context = {"message": message, "before": before, "pro": message.pro}
    if before:
        context["quoted"] = "\n".join(f"> {line}" for line in before.text.splitlines())
    _mail("message", context, connection, to=message.address, language=message.contact.language, headers=headers)
    return id


def test(connection: Any) -> str:
    """Send a mail to the connection's own address, which shows as the last message received when it has come back.

    Returns that address. Raises SendFailedError when the mail server does not take it.
    """
    headers = {"Message-ID": _test_id(connection), **AUTO_GENERATED}
    context = {"connection": connection}
    _mail("channel_test", context, connection, to=connection.address, language=connection.pro.language, headers=headers)
    return str(connection.address)


def _mail(template: str, context: dict[str, Any], connection: Any, **options: Any) -> None:
    try:
        mail.send(template, context, sender=connection.pro.name, reply_to=connection.address, **options)
    except OSError as error:
        reason = _("The mail server did not take it (%(what)s).") % {"what": _in_words(error)}
        raise SendFailedError(reason, is_final=_is_final(error)) from None


def _is_final(error: OSError) -> bool:
    """Whether the server refuses whom it is for, for good: it does so the next time too (RFC 5321, 4.2.1)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _said in error.recipients.values())


def _in_words(error: OSError) -> str:
    """What the mail server said, or what stood in its way."""
    said: list[tuple[int, Any]] = []
    if isinstance(error, SMTPRecipientsRefused):
        said = list(error.recipients.values())
    elif isinstance(error, SMTPResponseException):
        said = [(error.smtp_code, error.smtp_error)]
    lines = [f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in said]
    return one_line(", ".join(lines) or str(error)) or type(error).__name__


def _answered(message: Any) -> Any:
    """The e-mail that a message answers, if it came in here."""
    received = message.contact.messages.filter(channel=CHANNEL, state="received", is_automatic=False)
    received = received.filter(created_at__lt=message.created_at)
    return received.order_by("-created_at", "-id").first() if message.references else None


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _test_id(connection: Any) -> str:
    return f"<test.{connection.verify_token}@{_host()}>"
