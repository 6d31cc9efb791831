"""The row of an inbound message, made of what its channel has read."""

from datetime import datetime

from django.utils import timezone

from config.web.text import one_line

from ..channels.message import InboundMessage
from ..models import ChannelConnection, ChannelDelivery, Contact, ContactMessage
from ..reply_addresses import Thread
from ..topics import topic_of_answer
from .changes import content_fields
from .leads import lead_fields
from .repeats import make_variant
from .replies import stored_or_none, topic_in_thread
from .sender_contacts import is_sender_unconfirmed
from .written_at import written_at


def build_message(
    connection: ChannelConnection,
    inbound: InboundMessage,
    delivery: ChannelDelivery | None,
    thread: Thread | None,
    contact: Contact,
    began_at: datetime,
) -> ContactMessage:
    """The message with its fields, not stored yet."""
    return ContactMessage(
        pro=connection.pro,
        contact=contact,
        connection=stored_or_none(connection),
        channel=connection.channel,
        external_id=inbound.external_id,
        variant=make_variant(connection, inbound),
        delivery=delivery,
        address=inbound.address,
        sender_name=one_line(inbound.name)[:200],
        sender=[list(pair) for pair in inbound.sender],
        by_way_of=inbound.by_way_of[:254],
        **content_fields(inbound),
        references=list(inbound.references),
        refused=list(inbound.refused),
        lead=lead_fields(inbound.lead),
        is_automatic=inbound.is_automatic,
        is_silent=inbound.is_silent,
        is_unconfirmed=is_sender_unconfirmed(contact, inbound, began_at, thread),
        created_at=written_at(contact, inbound, began_at),
        edited_at=inbound.edited_at,
        deleted_at=inbound.deleted_at,
        read_at=timezone.now() if inbound.is_past else None,
        topic=topic_in_thread(contact, thread) or topic_of_answer(contact, [*inbound.references, inbound.answers_to]),
        # `insert` takes no default of the database.
        signature="",
        state=ContactMessage.State.RECEIVED,
    )
