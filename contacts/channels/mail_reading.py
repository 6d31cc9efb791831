"""Read an e-mail: its sender, text and files, the e-mails that it answers, and whether a person wrote it.

Sources: RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 3464 (delivery status).
"""

import hashlib
from collections.abc import Collection, Mapping
from email.message import EmailMessage
from types import MappingProxyType

from config.web.text import one_line

from .letters.parts import MailPart
from .letters.reading import Letter, read_letter, read_tables
from .mail_automatic import is_auto_reply, is_own_mail, read_marks
from .mail_bounces import is_report, read_bounce
from .mail_headers import header, message_id, references_of
from .mail_leads import read_lead
from .mail_senders import MailSender, read_sender
from .message import InboundMessage, Lead


def read_mail(
    email: MailPart,
    provider_id: str,
    own_addresses: Collection[str] = (),
    roles: Mapping[str, str] = MappingProxyType({}),
) -> InboundMessage:
    """Read an e-mail; `provider_id` is the provider's own id of it, used where there is no Message-ID.

    `own_addresses` are the connection's and the Pro's. `roles` are those of addresses that the Pro has corrected:
    {"leads@portal.example": "relay"}.
    """
    letter, mail = read_letter(email), MailSender(email, own_addresses, roles)
    text, quoted, lead = _read_words(letter, mail)
    sender, bounce = read_sender(mail, lead), read_bounce(email, _whole_text(letter), own_addresses)
    is_automatic, is_silent = read_marks(email, mail, sender, lead)
    return InboundMessage(
        external_id=message_id(email) or provider_id or _make_id(email, letter.text),
        identities=(sender.identity,),
        address=sender.address,
        name=sender.name,
        text=text,
        email=sender.email,
        subject=one_line(header(email, "Subject")),
        quoted=quoted,
        files=letter.files,
        refused=letter.refused,
        references=references_of(email),
        is_automatic=is_automatic,
        about=bounce.about,
        is_returned=bounce.is_returned,
        failed_recipient=bounce.recipient,
        is_gone=bounce.is_gone,
        is_silent=is_silent,
        by_way_of=sender.by_way_of,
        is_proven=sender.is_proven,
        lead=lead,
        cc=mail.copies,
    )


def _read_words(letter: Letter, mail: MailSender) -> tuple[str, str, Lead | None]:
    """The new words, the history, and the lead in them.

    The labelled words of a form may look like the header of a repeated e-mail ("De : … Date : …"): a lead there is no
    history.
    """
    if is_report(mail.email) or is_auto_reply(mail.email) or is_own_mail(mail.email, mail):
        return letter.text, letter.quoted, None
    whole = _whole_text(letter)
    lead = read_lead(mail, [letter.text, whole, read_tables(mail.email)])
    if lead and letter.quoted and lead != read_lead(mail, [letter.text]):
        return whole, "", lead
    return letter.text, letter.quoted, lead


def _whole_text(letter: Letter) -> str:
    return f"{letter.text}\n\n{letter.quoted}".strip()


def _make_id(email: EmailMessage, text: str) -> str:
    """An id for an e-mail without one."""
    fields = [header(email, name) for name in ("From", "Date", "Subject")]
    return "sha256:" + hashlib.sha256(repr([*fields, text]).encode()).hexdigest()
