"""Recognise a message that was stored before."""

import hashlib
from email.utils import parseaddr

from django.conf import settings

from config.web.compiled import Compiled

from ..addresses import email_key
from ..channels.message import InboundMessage
from ..models import ChannelConnection, ContactMessage

_SAME_ID = Compiled(
    lambda pro_id, channel, external_id: ContactMessage.objects.filter(
        pro=pro_id, channel=channel, external_id=external_id
    )
)


def find_stored_message(connection: ChannelConnection, inbound: InboundMessage) -> ContactMessage | None:
    """The message that was stored for an inbound one before, None for a new one."""
    rows = _SAME_ID.rows(connection.pro_id, connection.channel, inbound.external_id)
    if connection.channel != ChannelConnection.Channel.EMAIL:
        return rows[0] if rows else None
    return next((row for row in rows if _is_repeat(connection, row, inbound)), None)


def _is_repeat(connection: ChannelConnection, message: ContactMessage, inbound: InboundMessage) -> bool:
    """True for the same words, and for an e-mail of our own that was sent back to us.

    Anybody who got one knows its Message-ID: in a stranger's e-mail it proves nothing.
    """
    if message.is_outbound:
        own = {email_key(address) for address in (connection.address, connection.pro.email, _default_sender())}
        return email_key(inbound.by_way_of or inbound.email) in own or message.text == inbound.text
    return _has_same_words(message, inbound)


def _default_sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _has_same_words(message: ContactMessage, inbound: InboundMessage) -> bool:
    stored = (message.text, message.subject, message.address)
    return stored == (inbound.text, inbound.subject, inbound.address)


def make_variant(connection: ChannelConnection, inbound: InboundMessage) -> str:
    """Key of an e-mail among those with its Message-ID; "" for the first one, and in other channels."""
    if connection.channel != ChannelConnection.Channel.EMAIL or not inbound.external_id:
        return ""
    rows = ContactMessage.objects.for_pro(connection.pro).filter(
        channel=connection.channel, external_id=inbound.external_id
    )
    if not rows.exists():
        return ""
    return hashlib.sha256(repr((inbound.text, inbound.subject, inbound.address)).encode()).hexdigest()
