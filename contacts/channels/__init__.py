"""The providers through which people write, one file each; all of them speak of the same small Message.

A provider is a module with these names:

- `CHANNEL`, one of Contact.Channel, and `MAX_BODY`, the most bytes of one call;
- `verify(connection, headers, body, content_type) -> str` raises Refused unless the provider sent it, and returns what
  tells this call from others, "" where the body does;
- `read(connection, body, content_type) -> Iterator[Message | Receipt | Elsewhere]` says what it holds, or raises
  Unreadable;
- `send(connection, message) -> str` sends a ContactMessage and returns the provider's id of it; raises SendFailed;
- `test(connection) -> str` tries the connection and returns the provider's name of it; raises SendFailed.
"""

from types import ModuleType
from typing import Any


def provider_of(connection: Any) -> ModuleType:
    """The module that speaks with a ChannelConnection's provider."""
    # They know the models, which know these shapes.
    from . import email, telegram, whatsapp

    return {module.CHANNEL: module for module in (email, telegram, whatsapp)}[connection.channel]
