"""The owner's channels, what comes in by them, and the other end. Import the fixtures to use them."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from zlib import crc32

import pytest

from config.accounts.models import Pro
from contacts.channels.message import InboundMessage
from contacts.conversations.receiving import receive_message
from contacts.models import ChannelConnection, ContactMessage

from .channels_out.peer import BOT_TOKEN, PHONE_ID, WHATSAPP_TOKEN, Peer

NUMBERS = count(1)
SECRET = "the-secret-of-the-channel"
SETTINGS = {
    "whatsapp": {"address": PHONE_ID, "secret": SECRET, "token": WHATSAPP_TOKEN},
    "telegram": {"secret": SECRET, "token": BOT_TOKEN},
    "email": {"provider": "mime", "address": "port@in.example.com", "secret": SECRET},
}


def connect(pro: Pro, channel: str, **more: Any) -> ChannelConnection:
    return ChannelConnection.objects.connect(pro, channel, SETTINGS[channel] | more)


@pytest.fixture
def whatsapp(pro: Pro) -> ChannelConnection:
    return connect(pro, "whatsapp")


@pytest.fixture
def telegram(pro: Pro) -> ChannelConnection:
    return connect(pro, "telegram")


@pytest.fixture
def letterbox(pro: Pro) -> ChannelConnection:
    """The owner's e-mail."""
    return connect(pro, "email")


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    """WhatsApp and Telegram, where this installation looks for them."""
    settings.CHANNEL_TIMEOUT = 5
    peer = Peer(settings)
    yield peer
    peer.recover()
    peer.stop()


def arrive(
    connection: ChannelConnection, text: str = "Is it free?", who: str = "Inès", **fields: Any
) -> ContactMessage:
    """Keeps a message as the worker does. `who` is known by the name: another one is somebody else."""
    address = str(crc32(who.encode()))
    if is_mail := connection.channel == "email":
        address += "@example.org"
    usual = {
        "external_id": f"id.{next(NUMBERS)}",
        "identities": ((connection.channel, address),),
        "address": address,
        "name": who,
        "text": text,
        "email": address if is_mail else "",
    }
    found = receive_message(connection, InboundMessage(**{**usual, **fields}))
    if found and "sent_at" in fields:
        # As if it had come when it was written.
        ContactMessage.objects.recount(found.contact)
    assert found is not None
    return found


def stand(message: ContactMessage) -> tuple[str, str, str]:
    """(state, text, error) as they stand now."""
    return ContactMessage.objects.values_list("state", "text", "error").get(pk=message.pk)
