"""News: an event with its words, read anew each time that somebody is told of it. A notification holds none of them.

An app reads what its rows tell in a module `news`, by NEWS: a function for each kind, of the key and the user who is
told. It returns None for what is no news any more, as it was read, answered or deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from config.accounts.models import Pro
from config.web.hooks import hooks

from .kinds import Kind

if TYPE_CHECKING:
    from .models import Notification


class Event(NamedTuple):
    """An event that somebody is told of: its kind, the key by which its app finds it, and the contact it is about."""

    kind: Kind
    key: str
    contact_id: UUID | None


@dataclass(frozen=True)
class News:
    """The mail about an event, and the page that shows it. `is_own` is about the user rather than from a person."""

    pro: Pro
    template: str
    context: Mapping[str, object]
    path: str
    reply_to: str = ""
    is_own: bool = False


def read_news(notification: "Notification") -> News | None:
    """The news of a notification, None for what is none any more."""
    for module in hooks("news", "NEWS"):
        if read := module.NEWS.get(notification.kind):
            return read(notification.key, notification.user)
    return None
