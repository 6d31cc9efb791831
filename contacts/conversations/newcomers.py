"""First messages of people whom nobody knows: those that wait together are stored together.

One by one each takes ten statements. Whatever is not as simple is left to `receive_message_locked`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import override

from config.events.kinds import EventType
from config.events.publishing import publish
from config.saving import insert_many
from config.web.compiled import Compiled
from config.web.many import Many
from config.web.together import together

from ..addresses import identities_of
from ..channels.message import Identity, InboundMessage
from ..models import ChannelConnection, ChannelDelivery, Contact, ContactEvent, ContactIdentity, ContactMessage
from ..waiting.arrivals import add_first_messages
from .automatic_replies import reply_automatically
from .first_words import first_words
from .inbound_row import build_message
from .mails import notify_pro
from .media import fetch_media
from .sender_contacts import sender_fields

_HELD = Compiled(
    lambda pro_id, channels, ids: (
        ContactIdentity.objects.filter(pro=pro_id, channel__among=channels, external_id__among=ids)
        .held()
        .values_list("channel", "external_id")
    ),
    keeps_plan=True,
)
_STORED = Compiled(
    lambda pro_id, channel, ids: (
        ContactMessage.objects.filter(pro=pro_id, channel=channel, external_id__among=ids)
        # So says the unique index.
        .exclude(external_id="")
        .order_by()
        .values_list("external_id")
    ),
    keeps_plan=True,
)


class Arrival(NamedTuple):
    """A message with the call that brought it, not stored yet."""

    connection: ChannelConnection
    inbound: InboundMessage
    delivery: ChannelDelivery

    @property
    def identities(self) -> list[Identity]:
        inbound = self.inbound
        return list(dict.fromkeys([*inbound.identities, *identities_of(inbound.email, inbound.phone)]))

    @property
    def is_simple(self) -> bool:
        """True for what a provider vouches for, and that is about nothing else."""
        inbound = self.inbound
        is_plain = inbound.external_id and inbound.identities and inbound.is_proven and not inbound.lead
        return bool(is_plain) and not (inbound.is_returned or inbound.about or inbound.is_past or inbound.files)


def receive_newcomers(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Store those of these messages that are the first ones of new contacts; returns the others in their order.

    The caller holds the books.
    """
    by_connection: dict[ChannelConnection, list[Arrival]] = {}
    for arrival in arrivals:
        by_connection.setdefault(arrival.connection, []).append(arrival)
    stored = set[int]()
    for connection, group in by_connection.items():
        if newcomers := _find_newcomers(connection, group):
            with override(connection.pro.language):
                _store_newcomers(connection, newcomers)
            stored.update(map(id, newcomers))
    return [arrival for arrival in arrivals if id(arrival) not in stored]


def _find_newcomers(connection: ChannelConnection, arrivals: Iterable[Arrival]) -> list[Arrival]:
    """The first message of each sender whom nobody knows, unless it is stored or not simple."""
    firsts, seen = list[Arrival](), set[object]()
    for arrival in arrivals:
        names = {arrival.inbound.external_id, *arrival.identities}
        if arrival.is_simple and seen.isdisjoint(names):
            firsts.append(arrival)
        # Later ones of this sender come after it.
        seen |= names
    if not firsts:
        return []
    pairs = {pair for arrival in firsts for pair in arrival.identities}
    channels, ids = (Many(tuple(sorted(set(part)))) for part in zip(*pairs, strict=True))
    external_ids = Many(tuple(arrival.inbound.external_id for arrival in firsts))
    held, stored = together(
        _HELD.question(connection.pro_id, channels, ids),
        _STORED.question(connection.pro_id, connection.channel, external_ids),
    )
    known = {*held, *(external_id for (external_id,) in stored)}
    return [each for each in firsts if known.isdisjoint({each.inbound.external_id, *each.identities})]


def _store_newcomers(connection: ChannelConnection, arrivals: Sequence[Arrival]) -> None:
    pro, began_at = connection.pro, timezone.now()
    contacts = _store_senders(connection, arrivals, began_at)
    messages = [
        build_message(connection, inbound, delivery, None, contact, began_at)
        for (_connection, inbound, delivery), contact in zip(arrivals, contacts, strict=True)
    ]
    ContactMessage.store(*messages)
    for message in messages:
        fetch_media(message)
    notify_pro(connection, *messages)
    add_first_messages([(message, first_words(message)) for message in messages])
    reply_automatically(*messages)
    publish(pro, EventType.MESSAGE_RECEIVED, *messages)


def _store_senders(connection: ChannelConnection, arrivals: Sequence[Arrival], began_at: datetime) -> list[Contact]:
    """Store the contacts that the messages are of."""
    contacts = [
        Contact(
            pro=connection.pro,
            last_message_at=began_at,
            last_word_at=began_at,
            unread_count=1,
            **sender_fields(connection, arrival.inbound),
        )
        for arrival in arrivals
    ]
    identities = [arrival.identities for arrival in arrivals]
    Contact.objects.store_new(list(zip(contacts, identities, strict=True)), is_unknown=True)
    for contact in contacts:
        contact.is_new = True
    insert_many([contact.build_event(ContactEvent.Kind.CREATED, None) for contact in contacts])
    publish(connection.pro, EventType.CONTACT_CREATED, *contacts)
    return contacts
