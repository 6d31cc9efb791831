"""Read values of foreign JSON: whatever a caller sends becomes the expected type."""

import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

MAX_TEXT = 200_000  # characters, a book of a hundred pages
# Control characters except tab and line feed, and surrogates: Unicode's categories Cc and Cs.
UNSTORABLE = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")


def clean_text(value: Any, length: int = MAX_TEXT) -> str:
    """Text that every database can store, at most `length` characters; "" for anything that is no text.

    Removes control characters (PostgreSQL refuses NUL) and unpaired surrogates. Line breaks become line feeds; marks of
    writing direction stay.
    """
    if not isinstance(value, str):
        return ""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return UNSTORABLE.sub("", lines)[:length]


def get_object(source: Any, name: str) -> Mapping[str, Any]:
    """The object `name` of an object; an empty one for anything else."""
    value = source.get(name) if isinstance(source, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def get_objects(source: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects in the list `name` of an object."""
    value = source.get(name) if isinstance(source, Mapping) else None
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def to_int(value: Any) -> int:
    """A whole number of at most 63 bits, given as a number or in digits; 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else 0


def to_datetime(value: Any) -> datetime | None:
    """The time of a Unix timestamp, in seconds."""
    with contextlib.suppress(OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(seconds, UTC) if (seconds := to_int(value)) else None
    return None
