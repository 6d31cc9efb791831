"""E-mail: in through Mailgun and Postmark, as django-anymail reads their webhooks, or as a signed MIME message; out by
the installation's own mail server.

Sources: anymail.dev (inbound webhooks); RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 3464
(delivery status). The secret is Mailgun's signing key, the password in the address that Postmark calls, or what the
MIME message is signed with; the address is where people write to.
"""

import codecs
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.utils import getaddresses
from io import BytesIO
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.inbound import AnymailInboundMessage
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.core.validators import validate_email
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from config.web import mail
from config.web.mail import AUTO_GENERATED, is_answerable
from config.web.text import one_line

from ..models.identity import email_key
from .mail_bounds import MAX_FILES, REPORTS, RETURNED, bound_form, bound_json, parse
from .mail_text import fold_quoted, from_html
from .message import File, Message, Receipt, Refused, SendFailed, Unreadable, clean
from .signing import check_signature

MAX_BODY = 35 * 1024 * 1024  # bytes; Postmark's own bound
CHANNEL = "email"
# Whom Postmark's calls sign in as.
USER = "vestibule"
# A call of Mailgun's is taken up for so long: its signature says nothing of the message it comes with.
FRESH = 24 * 3600  # seconds
MAX_REFERENCES = 20
MAX_REPEATED = 100_000  # bytes; the headers of an e-mail that came back
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
LISTS = ("list-id", "list-unsubscribe", "list-post")
ROBOTS = ("x-autoreply", "x-autorespond", "x-auto-response-suppress", "x-failed-recipients")
# What a malformed e-mail makes the standard library's parser raise, somewhere.
MALFORMED = (ValueError, LookupError, AttributeError, TypeError, IndexError, UnboundLocalError, RecursionError)
# Takes the square of the length to read, and no mail program writes it.
SLOW_CHARSETS = ("punycode", "idna")


class StoredRequest(HttpRequest):
    """A request as anymail reads it, made of what was kept of one: headers, content type and raw body.

    Raises RequestDataTooBig when the fields of a form are larger than this installation takes.
    """

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
    """Raises Refused unless the provider, or whoever knows the secret, sent it; RequestDataTooBig for a huge form.

    Returns what tells this call from others: Mailgun signs a token, not the body, which is therefore taken once; ""
    where the body itself does.
    """
    if not connection.secret:
        raise Refused("no secret")
    if connection.provider not in VIEWS:
        check_signature(connection.secret, body, headers.get("X-Vestibule-Signature-256", ""))
        return ""
    try:
        request = StoredRequest(headers, body, content_type)
        if connection.provider == "mailgun" and not request.POST:
            raise Refused("no form")  # Its JSON is about what was sent.
        VIEWS[connection.provider](connection).run_validators(request)
        return _token(request) if connection.provider == "mailgun" else ""
    except RequestDataTooBig:
        raise
    except (AnymailWebhookValidationFailure, SuspiciousOperation, MultiPartParserError, *MALFORMED) as error:
        raise Refused(type(error).__name__) from None


def _token(request: HttpRequest) -> str:
    """Mailgun's token of the call. Raises Refused for one of long ago, which somebody may have found."""
    at, token = request.POST.get("timestamp", ""), request.POST.get("token", "")
    if not (at.isascii() and at.isdigit() and abs(time.time() - int(at[:15])) < FRESH and token):
        raise Refused("out of date")
    return token


def read(connection: Any, body: bytes, content_type: str) -> Iterator[Message | Receipt]:
    """The message of one e-mail; the test of a connection holds none. Raises Unreadable when it is no e-mail."""
    try:
        letter, provider_id = _parsed(connection, body, content_type)
        found = None if _message_id(letter) == _test_id(connection) else _read_mail(letter, provider_id)
    except RecursionError:
        # Parts within parts, or brackets within brackets, without an end.
        raise Unreadable("nested too deeply") from None
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
        raise Unreadable(type(error).__name__) from None
    return event.message, clean(event.event_id, 200) if connection.provider == "postmark" else ""


def _read_mail(letter: AnymailInboundMessage, provider_id: str) -> Message:
    name, address = _sender(letter)
    text, quoted = fold_quoted(_text(letter))
    is_address = _is_address(address)
    return Message(
        external_id=_message_id(letter) or provider_id or _digest(letter, text),
        # Mail without a sender is somebody's too: of all who do not say.
        identities=((CHANNEL, email_key(address) or "-"),),
        address=address if is_address else "",
        name=name or address,
        text=clean(text),
        email=address if is_address else "",
        subject=one_line(_header(letter, "Subject")),
        quoted=clean(quoted),
        files=tuple(_files(letter))[:MAX_FILES],
        references=_references(letter),
        is_automatic=_is_automatic(letter, address),
        about=_about(letter),
        is_returned=_is_returned(letter),
    )


def _header(letter: EmailMessage, name: str) -> str:
    with suppress(*MALFORMED):
        return clean(str(letter.get(name, "")))
    return ""


def _addresses(letter: EmailMessage, name: str) -> list[tuple[str, str]]:
    found = getaddresses([_header(letter, name)], strict=False)
    return [(one_line(words), address.strip()[:254]) for words, address in found if "@" in address]


def _sender(letter: AnymailInboundMessage) -> tuple[str, str]:
    """(name, address) of who wrote it; ("", "") when nobody says.

    What a portal sends in somebody's name comes from a machine: then it is from whom the answer is to go to.
    """
    writers = _addresses(letter, "From") or [("", clean(letter.envelope_sender, 254))]
    name, address = writers[0]
    if not is_answerable(address):
        others = [
            reply for reply in _addresses(letter, "Reply-To") if is_answerable(reply[1]) and _is_address(reply[1])
        ]
        return others[0] if others else (name, address)
    return name, address


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _text(letter: AnymailInboundMessage) -> str:
    """The plain words before those of HTML."""
    if (text := _body(letter, "text/plain").strip()) != "":
        return text
    return from_html(_body(letter, "text/html"))


def _body(letter: EmailMessage, kind: str) -> str:
    for found in letter.walk():
        if found.get_content_type() == kind and not _is_file(found):
            data = _content(found)
            charset = str(found.get_content_charset("utf-8"))
            with suppress(LookupError, ValueError):
                if codecs.lookup(charset).name not in SLOW_CHARSETS:
                    return clean(data.decode(charset, "strict"))
            return clean(data.decode("cp1252", "replace"))
    return ""


def _is_file(found: EmailMessage) -> bool:
    """Whether a part is a file of its own, and not what the e-mail says."""
    return found.get_content_disposition() == "attachment" or bool(_filename(found))


def _filename(found: EmailMessage) -> str:
    with suppress(*MALFORMED):
        return clean(found.get_filename() or "", 1000)
    return ""


def _files(letter: EmailMessage) -> Iterator[File]:
    # An e-mail within the e-mail is one file, not all of its parts.
    waiting = [letter]
    while waiting:
        found = waiting.pop(0)
        if found is not letter and (_is_file(found) or found.get_content_maintype() == "message"):
            yield File(_filename(found) or _("Unnamed file"), _content(found))
        elif found.is_multipart():
            waiting = [*found.get_payload(), *waiting]


def _content(found: Any) -> bytes:
    with suppress(*MALFORMED, AssertionError):
        return found.get_content_bytes() or b""
    return b""


def _message_id(letter: EmailMessage) -> str:
    return next(iter(MESSAGE_ID.findall(_header(letter, "Message-ID"))), "")


def _references(letter: EmailMessage) -> tuple[str, ...]:
    """The e-mails before an answer to this one, and itself, oldest first."""
    names = ("References", "In-Reply-To", "Message-ID")
    found = dict.fromkeys(id for name in names for id in MESSAGE_ID.findall(_header(letter, name)))
    return tuple(found)[-MAX_REFERENCES:]


def _digest(letter: EmailMessage, text: str) -> str:
    """What tells an e-mail without an id from others."""
    words = [_header(letter, name) for name in ("From", "Date", "Subject")]
    return "sha256:" + hashlib.sha256(repr([*words, text]).encode()).hexdigest()


def _is_automatic(letter: AnymailInboundMessage, address: str) -> bool:
    """Whether no person is waiting for an answer: an auto-reply, a bounce, a list, a machine."""
    submitted = _header(letter, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = _header(letter, "Precedence").strip().lower()
    return (
        submitted not in ("", "no")
        or precedence in ("bulk", "list", "junk", "auto_reply")
        or any(name in letter for name in (*LISTS, *ROBOTS))
        or _is_bounce(letter)
        or not is_answerable(address)
    )


def _is_bounce(letter: AnymailInboundMessage) -> bool:
    """Whether it comes from nobody, or reports on a delivery."""
    is_from_nobody = _header(letter, "Return-Path").strip() == "<>" or letter.envelope_sender == ""
    return is_from_nobody or letter.get_content_type() == "multipart/report"


def _is_returned(letter: AnymailInboundMessage) -> bool:
    """Whether it reports that an e-mail was not delivered; others report delays, deliveries and readers (RFC 3464)."""
    reports = [part for part in letter.walk() if part.get_content_type() in REPORTS]
    with suppress(*MALFORMED):
        return any(re.search(r"(?im)^action:[ \t]*failed\b", _report(part)) for part in reports)
    return False


def _report(found: EmailMessage) -> str:
    return found.as_string() if found.is_multipart() else _content(found).decode("latin-1")


def _about(letter: AnymailInboundMessage) -> str:
    """The id of the e-mail that a bounce is about; "" for what is none."""
    if not _is_bounce(letter):
        return ""
    returned = [part for part in letter.walk() if part is not letter and part.get_content_type() in RETURNED]
    before = [*MESSAGE_ID.findall(_header(letter, "In-Reply-To")), *_references(letter)]
    return next(filter(None, [*map(_returned_id, returned), *before]), "")


def _returned_id(found: EmailMessage) -> str:
    """The id of the e-mail that a report repeats, whole or its headers alone."""
    inner: Any = found.get_payload()
    if isinstance(inner, list):
        return _message_id(inner[0]) if inner else ""
    headers = re.split(r"\r?\n\r?\n", _content(found)[:MAX_REPEATED].decode("latin-1"), maxsplit=1)[0]
    return next(iter(re.findall(r"(?im)^message-id:\s*(<[^<>\s]{1,250}>)", headers)), "")


def send(connection: Any, message: Any) -> str:
    """Send an e-mail that answers the ones before it; returns its Message-ID. Raises SendFailed while the mail server
    does not take it."""
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

    Returns that address. Raises SendFailed when the mail server does not take it.
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
        raise SendFailed(reason, is_final=_is_final(error)) from None


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
