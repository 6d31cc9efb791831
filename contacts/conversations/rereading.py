"""Reading an original anew: what an earlier release missed is added, and nothing is stored twice."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import override

from config.files.storage import store_kept_file
from config.jobs.turns import BACKGROUND
from config.web.text import one_line

from ..channels.message import InboundMessage, UnreadableError
from ..last_words import recount_threads
from ..models import ChannelDelivery, ContactMessage
from ..models.locking import hold_book
from ..waiting.arrivals import add_message, follow_message, waits_for_answer
from .changes import apply_change, content_fields
from .files import describe_refusal
from .first_words import first_words
from .leads import lead_fields, receive_lead
from .media import fetch_media
from .originals import READING_QUEUE
from .receiving import read_items, receive_message
from .repeats import find_stored_message
from .replies import connection_of, find_writer, read_thread
from .sender_contacts import is_sender_unconfirmed


@task(queue_name=READING_QUEUE, priority=BACKGROUND)
def reread_delivery(delivery_id: int) -> None:
    """Read the original of a call anew: correct the messages that it brought, and store those that were missed."""
    delivery = ChannelDelivery.objects.select_related("connection__pro", "pro").filter(pk=delivery_id).first()
    if delivery is None or delivery.read_at is None:
        return
    try:
        with override(connection_of(delivery).pro.language):
            for item in read_items(delivery, delivery.read_original()):
                if isinstance(item, InboundMessage):
                    _reread_message(delivery, item)
    except (FileNotFoundError, UnreadableError):
        return  # The original is gone, or says no more than before.


def _reread_message(delivery: ChannelDelivery, inbound: InboundMessage) -> None:
    brought = delivery.messages.filter(external_id=inbound.external_id)
    message = brought.first() or find_stored_message(connection_of(delivery), inbound)
    if message is None:
        receive_message(connection_of(delivery), inbound, delivery)
    elif inbound.edited_at or inbound.deleted_at:
        apply_change(message, inbound)
    elif not message.is_outbound and not inbound.is_unreadable:
        # The words that an earlier reading gave stay.
        was_waiting = waits_for_answer(message)
        _correct_message(message, inbound)
        _correct_sender(delivery, message, inbound)
        _correct_lead(message, inbound)
        _add_missing_files(message, inbound)
        _correct_waiting(message, inbound, was_waiting)


def _correct_message(message: ContactMessage, inbound: InboundMessage) -> None:
    with transaction.atomic():
        message.lock()
        if message.edited_at:
            return  # The sender changed it since.
        fields = content_fields(inbound)
        for name, value in fields.items():
            setattr(message, name, value)
        message.save(update_fields=fields)
        fetch_media(message)


def _correct_sender(delivery: ChannelDelivery, message: ContactMessage, inbound: InboundMessage) -> None:
    """Store who wrote the message and where an answer goes, and move it if it is read as somebody else's now."""
    with transaction.atomic():
        hold_book(message.pro_id)
        message.lock()
        former = message.contact
        message.address, message.by_way_of = inbound.address, inbound.by_way_of[:254]
        message.sender_name = one_line(inbound.name)[:200]
        message.is_automatic, message.is_silent = inbound.is_automatic, inbound.is_silent
        if message.sender != (sender := [list(pair) for pair in inbound.sender]):
            message.sender = sender
            _move_to_sender(delivery, message, inbound)
        message.save()
        recount_threads({former, message.contact})


def _move_to_sender(delivery: ChannelDelivery, message: ContactMessage, inbound: InboundMessage) -> None:
    began_at, thread = timezone.now(), read_thread(delivery)
    message.contact = find_writer(connection_of(delivery), inbound, thread)
    message.is_unconfirmed = is_sender_unconfirmed(message.contact, inbound, began_at, thread)


def _correct_lead(message: ContactMessage, inbound: InboundMessage) -> None:
    if inbound.lead is None:
        return
    with transaction.atomic():
        hold_book(message.pro_id)
        message.lock()
        message.lead = lead_fields(inbound.lead)
        message.save(update_fields=["lead"])
        receive_lead(message)
        ContactMessage.objects.recount(message.contact)


def _correct_waiting(message: ContactMessage, inbound: InboundMessage, was_waiting: bool) -> None:
    """Correct what waits because of a message, and let one wait that turns out to come from a person."""
    with transaction.atomic():
        hold_book(message.pro_id)
        message.refresh_from_db()
        follow_message(message, words=first_words(message))
        if was_waiting or inbound.is_past or message.contact.deleted_at or receive_lead(message):
            return
        if not message.contact.messages.answers().filter(created_at__gt=message.created_at).exists():
            add_message(message, words=first_words(message))


def _add_missing_files(message: ContactMessage, inbound: InboundMessage) -> None:
    """Store the files that the message lacks; those that are rejected are named in `refused`."""
    rejected = list(inbound.refused)
    for file in inbound.files:
        if _has_file(message, hashlib.sha256(file.content).hexdigest()):
            continue
        try:
            with store_kept_file(file.content, file.name) as new_file, transaction.atomic():
                message.lock()
                # Another worker may read the same original.
                if not _has_file(message, new_file.info.sha256):
                    new_file.claim()
                    message.files.create(key=new_file.key, **new_file.info._asdict())
        except ValidationError as error:
            rejected.append(describe_refusal(file, error))
    ContactMessage.objects.filter(pk=message.pk).update(refused=rejected)


def _has_file(message: ContactMessage, sha256: str) -> bool:
    return message.files.filter(sha256=sha256).exists()
