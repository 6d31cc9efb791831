"""What an e-mail says: who wrote it, its words and files, what it answers, and whether a person wrote it at all.

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
from .mail_bounds import MAX_FILES, REPORTS, RETURNED
from .mail_text import fold_quoted, from_html
from .message import File, InboundMessage, clean

CHANNEL = "email"
MAX_REFERENCES = 20
MAX_REPEATED = 100_000  # bytes; the headers of an e-mail that came back
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
LISTS = ("list-id", "list-unsubscribe", "list-post")
ROBOTS = ("x-autoreply", "x-autorespond", "x-auto-response-suppress", "x-failed-recipients")
# What a malformed e-mail makes the standard library's parser raise, somewhere.
MALFORMED = (ValueError, LookupError, AttributeError, TypeError, IndexError, UnboundLocalError, RecursionError)
# Takes the square of the length to read, and no mail program writes it.
SLOW_CHARSETS = ("punycode", "idna")


def read_mail(letter: AnymailInboundMessage, provider_id: str) -> InboundMessage:
    """The message that an e-mail is; `provider_id` is the provider's own id of it, for one without a Message-ID."""
    name, address = _sender(letter)
    text, quoted = fold_quoted(_text(letter))
    is_address = _is_address(address)
    return InboundMessage(
        external_id=message_id(letter) or provider_id or _digest(letter, text),
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


def message_id(letter: EmailMessage) -> str:
    """Its Message-ID with the brackets, "" when it has none."""
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
        return message_id(inner[0]) if inner else ""
    headers = re.split(r"\r?\n\r?\n", _content(found)[:MAX_REPEATED].decode("latin-1"), maxsplit=1)[0]
    return next(iter(re.findall(r"(?im)^message-id:\s*(<[^<>\s]{1,250}>)", headers)), "")
