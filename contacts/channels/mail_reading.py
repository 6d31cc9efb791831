"""Read an e-mail: its sender, text and files, the e-mails that it answers, and whether a person wrote it.

Sources: RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 3464 (delivery status).
"""

import codecs
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

from anymail.inbound import AnymailInboundMessage
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from config.web.mail import is_answerable
from config.web.text import one_line

from ..addresses import email_key
from .mail_limits import MAX_FILES, REPORT_TYPES, RETURNED_TYPES
from .mail_text import html_to_text, split_quoted
from .message import File, InboundMessage
from .payload import clean_text

CHANNEL = "email"
MAX_REFERENCES = 20
MAX_RETURNED_HEADERS = 100_000  # bytes; the headers of a returned e-mail
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post")
ROBOT_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-response-suppress", "x-failed-recipients")
# Exceptions of the standard library's parser for malformed e-mails.
MALFORMED = (ValueError, LookupError, AttributeError, TypeError, IndexError, UnboundLocalError, RecursionError)
# Decoding takes the square of the length, and no mail program writes these.
SLOW_CHARSETS = ("punycode", "idna")


def read_mail(email: AnymailInboundMessage, provider_id: str) -> InboundMessage:
    """Read an e-mail; `provider_id` is the provider's own id of it, used where there is no Message-ID."""
    name, address = _sender(email)
    text, quoted = split_quoted(_text(email))
    is_address = _is_address(address)
    return InboundMessage(
        external_id=message_id(email) or provider_id or _digest(email, text),
        # E-mails without a sender share one contact.
        identities=((CHANNEL, email_key(address) or "-"),),
        address=address if is_address else "",
        name=name or address,
        text=clean_text(text),
        email=address if is_address else "",
        subject=one_line(_header(email, "Subject")),
        quoted=clean_text(quoted),
        files=tuple(_files(email))[:MAX_FILES],
        references=_references(email),
        is_automatic=_is_automatic(email, address),
        about=_returned_message_id(email),
        is_returned=_is_returned(email),
    )


def _header(email: EmailMessage, name: str) -> str:
    with suppress(*MALFORMED):
        return clean_text(str(email.get(name, "")))
    return ""


def _addresses(email: EmailMessage, name: str) -> list[tuple[str, str]]:
    """(name, address) of each address in a header."""
    pairs = getaddresses([_header(email, name)], strict=False)
    return [(one_line(display_name), address.strip()[:254]) for display_name, address in pairs if "@" in address]


def _sender(email: AnymailInboundMessage) -> tuple[str, str]:
    """(name, address) of the sender, ("", "") for none.

    A portal that writes in somebody's name sends from an address that takes no answers: then the sender is the one to
    whom the answer goes.
    """
    writers = _addresses(email, "From") or [("", clean_text(email.envelope_sender, 254))]
    name, address = writers[0]
    if not is_answerable(address):
        replies = _addresses(email, "Reply-To")
        answerable = [reply for reply in replies if is_answerable(reply[1]) and _is_address(reply[1])]
        return answerable[0] if answerable else (name, address)
    return name, address


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _text(email: AnymailInboundMessage) -> str:
    """Plain text, else the text of the HTML."""
    if (text := _body(email, "text/plain").strip()) != "":
        return text
    return html_to_text(_body(email, "text/html"))


def _body(email: EmailMessage, content_type: str) -> str:
    for part in email.walk():
        if part.get_content_type() == content_type and not _is_file(part):
            data = _content(part)
            charset = str(part.get_content_charset("utf-8"))
            with suppress(LookupError, ValueError):
                if codecs.lookup(charset).name not in SLOW_CHARSETS:
                    return clean_text(data.decode(charset, "strict"))
            return clean_text(data.decode("cp1252", "replace"))
    return ""


def _is_file(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_filename(part))


def _filename(part: EmailMessage) -> str:
    with suppress(*MALFORMED):
        return clean_text(part.get_filename() or "", 1000)
    return ""


def _files(email: EmailMessage) -> Iterator[File]:
    # An e-mail within the e-mail is one file, not all of its parts.
    remaining = [email]
    while remaining:
        part = remaining.pop(0)
        if part is not email and (_is_file(part) or part.get_content_maintype() == "message"):
            yield File(_filename(part) or _("Unnamed file"), _content(part))
        elif part.is_multipart():
            remaining = [*part.get_payload(), *remaining]


def _content(part: Any) -> bytes:
    with suppress(*MALFORMED, AssertionError):
        return part.get_content_bytes() or b""
    return b""


def message_id(email: EmailMessage) -> str:
    """Message-ID with its brackets, "" for none."""
    return next(iter(MESSAGE_ID.findall(_header(email, "Message-ID"))), "")


def _references(email: EmailMessage) -> tuple[str, ...]:
    """Message-IDs of the e-mails before an answer to this one, this one included, oldest first."""
    names = ("References", "In-Reply-To", "Message-ID")
    ids = dict.fromkeys(id for name in names for id in MESSAGE_ID.findall(_header(email, name)))
    return tuple(ids)[-MAX_REFERENCES:]


def _digest(email: EmailMessage, text: str) -> str:
    """An id for an e-mail without one."""
    fields = [_header(email, name) for name in ("From", "Date", "Subject")]
    return "sha256:" + hashlib.sha256(repr([*fields, text]).encode()).hexdigest()


def _is_automatic(email: AnymailInboundMessage, address: str) -> bool:
    """True if nobody expects an answer: an auto-reply, a bounce, a mailing list, a program."""
    submitted = _header(email, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = _header(email, "Precedence").strip().lower()
    return (
        submitted not in ("", "no")
        or precedence in ("bulk", "list", "junk", "auto_reply")
        or any(name in email for name in (*LIST_HEADERS, *ROBOT_HEADERS))
        or _is_bounce(email)
        or not is_answerable(address)
    )


def _is_bounce(email: AnymailInboundMessage) -> bool:
    """True if the sender is empty, or the e-mail reports on a delivery."""
    has_no_sender = _header(email, "Return-Path").strip() == "<>" or email.envelope_sender == ""
    return has_no_sender or email.get_content_type() == "multipart/report"


def _is_returned(email: AnymailInboundMessage) -> bool:
    """True if it reports a failed delivery; other reports are about delays, deliveries and readers (RFC 3464)."""
    reports = [part for part in email.walk() if part.get_content_type() in REPORT_TYPES]
    with suppress(*MALFORMED):
        return any(re.search(r"(?im)^action:[ \t]*failed\b", _report_text(part)) for part in reports)
    return False


def _report_text(part: EmailMessage) -> str:
    return part.as_string() if part.is_multipart() else _content(part).decode("latin-1")


def _returned_message_id(email: AnymailInboundMessage) -> str:
    """Message-ID of the e-mail that a bounce is about; "" for an e-mail that is no bounce."""
    if not _is_bounce(email):
        return ""
    returned = [part for part in email.walk() if part is not email and part.get_content_type() in RETURNED_TYPES]
    before = [*MESSAGE_ID.findall(_header(email, "In-Reply-To")), *_references(email)]
    return next(filter(None, [*map(_repeated_message_id, returned), *before]), "")


def _repeated_message_id(part: EmailMessage) -> str:
    """Message-ID of the e-mail that a report repeats, whole or its headers alone."""
    inner: Any = part.get_payload()
    if isinstance(inner, list):
        return message_id(inner[0]) if inner else ""
    headers = re.split(r"\r?\n\r?\n", _content(part)[:MAX_RETURNED_HEADERS].decode("latin-1"), maxsplit=1)[0]
    return next(iter(re.findall(r"(?im)^message-id:\s*(<[^<>\s]{1,250}>)", headers)), "")
