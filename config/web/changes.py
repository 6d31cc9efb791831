"""Rows in the order of their last change, for programs that keep a copy."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan

from .paging import from_cursor, to_cursor

# Of the id in a cursor: that of a list in another order is none here, and the other way round.
MARK = "changed:"


@dataclass(frozen=True)
class Changes:
    """A part of a list in the order of the last change: rows, and the cursor of the rest, None at the end."""

    rows: list[Any]
    next: str | None


def read_changes(
    lists: Sequence[QuerySet[Any, Any]],
    size: int,
    *,
    since: datetime | None,
    cursor: str | None,
    read_id: Callable[[str], Any],
    skip: int = 0,
) -> Changes:
    """Read at most `size` rows of several lists together, from `since` or after `cursor`, without the first `skip`.

    The rows have `updated_at` and `pk`. Raises InvalidCursorError.
    """
    position = from_cursor(cursor, lambda text: read_id(_unmark(text))) if cursor is not None else None
    parts = [_ordered(rows, since, position)[: skip + size + 1] for rows in lists]
    merged = list(islice(heapq.merge(*parts, key=attrgetter("updated_at", "pk")), skip, skip + size + 1))
    page = merged[:size]
    return Changes(page, to_cursor(page[-1].updated_at, MARK + str(page[-1].pk)) if len(merged) > size else None)


def _ordered(rows: QuerySet[Any, Any], since: datetime | None, position: tuple[Any, Any] | None) -> QuerySet[Any, Any]:
    if position:
        rows = rows.filter(TupleGreaterThan(("updated_at", "pk"), position))
    elif since:
        rows = rows.filter(updated_at__gte=since)
    return rows.order_by("updated_at", "pk")


def _unmark(text: str) -> str:
    if not text.startswith(MARK):
        raise ValueError("a cursor of another order")
    return text.removeprefix(MARK)
