"""The contact that wrote an inbound message, and whether that is known."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from config.web.text import one_line

from ..addresses import email_key
from ..channels.message import InboundMessage
from ..models import ChannelConnection, Contact
from ..phones import to_e164
from ..reply_addresses import Thread


def find_or_create_sender(connection: ChannelConnection, inbound: InboundMessage, **newcomer: Any) -> Contact:
    """The contact that an inbound message identifies, or a new one, which gets the further fields.

    The caller holds the book.
    """
    stated_in = "" if inbound.is_proven else _source(connection, inbound)
    fields = sender_fields(connection, inbound) | newcomer
    return Contact.objects.find_or_create_locked(
        connection.pro, identities=inbound.identities, stated_in=stated_in, **fields
    )


def sender_fields(connection: ChannelConnection, inbound: InboundMessage) -> dict[str, Any]:
    """Fields of the contact that is made of a sender."""
    return {
        "name": _sender_name(connection, inbound),
        "email": inbound.email,
        "phone": inbound.phone or _stated_phone(connection, inbound),
        "source": connection.channel,
        "channel_preference": connection.channel,
        "language": inbound.language or connection.pro.language,
        "reached_by": "" if inbound.email or inbound.phone else connection.channel,
    }


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


def is_sender_unconfirmed(
    contact: Contact, inbound: InboundMessage, began_at: datetime, thread: Thread | None = None
) -> bool:
    """True if a known contact is said to have written, from an address that is stated or not proven.

    So it is for a mail to a reply address from an address that is not the contact's.

    `began_at` is when the sender was looked up: a contact that is younger was made for them. What was passed on is
    unconfirmed where an answer to somebody with a proven address would go to an address that is not theirs.
    """
    if contact.created_at >= began_at or inbound.is_returned:
        return False
    if thread and thread.contact == contact and not contact.identities.matching(inbound.sender).exists():
        return True
    if inbound.by_way_of:
        held = contact.identities.held()
        is_elsewhere = not held.filter(external_id=email_key(inbound.address)).exists()
        return bool(inbound.address) and is_elsewhere and held.filter(is_stated=False).exists()
    if not inbound.is_proven:
        return True
    return contact.identities.matching(inbound.sender).filter(is_stated=True).exists()
