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
    later = [_after(rows, since, position) for rows in lists]
    if skip:
        if (last_skipped := _position(later, skip - 1)) is None:
            return Changes([], None)
        later = [_after(rows, None, last_skipped) for rows in lists]
    parts = [rows.order_by("updated_at", "pk")[: size + 1] for rows in later]
    merged = list(islice(heapq.merge(*parts, key=attrgetter("updated_at", "pk")), size + 1))
    page = merged[:size]
    return Changes(page, to_cursor(page[-1].updated_at, MARK + str(page[-1].pk)) if len(merged) > size else None)


def _position(lists: Sequence[QuerySet[Any, Any]], number: int) -> tuple[Any, Any] | None:
    """The time and id of a row of the lists together, from 0, found in the database; None if there are fewer."""
    first, *others = [rows.order_by().values_list("updated_at", "pk") for rows in lists]
    rows = first.union(*others, all=True) if others else first
    return next(iter(rows.order_by("updated_at", "pk")[number : number + 1]), None)


def _after(rows: QuerySet[Any, Any], since: datetime | None, position: tuple[Any, Any] | None) -> QuerySet[Any, Any]:
    if position:
        return rows.filter(TupleGreaterThan(("updated_at", "pk"), position))
    return rows.filter(updated_at__gte=since) if since else rows


def _unmark(text: str) -> str:
    if not text.startswith(MARK):
        raise ValueError("a cursor of another order")
    return text.removeprefix(MARK)
