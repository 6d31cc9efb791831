"""What every provider's payload becomes: the same small InboundMessage, whoever brought it."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Identity = tuple[str, str]
MAX_TEXT = 200_000  # characters, a book of a hundred pages
# Control characters but for a tab and the end of a line, and surrogates: Unicode's categories Cc and Cs.
UNFIT = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")


class RefusedError(Exception):
    """What came in does not prove that the provider sent it."""


class UnreadableError(Exception):
    """What came in is not of the form that the provider publishes."""


class SendFailedError(Exception):
    """A message did not go out, and why, in words for the Pro. `is_final`: trying again by itself is of no use.

    `is_doubtful`: the provider had it, and nobody knows what became of it. Then trying again is for the Pro to decide.
    """

    def __init__(self, reason: str, *, is_final: bool, is_doubtful: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final, self.is_doubtful = reason, is_final or is_doubtful, is_doubtful


@dataclass(frozen=True)
class Media:
    """What stays with the provider and is known here by reference: `kind` in its words ("image", "voice"); `size` in
    bytes, 0 when it is not said."""

    kind: str
    id: str = ""
    filename: str = ""
    mime_type: str = ""
    size: int = 0


@dataclass(frozen=True)
class File:
    """A file that came along, as its sender called it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class InboundMessage:
    """One message that somebody wrote.

    `external_id` is the provider's id, by which a second delivery is known. `identities` are who the sender is, as
    (channel, external id), the surest first, and `address` is where an answer goes, both as the provider knows them.
    `email` and `phone` (E.164) are what is learnt of the sender. `references` are the ids of the e-mails before it,
    oldest first; `about` is the one that a report is about, and `is_returned` says that it was not delivered.
    `edited_at` is when these words took the place of others.
    """

    external_id: str
    identities: tuple[Identity, ...]
    address: str
    name: str
    text: str = ""
    sent_at: datetime | None = None
    email: str = ""
    phone: str = ""
    language: str = ""
    subject: str = ""
    quoted: str = ""
    media: tuple[Media, ...] = ()
    files: tuple[File, ...] = ()
    references: tuple[str, ...] = ()
    is_automatic: bool = False
    edited_at: datetime | None = None
    about: str = ""
    is_returned: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """A part of a call that is for somebody else and left alone, and why, in words for the Pro."""

    reason: str


@dataclass(frozen=True)
class Receipt:
    """What became of a message that was sent: `state` is one of ContactMessage.State."""

    external_id: str
    state: str
    reason: str = ""


def clean(value: Any, length: int = MAX_TEXT) -> str:
    """Text from outside, as every database takes it; "" for what is none. Line breaks and marks of direction stay.

    Control characters and unpaired surrogates go: a NUL stops PostgreSQL.
    """
    if not isinstance(value, str):
        return ""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return UNFIT.sub("", lines)[:length]


def part(source: Any, name: str) -> Mapping[str, Any]:
    """The object `name` of an object; an empty one for anything else."""
    found = source.get(name) if isinstance(source, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def parts(source: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects of the list `name` of an object."""
    found = source.get(name) if isinstance(source, Mapping) else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def number(value: Any) -> int:
    """A whole number of at most 63 bits, given as one or as its digits; 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else 0


def moment(value: Any) -> datetime | None:
    """The time of Unix seconds."""
    with contextlib.suppress(OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(seconds, UTC) if (seconds := number(value)) else None
    return None
