"""Times as the documents write them."""

from datetime import UTC, datetime
from typing import overload


@overload
def format_utc(time: datetime, precision: str = ...) -> str: ...
@overload
def format_utc(time: None, precision: str = ...) -> None: ...
@overload
def format_utc(time: datetime | None, precision: str = ...) -> str | None: ...
def format_utc(time: datetime | None, precision: str = "seconds") -> str | None:
    """Format a time in UTC, "2026-02-10T14:30:00Z", to the seconds, milliseconds or microseconds; None for none."""
    return time.astimezone(UTC).isoformat(timespec=precision).removesuffix("+00:00") + "Z" if time else None
