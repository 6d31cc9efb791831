"""Inbound messages and receipts: a provider's call is stored at once, a job reads it.

A job that is run again reads the same call anew; each message is stored once.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress

from django.db import DatabaseError, IntegrityError, transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import override

from config.events.kinds import EventType
from config.events.publishing import publish
from config.files.storage import NewFile
from config.jobs.several import several
from config.jobs.turns import BACKGROUND
from config.saving import insert
from config.web.compiled import Compiled
from config.web.counters import count

from ..channels.message import IgnoredPart, InboundMessage, Receipt, RefusedError, SentMail, UnreadableError
from ..channels.providers import provider_of
from ..models import ChannelConnection, ChannelDelivery, Contact, ContactMessage
from ..models.locking import hold_book
from ..models.message_queryset import ContactMessageQuerySet
from ..waiting.arrivals import add_message
from .automatic_replies import reply_automatically
from .changes import apply_change
from .files import store_files
from .first_words import first_words
from .inbound_row import build_message
from .leads import receive_lead
from .mails import notify_pro
from .media import fetch_media
from .originals import READING_QUEUE, store_original
from .reading_turns import reading_priority
from .repeats import find_stored_message
from .replies import connection_of, find_writer, name_bounced_mail, read_thread, stored_or_none
from .returned_mails import SEE_MESSAGE, ReturnedMail, mark_returned, note_notice_report, note_report, returned_answer
from .sending import fail_message
from .sent_mails import store_sent_mail

State = ContactMessage.State
CallItem = InboundMessage | Receipt | IgnoredPart | SentMail
_UNREAD = Compiled(
    lambda id: ChannelDelivery.objects.select_related("connection__pro", "pro").filter(pk=id, read_at=None)
)


class TooEarlyError(Exception):
    """A receipt arrived before the provider's id of its outbound message was stored."""


def store_delivery(
    connection: ChannelConnection, body: bytes, content_type: str, nonce: str = "", *, thread: str = ""
) -> bool:
    """Store one call of a provider as it came and enqueue its reading; return whether it is new.

    `thread` is what a reply address of the installation names.

    `nonce` tells calls apart where the body does not. It belongs to the first body that came with it: raises
    RefusedError for another one.
    """
    digest = hashlib.sha256(body).hexdigest()
    nonce = hashlib.sha256(nonce.encode()).hexdigest() if nonce else digest
    try:
        with transaction.atomic():
            delivery = ChannelDelivery(
                pro_id=connection.pro_id,
                connection=stored_or_none(connection),
                thread=thread,
                provider=connection.provider,
                nonce=nonce,
                digest=digest,
                content_type=content_type[:255],
                body=body,
            )
            insert(delivery)
            read = read_chat_delivery if delivery.is_chat else read_delivery
            read.using(priority=reading_priority(connection)).enqueue(delivery.pk)
            return True
    except IntegrityError:
        same = ChannelDelivery.objects.filter(connection=stored_or_none(connection), nonce=nonce, digest=digest)
        if not same.exists():
            raise RefusedError("another body") from None
        return False


@task(queue_name=READING_QUEUE, priority=BACKGROUND)
def read_delivery(delivery_id: int) -> None:
    """Store the messages that a provider's call holds, and update the sent ones that it has receipts for."""
    if (delivery := _UNREAD.first(delivery_id)) is None:
        return
    try:
        items = _process_delivery(delivery)
    except TooEarlyError:
        raise  # Only a matter of time: nothing for the Pro to see.
    except Exception as error:
        with suppress(DatabaseError):
            # The Pro sees the reason. The text of an exception that is not ours may hold anything.
            delivery.note_failure(str(error) if isinstance(error, UnreadableError) else type(error).__name__)
        raise
    if delivery.is_notice:
        delivery.finish_without_original()
        return
    note_received(delivery.connection, items)
    reason = next((item.reason for item in items if isinstance(item, IgnoredPart)), "")
    with store_original(delivery) as original:
        delivery.finish(original, reason)


@several(at_most=20, together="contacts.conversations.together.read_deliveries", seconds=0.05)
@task(queue_name=READING_QUEUE, priority=BACKGROUND)
def read_chat_delivery(delivery_id: int) -> None:
    """The same for a call of a chat provider, many of which are read together. An e-mail may take its time."""
    read_delivery.func(delivery_id)


def note_received(connection: ChannelConnection | None, items: Sequence[CallItem]) -> None:
    """Note at the connection that calls arrive."""
    # An e-mail without a message is the test of the connection.
    is_email = connection is not None and connection.channel == ChannelConnection.Channel.EMAIL
    if connection and (is_email or any(isinstance(item, InboundMessage) for item in items)):
        connection.note_received()


def _process_delivery(delivery: ChannelDelivery) -> list[CallItem]:
    """Process and return all items of a call. Raises TooEarlyError after the others when a receipt has to wait."""
    # Notes stored beside a message are for the Pro to read.
    with override(connection_of(delivery).pro.language):
        items = read_items(delivery, bytes(delivery.body))
        processed = [(item, _process_item(delivery, item)) for item in items]
    if not all(is_done for _item, is_done in processed):
        raise TooEarlyError
    return [item for item, _is_done in processed]


def read_items(delivery: ChannelDelivery, body: bytes) -> Iterator[CallItem]:
    """Read the items of a call from its body. Raises UnreadableError."""
    connection = connection_of(delivery)
    # The Pro may have chosen another provider since.
    connection.provider = delivery.provider
    return provider_of(connection).read_call(connection, body, delivery.content_type)


def _process_item(delivery: ChannelDelivery, item: CallItem) -> bool:
    """Process one item of a call; return False for a receipt whose message may be going out right now."""
    connection = connection_of(delivery)
    if delivery.is_notice:
        note_notice_report(delivery, item)
    elif isinstance(item, InboundMessage):
        receive_message(connection, item, delivery)
    elif isinstance(item, SentMail):
        store_sent_mail(connection, item, delivery)
    elif isinstance(item, Receipt) and not apply_receipt(connection, item):
        return not ContactMessage.objects.filter(connection=connection, state=State.SENDING).exists()
    return True


def apply_receipt(connection: ChannelConnection, receipt: Receipt) -> bool:
    """Update the sent message that a receipt is about; return whether there is one."""
    if message := _sent_messages(connection).filter(external_id=receipt.external_id).first():
        if receipt.state == State.FAILED:
            fail_message(message, receipt.reason)
        else:
            message.update_state(receipt.state, receipt.reason)
    return message is not None


def receive_message(
    connection: ChannelConnection, inbound: InboundMessage, delivery: ChannelDelivery | None = None
) -> ContactMessage | None:
    """Store an inbound message in the conversation of the contact that it identifies, or of a new contact.

    A provider's id is stored once, however often and in whatever order it is delivered: a repeated one may be an edit
    or a deletion, and returns None. An e-mail with a known Message-ID and other words is another message. Files of
    every kind are stored; empty and too large ones are named in `refused`. Not to be called in a transaction. Raises
    StorageUnavailableError, and nothing is stored.
    """
    # Files are not stored for a repeated message; without any, the look-up under the lock is enough.
    if inbound.files and (message := find_stored_message(connection, inbound)):
        apply_change(message, inbound)
        return None
    with ExitStack() as stack:
        files, rejected = store_files(stack, inbound.files)
        with transaction.atomic():
            hold_book(connection.pro_id)
            message = receive_message_locked(connection, inbound, delivery, files, rejected)
    if message and inbound.is_returned:
        count("vestibule_mails_total", outcome="bounced")
    return message


def receive_message_locked(
    connection: ChannelConnection,
    inbound: InboundMessage,
    delivery: ChannelDelivery | None,
    files: Sequence[NewFile] = (),
    rejected: Sequence[str] = (),
) -> ContactMessage | None:
    """The same for a caller who holds the book and has stored the message's files."""
    if message := find_stored_message(connection, inbound):
        apply_change(message, inbound)
        return None
    return _create_message(connection, inbound, delivery, files, rejected)


def _create_message(
    connection: ChannelConnection,
    inbound: InboundMessage,
    delivery: ChannelDelivery | None,
    files: Sequence[NewFile],
    rejected: Sequence[str],
) -> ContactMessage:
    inbound = name_bounced_mail(delivery, inbound)
    began_at, thread, returned = timezone.now(), read_thread(delivery), _find_returned_message(connection, inbound)
    returned_mail = _mark_returned_mail(connection, inbound, returned)
    contact = _present_contact(returned.contact if returned else returned_mail and returned_mail.contact)
    is_counted = inbound.is_past or inbound.lead is not None
    first = {} if is_counted else {"last_message_at": began_at, "last_word_at": began_at, "unread_count": 1}
    contact = contact or find_writer(connection, inbound, thread, **first)
    message = build_message(connection, inbound, delivery, thread, contact, began_at)
    message.refused += rejected
    is_contact_request = _store_with_files(message, files)
    note_report(connection, inbound, returned_mail)
    if returned and inbound.is_returned:
        fail_message(returned, SEE_MESSAGE)
    if is_counted or not contact.is_new:
        # A message that was written long ago and arrives only now is new all the same.
        ContactMessage.objects.recount(contact, at=contact.last_message_at if inbound.is_past else began_at)
    if not is_contact_request:
        notify_pro(connection, message)
        if not inbound.is_past:
            add_message(message, words=first_words(message))
            reply_automatically(message)
    if not inbound.is_past:
        publish(connection.pro, EventType.MESSAGE_RECEIVED, message)
    return message


def _store_with_files(message: ContactMessage, files: Sequence[NewFile]) -> bool:
    """Store a message, and tell if its lead became a contact request."""
    ContactMessage.store(message)
    is_contact_request = receive_lead(message)
    for file in files:
        file.claim()
        message.files.create(key=file.key, **file.info._asdict())
    fetch_media(message)
    return is_contact_request


def _sent_messages(connection: ChannelConnection) -> ContactMessageQuerySet:
    sent = ContactMessage.objects.for_pro(connection.pro).filter(channel=connection.channel)
    return sent.exclude(state=State.RECEIVED)


def _find_returned_message(connection: ChannelConnection, inbound: InboundMessage) -> ContactMessage | None:
    """The sent message that a report is about."""
    if not inbound.about:
        return None
    return _sent_messages(connection).filter(external_id=inbound.about, contact__deleted_at=None).first()


def _mark_returned_mail(
    connection: ChannelConnection, inbound: InboundMessage, answer: ContactMessage | None
) -> ReturnedMail | None:
    """The mail that was not delivered: an answer, or one of another app, which marks it."""
    if not inbound.is_returned:
        return None
    return returned_answer(answer) if answer else mark_returned(connection.pro, inbound.about, SEE_MESSAGE)


def _present_contact(contact: Contact | None) -> Contact | None:
    return contact if contact and not contact.deleted_at else None
