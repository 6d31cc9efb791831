"""Read an e-mail: its sender, text and files, the e-mails that it answers, and whether a person wrote it.

Sources: RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 3464 (delivery status).
"""

import hashlib
from email.message import EmailMessage

from config.web.text import one_line

from ..addresses import email_key
from .letters.parts import MailPart
from .letters.reading import read_letter
from .mail_automatic import is_automatic
from .mail_bounces import is_returned, returned_message_id
from .mail_headers import header, is_address, message_id, references_of
from .mail_senders import read_sender
from .message import InboundMessage

CHANNEL = "email"


def read_mail(email: MailPart, provider_id: str) -> InboundMessage:
    """Read an e-mail; `provider_id` is the provider's own id of it, used where there is no Message-ID."""
    name, address = read_sender(email)
    letter = read_letter(email)
    can_answer = is_address(address)
    return InboundMessage(
        external_id=message_id(email) or provider_id or _digest(email, letter.text),
        # E-mails without a sender share one contact.
        identities=((CHANNEL, email_key(address) or "-"),),
        address=address if can_answer else "",
        name=name or address,
        text=letter.text,
        email=address if can_answer else "",
        subject=one_line(header(email, "Subject")),
        quoted=letter.quoted,
        files=letter.files,
        refused=letter.refused,
        references=references_of(email),
        is_automatic=(automatic := is_automatic(email, address)),
        is_silent=automatic,
        about=returned_message_id(email),
        is_returned=is_returned(email),
    )


def _digest(email: EmailMessage, text: str) -> str:
    """An id for an e-mail without one."""
    fields = [header(email, name) for name in ("From", "Date", "Subject")]
    return "sha256:" + hashlib.sha256(repr([*fields, text]).encode()).hexdigest()
