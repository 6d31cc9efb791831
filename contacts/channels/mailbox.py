"""A mailbox as it is: read by IMAP (see `conversations.mailbox_polling`), and answers leave by its SMTP server.

It has no webhook. A mail of it is read as every e-mail, with the time at which it arrived in the mailbox.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.message import EmailMessage
from email.utils import parseaddr
from smtplib import SMTPAuthenticationError
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from config.outgoing import OutgoingError
from config.web.counters import count
from config.web.mail import AUTO_GENERATED, AUTO_REPLIED, Mail, compose_mail, is_final_refusal, make_message_id

from ..models import ChannelConnection, ContactMessage, MailboxSettings
from .email import CHANNEL, MAX_BODY, describe_answer, explain_refusal
from .email import read_call as read_email
from .letters.parts import parse_head
from .mail_calls import MAX_HEAD
from .mail_headers import MESSAGE_ID, addresses_in, header
from .mailbox_errors import MailboxError, explain_errors
from .mailbox_imap import open_inbox, open_mailbox
from .mailbox_origin import MailOrigin, read_origin
from .mailbox_smtp import MailboxBackend
from .mailbox_tokens import get_access_token, reject_access_token
from .message import InboundMessage, RefusedError, SendFailedError, SentMail

__all__ = ["CHANNEL", "MAX_BODY", "check_connection", "read_call", "send_text", "verify_call"]

# Names the answer in the mailbox's Sent folder: some servers give a mail another Message-ID.
ANSWER_HEADER = "X-Vestibule-Message"
OWN_AUTO_SUBMITTED = {AUTO_GENERATED["Auto-Submitted"], AUTO_REPLIED["Auto-Submitted"]}
TEST_SECONDS = 20.0


def verify_call(connection: ChannelConnection, headers: Mapping[str, str], body: bytes, content_type: str) -> str:
    """Refuse every call: a mailbox is polled."""
    raise RefusedError("no webhook")


def read_call(connection: ChannelConnection, body: bytes, content_type: str) -> Iterator[InboundMessage | SentMail]:
    """Yield the message of one e-mail; nothing for a notification of ours. Raises UnreadableError when it is none."""
    origin, headers = read_origin(content_type), parse_head(body[:MAX_HEAD])
    if _is_own_notification(headers):
        return
    for mail in read_email(connection, body, content_type):
        if origin is None:
            yield mail
        else:
            mail = replace(mail, sent_at=origin.arrived_at, is_past=origin.is_past, **_omission(origin))
            yield _read_sent(mail, headers) if origin.is_sent else mail


def _omission(origin: MailOrigin) -> dict[str, Any]:
    """The text in place of a body that was not fetched."""
    if not origin.omitted_size:
        return {}
    if origin.omitted_size < 0:
        return {"text": _("[The mail server did not hand over this e-mail. It is in the mailbox.]")}
    size = filesizeformat(origin.omitted_size)
    return {"text": _("[This e-mail of %(size)s is too large to be fetched. It is in the mailbox.]") % {"size": size}}


def _is_own_notification(headers: EmailMessage) -> bool:
    """True for a mail by which this installation tells the Pro of something, who may read it in this mailbox."""
    own = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()
    senders = [address.lower() for _name, address in addresses_in(headers, "From")]
    return senders == [own] and header(headers, "Auto-Submitted") in OWN_AUTO_SUBMITTED


def _read_sent(mail: InboundMessage, headers: EmailMessage) -> SentMail:
    return SentMail(mail, recipients_of(headers), tuple(MESSAGE_ID.findall(header(headers, "In-Reply-To"))))


def recipients_of(headers: EmailMessage) -> tuple[str, ...]:
    """Addresses that an e-mail goes to, each once, those in To first."""
    pairs = [pair for name in ("To", "Cc", "Bcc") for pair in addresses_in(headers, name)]
    return tuple(dict.fromkeys(address for _name, address in pairs))


def compose_answer(connection: ChannelConnection, message: ContactMessage) -> Mail:
    """Compose an answer as it leaves by the mailbox's own server."""
    context, options = describe_answer(message)
    options["headers"][ANSWER_HEADER] = str(message.pk)
    return compose_mail("message", context, sender_address=connection.address, **options)


def send_text(connection: ChannelConnection, message: ContactMessage) -> str:
    """Send an answer and return its Message-ID. Raises SendFailedError when the mail server does not accept it."""
    mailbox = connection.mailbox
    mail = compose_answer(connection, message)
    try:
        token = get_access_token(mailbox)
        MailboxBackend(mailbox, token).send_messages([mail])
    except MailboxError as error:
        raise SendFailedError(str(error), is_final=False) from None
    except OutgoingError as error:
        raise SendFailedError(
            _("The mail server did not accept it (%(what)s).") % {"what": error.reason}, is_final=False
        ) from None
    except OSError as error:
        if isinstance(error, SMTPAuthenticationError) and token:
            reject_access_token(mailbox)
        if is_final_refusal(error):
            count("vestibule_mails_total", outcome="refused")
        raise explain_refusal(error) from None
    count("vestibule_mails_total", outcome="sent")
    return make_message_id(str(message.pk))


def check_connection(connection: ChannelConnection) -> str:
    """Sign in to both servers and return what the mailbox holds. Raises SendFailedError."""
    try:
        text = _describe_mailbox(connection.mailbox)
        _check_smtp(connection.mailbox)
    except MailboxError as error:
        raise SendFailedError(str(error), is_final=False) from None
    return text


def _describe_mailbox(mailbox: MailboxSettings) -> str:
    with open_mailbox(mailbox, TEST_SECONDS) as session:
        _validity, count = open_inbox(session)
        folder = session.find_sent_folder()
    if not folder:
        return _("%(count)s e-mails in INBOX, and no folder for sent e-mails.") % {"count": count}
    return _("%(count)s e-mails in INBOX; sent e-mails are in %(folder)s.") % {"count": count, "folder": folder}


def _check_smtp(mailbox: MailboxSettings) -> None:
    backend = MailboxBackend(mailbox, token := get_access_token(mailbox))
    try:
        with explain_errors(mailbox.smtp_host, mailbox.smtp_port):
            backend.open()
            backend.close()
    except MailboxError:
        if token:
            reject_access_token(mailbox)
        raise
