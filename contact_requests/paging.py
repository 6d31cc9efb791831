"""The cursor that pages and JSON share: the place of a row in the order, not a number of rows."""

import base64
import uuid
from datetime import UTC, datetime


class InvalidCursor(ValueError):
    """A cursor that no page returned."""


def to_cursor(created_at: datetime, id: uuid.UUID) -> str:
    """The place of a row, to the microsecond: base64url of (createdAt, id)."""
    text = f"{created_at.astimezone(UTC).isoformat()}|{id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    """The inverse of `to_cursor`. Raises InvalidCursor when somebody made the cursor up."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        time, _, id = text.partition("|")
        created_at = datetime.fromisoformat(time)
        if created_at.tzinfo is None:
            raise ValueError("no time zone")
        return created_at.astimezone(UTC), uuid.UUID(id)
    except (ValueError, OverflowError) as error:
        raise InvalidCursor("This cursor is not one that a page returned.") from error
