"""Mail to the reply addresses of the installation, read as that of a connection: the address decides Pro and thread."""

from dataclasses import replace
from typing import Any

from ..channels.message import InboundMessage
from ..models import ChannelConnection, ChannelDelivery, Contact
from ..reply_addresses import Thread, find_bounced_id, find_thread, reply_connection
from ..topics import read_topic
from .sender_contacts import find_or_create_sender


def stored_or_none(connection: ChannelConnection) -> ChannelConnection | None:
    """The connection as rows refer to it, None for the installation's own."""
    return connection if connection.pk else None


def connection_of(delivery: ChannelDelivery) -> ChannelConnection:
    """The connection that a call came by."""
    return delivery.connection or reply_connection(delivery.pro)


def read_thread(delivery: ChannelDelivery | None) -> Thread | None:
    """The thread that a call answers to; None for a call of a connection, and for a thread that is gone."""
    return find_thread(delivery.thread) if delivery and delivery.thread else None


def name_bounced_mail(delivery: ChannelDelivery | None, inbound: InboundMessage) -> InboundMessage:
    """The report on a mail with the Message-ID that its address tells; servers need not repeat it in the report."""
    if inbound.is_returned and delivery and (about := find_bounced_id(delivery.thread)):
        return replace(inbound, about=about)
    return inbound


def find_writer(
    connection: ChannelConnection, inbound: InboundMessage, thread: Thread | None, **newcomer: Any
) -> Contact:
    """The contact of the thread, else the one that the message identifies, or a new one, with further fields.

    The caller holds the book.
    """
    return (thread.contact if thread else None) or find_or_create_sender(connection, inbound, **newcomer)


def topic_in_thread(contact: Contact, thread: Thread | None) -> str:
    """The topic of a thread, "" where it is not (or no longer) this contact's."""
    return thread.topic if thread and read_topic(contact, thread.topic) else ""
