"""Answers that somebody of the Pro's sent with their own mail program: they stand in the conversation like ours.

Only e-mails to known contacts are stored: the rest of the mailbox's correspondence is nobody's business here.
"""

import re
import uuid
from collections.abc import Iterable
from contextlib import ExitStack, suppress

from django.db import transaction
from django.utils import timezone

from config.accounts.models import Pro
from config.events.kinds import EventType
from config.events.publishing import publish

from ..addresses import email_key
from ..channels.message import SentMail
from ..models import (
    ChannelConnection,
    ChannelDelivery,
    Contact,
    ContactIdentity,
    ContactMessage,
    FiledCopy,
    WaitingItem,
)
from ..models.locking import hold_book
from ..waiting.endings import end_waiting
from ..waiting.persons import items_to_answer
from .files import store_files

State, Outcome = ContactMessage.State, WaitingItem.Outcome
EMAIL = ChannelConnection.Channel.EMAIL
# A forwarded e-mail names the one it holds as its predecessor, and is no answer to it.
FORWARD = re.compile(r"\s*(fwd?|tr|wg|doorst|rv|i|vb|vs|pd|enc)\s*:", re.I)


def find_own_answer(pro: Pro, message_id: str, marked: str = "") -> ContactMessage | None:
    """The answer of ours that an e-mail in Sent is a copy of, by its Message-ID or the id that `marked` gives."""
    rows = ContactMessage.objects.for_pro(pro).filter(channel=EMAIL).exclude(state=State.RECEIVED)
    for text in (marked, message_id.strip("<>").partition("@")[0]):
        with suppress(ValueError):
            if message := rows.filter(pk=uuid.UUID(text)).first():
                return message
    return rows.filter(external_id=message_id).first() if message_id else None


def note_filed(message: ContactMessage, message_id: str) -> None:
    """Note that an answer of ours stands in Sent. It has gone out, even if a crash kept us from storing that."""
    FiledCopy.objects.get_or_create(message=message)
    if message.state == State.SENDING:
        message.update_state(State.SENT, external_id=message_id or message.external_id)


def is_known_message(pro: Pro, message_id: str) -> bool:
    return (
        bool(message_id) and ContactMessage.objects.for_pro(pro).filter(channel=EMAIL, external_id=message_id).exists()
    )


def find_recipient(pro: Pro, to: Iterable[str], answers: Iterable[str], subject: str) -> tuple[Contact, str] | None:
    """The contact that an e-mail was sent to, with the address: one of the addresses is theirs, or it answers an
    e-mail of theirs."""
    addresses = list(to)
    contacts = Contact.objects.for_pro(pro)
    for address in addresses:
        held = ContactIdentity.objects.for_pro(pro).matching([(EMAIL, email_key(address))]).values("contact")
        if contact := contacts.filter(pk__in=held).first():
            return contact, address
    answered = ContactMessage.objects.for_pro(pro).filter(
        channel=EMAIL, external_id__in=list(answers), contact__deleted_at=None
    )
    message = None if FORWARD.match(subject) else answered.select_related("contact").first()
    return (message.contact, addresses[0] if addresses else message.address) if message else None


def store_sent_mail(connection: ChannelConnection, sent: SentMail, delivery: ChannelDelivery) -> ContactMessage | None:
    """Store an e-mail of the Sent folder in the conversation with its recipient, once; None if there is none.

    Not to be called in a transaction.
    """
    mail, pro = sent.mail, connection.pro
    with ExitStack() as stack:
        files, rejected = store_files(stack, mail.files)
        with transaction.atomic():
            hold_book(pro.pk)
            if is_known_message(pro, mail.external_id) or find_own_answer(pro, mail.external_id):
                return None
            if (recipient := find_recipient(pro, sent.to, sent.answers, mail.subject)) is None:
                return None
            message = _create_message(connection, sent, *recipient, delivery)
            message.refused = [*mail.refused, *rejected]
            message.save(update_fields=["refused"])
            for file in files:
                file.claim()
                message.files.create(key=file.key, **file.info._asdict())
            return message


def _create_message(
    connection: ChannelConnection, sent: SentMail, contact: Contact, address: str, delivery: ChannelDelivery
) -> ContactMessage:
    mail, now = sent.mail, timezone.now()
    at = min(mail.sent_at or now, now)
    message = ContactMessage.objects.create(
        pro=connection.pro,
        contact=contact,
        connection=connection,
        channel=connection.channel,
        external_id=mail.external_id,
        delivery=delivery,
        address=address[:254],
        cc=[["", other] for other in sent.to if other != address],
        text=mail.text,
        subject=mail.subject,
        quoted=mail.quoted,
        references=list(mail.references),
        created_at=at,
        sent_at=at,
        state=State.SENT,
    )
    # As an answer of ours does; what came in after it is still to be read.
    ContactMessage.objects.unread(contact).filter(created_at__lte=at).update(read_at=now)
    ContactMessage.objects.recount(contact, at=contact.last_message_at)
    rows = items_to_answer(contact).filter(since__lte=at)
    end_waiting(rows, Outcome.ANSWERED, by=None, answer=message, is_immediate=True)
    if not message.is_past:
        publish(connection.pro, EventType.MESSAGE_SENT, message)
    return message
