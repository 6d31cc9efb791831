"""The providers, one module each. All of them read calls into the same InboundMessage and Receipt."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from ..models import ChannelConnection, ContactMessage
from . import email, mailbox, telegram, telegram_media, whatsapp, whatsapp_media
from .message import FetchedMedium, IgnoredPart, InboundMessage, Receipt, SentMail

# Functions that fetch a medium by its id, of the channels whose media stay with the provider at first.
MEDIA_FETCHERS: dict[str, Callable[[ChannelConnection, str], FetchedMedium]] = {
    telegram.CHANNEL: telegram_media.fetch_medium,
    whatsapp.CHANNEL: whatsapp_media.fetch_medium,
}


class ProviderModule(Protocol):
    """The names of a module that speaks with a channel's provider.

    `CHANNEL` is one of ChannelConnection.Channel, `MAX_BODY` the most bytes of one call.
    """

    CHANNEL: str
    MAX_BODY: int

    def verify_call(
        self, connection: ChannelConnection, headers: Mapping[str, str], body: bytes, content_type: str
    ) -> str:
        """Return what tells this call from others, "" where the body does; raise RefusedError unless the provider
        sent it."""
        ...

    def read_call(
        self, connection: ChannelConnection, body: bytes, content_type: str
    ) -> Iterator[InboundMessage | Receipt | IgnoredPart | SentMail]:
        """Yield what a call holds; raise UnreadableError."""
        ...

    def send_text(self, connection: ChannelConnection, message: ContactMessage) -> str:
        """Send a message and return the provider's id of it; raise SendFailedError."""
        ...

    def check_connection(self, connection: ChannelConnection) -> str:
        """Try the connection and return the provider's name of it; raise SendFailedError."""
        ...


def provider_of(connection: ChannelConnection) -> ProviderModule:
    """The module that speaks with a connection's provider."""
    if connection.provider == ChannelConnection.Provider.MAILBOX:
        return mailbox
    modules: tuple[ProviderModule, ...] = (email, telegram, whatsapp)
    return {module.CHANNEL: module for module in modules}[connection.channel]
