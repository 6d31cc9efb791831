"""Pages of a list: by a cursor, which is the place of a row in the order, or by number with an exact total."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

from django.db.models import Model, QuerySet
from django.db.models.fields.tuple_lookups import TupleLessThanOrEqual


def numbered_page[M: Model](rows: QuerySet[M], number: int, size: int) -> tuple[list[M], int]:
    """The page `number` (from 1) of `size` rows, newest first, and the exact number of rows there are.

    For rows with `created_at` and an index that ends in it and the id. Counting goes through that index anyway, so a
    page at depth may cost as little as the first one: on the way to its first row the index alone is read, and what
    was skipped there is not counted again.
    """
    newest_first, start = rows.order_by("-created_at", "-pk"), (number - 1) * size
    if start == 0:
        return list(newest_first[:size]), rows.count()
    here = _from(newest_first, start)
    return (list(here[:size]), start + here.count()) if here is not None else ([], rows.count())


def _from[M: Model](newest_first: QuerySet[M], start: int) -> QuerySet[M] | None:
    """The rows without the first `start`, which is 1 or more; None where there are no others.

    The time alone tells them in half the time that it takes together with the id, unless rows of one moment are parted.
    """
    places = list(newest_first.values_list("created_at", "pk")[start - 1 : start + 1])
    if len(places) < 2:
        return None
    last_before, first = places
    if last_before[0] > first[0]:
        return newest_first.filter(created_at__lte=first[0])
    return newest_first.filter(TupleLessThanOrEqual(("created_at", "pk"), first))


class InvalidCursor(ValueError):
    """A cursor that no page returned."""


def to_cursor(created_at: datetime, id: object) -> str:
    """The place of a row, to the microsecond: base64url of (createdAt, id)."""
    text = f"{created_at.astimezone(UTC).isoformat()}|{id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_cursor[Id](cursor: str, read_id: Callable[[str], Id]) -> tuple[datetime, Id]:
    """The inverse of `to_cursor`. Raises InvalidCursor when somebody made the cursor up.

    `read_id` makes the id of its text, and raises ValueError where it is none.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        time, _, id = text.partition("|")
        created_at = datetime.fromisoformat(time)
        if created_at.tzinfo is None:
            raise ValueError("no time zone")
        return created_at.astimezone(UTC), read_id(id)
    except (ValueError, OverflowError) as error:
        raise InvalidCursor("This cursor is not one that a page returned.") from error


def row_number(text: str) -> int:
    """An id that counts from 1. Raises ValueError where `text` is none that a database could know."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) < 2**63):
        raise ValueError("no id")
    return int(text)
