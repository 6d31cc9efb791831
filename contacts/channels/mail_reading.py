"""Read an e-mail: its sender, text and files, the e-mails that it answers, and whether a person wrote it.

Sources: RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 3464 (delivery status).
"""

import codecs
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage

from anymail.inbound import AnymailInboundMessage
from django.utils.translation import gettext as _

from config.web.text import one_line

from ..addresses import email_key
from .mail_automatic import is_automatic
from .mail_bounces import is_returned, returned_message_id
from .mail_headers import MALFORMED, content_of, header, is_address, message_id, references_of
from .mail_limits import MAX_FILES
from .mail_senders import read_sender
from .mail_text import html_to_text, split_quoted
from .message import File, InboundMessage
from .payload import clean_text

CHANNEL = "email"
# Decoding takes the square of the length, and no mail program writes these.
SLOW_CHARSETS = ("punycode", "idna")


def read_mail(email: AnymailInboundMessage, provider_id: str) -> InboundMessage:
    """Read an e-mail; `provider_id` is the provider's own id of it, used where there is no Message-ID."""
    name, address = read_sender(email)
    text, quoted = split_quoted(_text(email))
    can_answer = is_address(address)
    return InboundMessage(
        external_id=message_id(email) or provider_id or _digest(email, text),
        # E-mails without a sender share one contact.
        identities=((CHANNEL, email_key(address) or "-"),),
        address=address if can_answer else "",
        name=name or address,
        text=clean_text(text),
        email=address if can_answer else "",
        subject=one_line(header(email, "Subject")),
        quoted=clean_text(quoted),
        files=tuple(_files(email))[:MAX_FILES],
        references=references_of(email),
        is_automatic=(automatic := is_automatic(email, address)),
        is_silent=automatic,
        about=returned_message_id(email),
        is_returned=is_returned(email),
    )


def _text(email: AnymailInboundMessage) -> str:
    """Plain text, else the text of the HTML."""
    if (text := _body(email, "text/plain").strip()) != "":
        return text
    return html_to_text(_body(email, "text/html"))


def _body(email: EmailMessage, content_type: str) -> str:
    for part in email.walk():
        if part.get_content_type() == content_type and not _is_file(part):
            data = content_of(part)
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
            yield File(_filename(part) or _("Unnamed file"), content_of(part))
        elif part.is_multipart():
            remaining = [*part.get_payload(), *remaining]


def _digest(email: EmailMessage, text: str) -> str:
    """An id for an e-mail without one."""
    fields = [header(email, name) for name in ("From", "Date", "Subject")]
    return "sha256:" + hashlib.sha256(repr([*fields, text]).encode()).hexdigest()
