"""Mailboxes are polled: each e-mail of INBOX is stored like a provider's call, and read by the same job.

How far a folder has been read is noted after the e-mail is stored. So a crash, a lost connection or a second worker
make an e-mail come again, and never miss one: `store_delivery` stores an equal one once, and `receive_message` one that
the server worded anew. Nothing is changed in the mailbox but that answers of ours are added to Sent.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from email.policy import SMTP
from email.utils import format_datetime

from django.db import DatabaseError
from django.tasks import task
from django.utils import timezone
from django.utils.translation import override
from imap_tools.errors import MailboxAppendError, MailboxFetchError

from config.jobs.turns import BACKGROUND

from ..channels.letters.parts import parse_head
from ..channels.mail_calls import MAX_HEAD
from ..channels.mail_headers import MESSAGE_ID, header, message_id
from ..channels.mailbox import ANSWER_HEADER, compose_answer, recipients_of
from ..channels.mailbox_errors import MailboxError
from ..channels.mailbox_imap import (
    MAX_MAIL,
    SESSION_SECONDS,
    ImapSession,
    ListedMail,
    MailTooLargeError,
    open_inbox,
    open_mailbox,
)
from ..channels.mailbox_origin import MailOrigin
from ..models import ChannelDelivery, ContactMessage, FiledCopy, MailboxFolder, MailboxSettings
from .receiving import store_delivery
from .sent_mails import find_own_answer, find_recipient, is_known_message, note_filed

logger = logging.getLogger("vestibule.mailboxes")

POLLING_QUEUE = "mailboxes"
# A poll ends after so many mails or seconds, for the others' sake, and goes on after them.
BATCH = 50
SENT_BATCH = 200
FETCHING_SECONDS = 20.0
# Times that the server may fail to hand over a mail before it is left to the Pro.
MAX_REFUSALS = 5
# A server that files answers by itself has done so by then.
FILING_DELAY = timedelta(minutes=1)
FILED_WITHIN = timedelta(days=7)
Role = MailboxFolder.Role


def enqueue_polls() -> None:
    """Enqueue the polls of all mailboxes that are due."""
    MailboxSettings.objects.enqueue_due(poll_mailbox.enqueue)


@task(queue_name=POLLING_QUEUE, priority=BACKGROUND)
def poll_mailbox(mailbox_id: int) -> None:
    """Store what is new in a mailbox. A failure is noted for the Pro to see, and it is polled again later."""
    rows = MailboxSettings.objects.polled().select_related("connection__pro")
    mailbox = rows.filter(pk=mailbox_id).first()
    if mailbox is None or not mailbox.has_credentials or not mailbox.begin_poll():
        return
    with override(mailbox.connection.pro.language):
        try:
            has_more = _poll(mailbox)
        except MailboxError as error:
            mailbox.end_poll(str(error))
            return
        except Exception as error:
            with suppress(DatabaseError):
                # Its text may hold anything.
                mailbox.end_poll(type(error).__name__)
            raise
    mailbox.end_poll(is_continued=has_more)
    if has_more:
        poll_mailbox.enqueue(mailbox_id)


def _poll(mailbox: MailboxSettings) -> bool:
    """Poll once; return whether there is more. Raises MailboxError."""
    with open_mailbox(mailbox, SESSION_SECONDS) as session:
        uidvalidity, _count = open_inbox(session)
        inbox = _open_folder(mailbox, Role.INBOX, "INBOX", uidvalidity)
        if _read_inbox(session, inbox):
            return True
        # A sent mail is stored for a known contact, and the new mails may make one known.
        waiting = ChannelDelivery.objects.filter(connection=mailbox.connection, read_at=None, error="")
        return not waiting.exists() and _read_sent(session, mailbox)


def _open_folder(mailbox: MailboxSettings, role: str, name: str, uidvalidity: int) -> MailboxFolder:
    folder, _is_new = MailboxFolder.objects.get_or_create(mailbox=mailbox, role=role)
    folder.mailbox = mailbox
    folder.open(name, uidvalidity)
    return folder


def _has_time(session: ImapSession) -> bool:
    return session.seconds_left() > SESSION_SECONDS - FETCHING_SECONDS


def _read_inbox(session: ImapSession, folder: MailboxFolder) -> bool:
    """Store the new mails of INBOX, the oldest first; return whether there are more."""
    uids = session.list_uids(folder.mailbox.since, folder.last_uid)
    for mail in session.list_mails(uids[:BATCH]):
        if not _has_time(session) or not _store_mail(session, folder, mail):
            return True
        folder.advance(mail.uid)
    return len(uids) > BATCH


def _store_mail(session: ImapSession, folder: MailboxFolder, mail: ListedMail) -> bool:
    """Store a mail like a provider's call; return False when the connection is used up.

    Of one that is too large, or that the server fails to hand over, a note is stored.
    """
    if mail.size > MAX_MAIL:
        _store_note(session.fetch_headers([mail.uid]).get(mail.uid), folder, mail)
        return True
    try:
        raw = session.fetch_mail(mail.uid)
    except MailTooLargeError:
        _store_note(None, folder, mail._replace(size=MAX_MAIL + 1))
        folder.advance(mail.uid)
        return False
    except MailboxFetchError:
        if folder.count_refusal(mail.uid) < MAX_REFUSALS:
            raise
        _store_note(None, folder, mail._replace(size=-1))
        return True
    if raw is not None:
        store_delivery(folder.mailbox.connection, raw, _origin(folder, mail).as_content_type())
    return session.has_traffic_left()


def _store_note(headers: bytes | None, folder: MailboxFolder, mail: ListedMail) -> None:
    """Store a mail without its body."""
    if headers is None:
        host = folder.mailbox.imap_host
        headers = f"Message-ID: <{folder.uidvalidity}.{mail.uid}.{folder.role}@{host}>\r\n\r\n".encode()
    origin = _origin(folder, mail)._replace(omitted_size=mail.size)
    store_delivery(folder.mailbox.connection, headers, origin.as_content_type())


def _origin(folder: MailboxFolder, mail: ListedMail) -> MailOrigin:
    # Servers tell the time to the second.
    is_past = mail.arrived_at < folder.mailbox.connected_at.replace(microsecond=0)
    return MailOrigin(mail.arrived_at, is_sent=folder.role == Role.SENT, is_past=is_past)


def _read_sent(session: ImapSession, mailbox: MailboxSettings) -> bool:
    """Store the new answers of the Sent folder; return whether there are more."""
    if not (name := session.find_sent_folder()):
        return False
    uidvalidity, _count = session.open_folder(name)
    folder = _open_folder(mailbox, Role.SENT, name, uidvalidity)
    uids = session.list_uids(mailbox.since, folder.last_uid)
    headers = session.fetch_headers(uids[:SENT_BATCH])
    for uid in uids[:SENT_BATCH]:
        if not _has_time(session):
            return True
        if uid in headers and _is_answer_to_contact(mailbox, headers[uid]):
            [mail] = session.list_mails([uid])
            if not _store_mail(session, folder, mail):
                return True
        folder.advance(uid)
    if len(uids) > SENT_BATCH:
        return True
    _file_answers(session, mailbox, folder)
    return False


def _is_answer_to_contact(mailbox: MailboxSettings, raw: bytes) -> bool:
    """True for an e-mail to a contact that is not known yet. One of our own is noted as filed."""
    headers, pro = parse_head(raw[:MAX_HEAD]), mailbox.connection.pro
    id = message_id(headers)
    if answer := find_own_answer(pro, id, header(headers, ANSWER_HEADER)):
        note_filed(answer, id)
        return False
    answers = MESSAGE_ID.findall(header(headers, "In-Reply-To"))
    subject = header(headers, "Subject")
    return not is_known_message(pro, id) and find_recipient(pro, recipients_of(headers), answers, subject) is not None


def _file_answers(session: ImapSession, mailbox: MailboxSettings, folder: MailboxFolder) -> None:
    """Add to Sent the answers of ours that the server has not put there by itself. All of Sent has been read."""
    now = timezone.now()
    sent = ContactMessage.objects.filter(connection=mailbox.connection, delivery=None, filed_copy=None)
    between = (max(mailbox.connected_at, now - FILED_WITHIN), now - FILING_DELAY)
    for message in sent.filter(sent_at__range=between).select_related("contact", "pro").order_by("sent_at")[:BATCH]:
        mail, at = compose_answer(mailbox.connection, message), message.sent_at or now
        mail.extra_headers["Date"] = format_datetime(at)
        try:
            session.append(folder.name, mail.message().as_bytes(policy=SMTP), at)
        except MailboxAppendError:
            logger.warning("mailbox %s takes no copies of answers", mailbox.pk)
            return
        FiledCopy.objects.get_or_create(message=message)
