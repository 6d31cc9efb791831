"""Several calls of chat providers, read in one transaction: one for each call takes longer than what it stores.

A call that anything objects to is read by itself, as are calls with receipts.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import override

from config.web.compiled import Compiled
from config.web.many import Many

from ..channels.message import InboundMessage
from ..models import ChannelConnection, ChannelDelivery
from ..models.locking import hold_books
from .newcomers import Arrival, receive_newcomers
from .originals import store_originals
from .receiving import note_received, read_items, receive_message_locked

_UNREAD = Compiled(
    lambda ids: ChannelDelivery.objects.select_related("connection__pro").filter(
        pk__among=ids, read_at=None, connection__isnull=False
    ),
    keeps_plan=True,
)


class _Call(NamedTuple):
    delivery: ChannelDelivery
    connection: ChannelConnection
    messages: list[InboundMessage]


def read_deliveries(calls: list[Sequence[Any]]) -> list[bool]:
    """Read calls by the arguments of their jobs, in one transaction; returns for each whether it is read now."""
    ids = [id for (id,) in calls]
    deliveries = {delivery.pk: delivery for delivery in _UNREAD.rows(Many(tuple(sorted(set(ids)))))}
    # Calls of one connection have one instance of it.
    connections = {delivery.connection_id: delivery.connection for delivery in deliveries.values()}
    found: dict[int, _Call] = {}
    for id, delivery in deliveries.items():
        connection = connections[delivery.connection_id]
        if connection and (messages := _read_messages(delivery, connection)):
            found[id] = _Call(delivery, connection, messages)
    if found:
        # In the order of their jobs.
        _store_calls([found[id] for id in dict.fromkeys(ids) if id in found])
    return [id in found for id in ids]


def _read_messages(delivery: ChannelDelivery, connection: ChannelConnection) -> list[InboundMessage]:
    """The messages of a call without files; none for a call that holds anything else."""
    delivery.connection = connection
    try:
        with override(connection.pro.language):
            items = list(read_items(delivery, bytes(delivery.body)))
    except Exception:
        # Its own job notes why.
        return []
    messages = [item for item in items if isinstance(item, InboundMessage) and not item.files]
    return messages if len(messages) == len(items) else []


def _store_calls(calls: list[_Call]) -> None:
    """Store the messages of calls, and that these are read."""
    deliveries = [call.delivery for call in calls]
    with store_originals(deliveries) as originals, transaction.atomic():
        hold_books(call.connection.pro_id for call in calls)
        arrivals = [Arrival(call.connection, message, call.delivery) for call in calls for message in call.messages]
        for connection, message, delivery in receive_newcomers(arrivals):
            with override(connection.pro.language):
                receive_message_locked(connection, message, delivery)
        ChannelDelivery.objects.finish(list(zip(deliveries, originals, strict=True)))
    for _delivery, connection, messages in calls:
        note_received(connection, messages)
