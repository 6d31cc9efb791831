"""The contact that wrote an inbound message."""

from contextlib import suppress

from django.core.exceptions import ValidationError

from config.web.text import one_line

from ..channels.message import InboundMessage
from ..models import ChannelConnection, Contact
from ..phones import to_e164


def find_or_create_sender(connection: ChannelConnection, inbound: InboundMessage) -> Contact:
    """The contact that an inbound message identifies, or a new one."""
    return Contact.objects.find_or_create(
        connection.pro,
        identities=inbound.identities,
        name=_sender_name(connection, inbound),
        email=inbound.email,
        phone=inbound.phone or _stated_phone(connection, inbound),
        source=connection.channel,
        channel_preference=connection.channel,
        language=inbound.language or connection.pro.language,
        reached_by="" if inbound.email or inbound.phone else connection.channel,
        stated_in="" if inbound.is_proven else _source(connection, inbound),
    )


def _source(connection: ChannelConnection, inbound: InboundMessage) -> str:
    """Name of what passed the words on: a portal's host name, an address, the channel."""
    return (inbound.lead.source if inbound.lead else "") or inbound.by_way_of or connection.channel


def _stated_phone(connection: ChannelConnection, inbound: InboundMessage) -> str:
    """Phone in the labelled words of a person who is only stated, in E.164; "" for none that can be read."""
    if inbound.lead and not inbound.is_proven:
        with suppress(ValidationError):
            return to_e164(inbound.lead.phone, connection.pro.country)
    return ""


def _sender_name(connection: ChannelConnection, inbound: InboundMessage) -> str:
    """The name that the sender gives, else the address that they wrote from."""
    name = one_line(inbound.name)
    if any(c.isalnum() for c in name):
        return name
    return one_line(inbound.email or inbound.phone or f"{connection.get_channel_display()} {inbound.address}".strip())
