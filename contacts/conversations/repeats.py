"""Recognise a message that was stored before."""

import hashlib

from ..channels.message import InboundMessage
from ..models import ChannelConnection, ContactMessage


def find_stored_message(connection: ChannelConnection, inbound: InboundMessage) -> ContactMessage | None:
    """The message that was stored for an inbound one before, None for a new one."""
    rows = ContactMessage.objects.for_pro(connection.pro).filter(
        channel=connection.channel, external_id=inbound.external_id
    )
    if connection.channel != ChannelConnection.Channel.EMAIL:
        return rows.first()
    # One of our own, sent back to us, is no second message.
    return next((row for row in rows if row.is_outbound or _has_same_words(row, inbound)), None)


def _has_same_words(message: ContactMessage, inbound: InboundMessage) -> bool:
    stored = (message.text, message.subject, message.address)
    return stored == (inbound.text, inbound.subject, inbound.address)


def make_variant(connection: ChannelConnection, inbound: InboundMessage) -> str:
    """Key of an e-mail among those with its Message-ID; "" for the first one."""
    rows = ContactMessage.objects.for_pro(connection.pro).filter(
        channel=connection.channel, external_id=inbound.external_id
    )
    if not inbound.external_id or not rows.exists():
        return ""
    return hashlib.sha256(repr((inbound.text, inbound.subject, inbound.address)).encode()).hexdigest()
