"""Pages of a list: by a cursor (the position of a row), or by number with an exact total."""

import base64
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Func, IntegerField, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import TupleLessThanOrEqual

from .compiled import Compiled, Shape, struct_reader
from .statement import Value


class RowCount(Func):
    """The number of all rows of a query, which has no other columns. `Count` would group them."""

    template = "COUNT(*)"
    output_field = IntegerField()


class NumberedPages[R]:
    """Pages of a list by number, newest first, as Structs, with the exact number of all rows.

    `shape` is the queryset of the list, as for `Compiled`. The rows need `created_at` and an index
    that ends in it and the id. `kept_total` is the queryset of one kept count, for calls whose names are all in
    `kept_for`. For other calls the rows are counted; that reads the index anyway, so a deep page costs no more than the
    first: the skipped rows are read from the index alone, and are not counted again.
    """

    def __init__(
        self, struct: type[R], shape: Shape[Any], *, kept_total: Shape[Any] | None = None, kept_for: Iterable[str] = ()
    ) -> None:
        def rest(since: datetime, since_id: Any, *values: Any, **named: Any) -> QuerySet[Any, Any]:
            rows = shape(*values, **named)
            if since_id is None:
                return rows.filter(created_at__lte=since)
            return rows.filter(TupleLessThanOrEqual(("created_at", "pk"), (since, since_id)))

        def positions(*values: Any, **named: Any) -> QuerySet[Any, Any]:
            return _newest_first(shape, *values, **named).values_list("created_at", "pk")

        self._positions = Compiled(positions, keeps_plan=True)
        self._first, self._rest = (_CountedRows(struct, rows, _count_of(rows)) for rows in (shape, rest))
        self._kept_for = frozenset(kept_for)
        if kept_total:
            self._kept_first = _CountedRows(struct, shape, kept_total)
            self._kept_rest = _CountedRows(struct, rest, lambda _since, _id, *v, **named: kept_total(*v, **named))
        self._has_kept_total = kept_total is not None

    def page(self, number: int, size: int, *values: Value, **named: Value) -> tuple[list[R], int]:
        """Page `number` (from 1) of `size` rows, and the number of all rows."""
        start, is_kept = (number - 1) * size, self._has_kept_total and named.keys() <= self._kept_for
        first, rest = (self._kept_first, self._kept_rest) if is_kept else (self._first, self._rest)
        if start == 0:
            return first.read(size, *values, **named)
        if since := self._skip(start, values, named):
            rows, total = rest.read(size, *since, *values, **named)
            if rows:
                return rows, total if is_kept else start + total
        return [], first.read(1, *values, **named)[1]

    def _skip(self, start: int, values: tuple[Value, ...], named: dict[str, Value]) -> tuple[Value, Value] | None:
        """The position at which the rows after the first `start` begin; None if there are no more.

        Comparing the time alone takes half the time of comparing (time, id); that is needed only between rows of one
        time.
        """
        positions = self._positions.part(2, start - 1, *values, **named)
        if len(positions) < 2:
            return None
        last_skipped, (created_at, id) = positions
        return created_at, id if last_skipped[0] == created_at else None


class _CountedRows[R]:
    """The first rows of `shape`, newest first, and a total, in one statement.

    Each row has the total after its own columns; the database finds it once.
    """

    def __init__(self, struct: type[R], shape: Shape[Any], total: Shape[Any]) -> None:
        columns, self._read = struct_reader(struct)

        def rows(*values: Any, **named: Any) -> QuerySet[Any, Any]:
            counted = _newest_first(shape, *values, **named).annotate(all_rows=Subquery(total(*values, **named)))
            return counted.values_list(*columns, "all_rows")

        self._rows = Compiled(rows, keeps_plan=True)

    def read(self, size: int, *values: Value, **named: Value) -> tuple[list[R], int]:
        """At most `size` rows, and the total; 0 when there are none."""
        rows = self._rows.part(size, 0, *values, **named)
        return [self._read(row[:-1]) for row in rows], rows[0][-1] if rows else 0


def _newest_first(shape: Shape[Any], *values: Any, **named: Any) -> QuerySet[Any, Any]:
    return shape(*values, **named).order_by("-created_at", "-pk")


def _count_of(shape: Shape[Any]) -> Shape[Any]:
    """The queryset of the number of rows."""
    return lambda *values, **named: shape(*values, **named).values_list(RowCount())


class InvalidCursorError(ValueError):
    """Malformed cursor."""


def to_cursor(created_at: datetime, id: object) -> str:
    """Encode the position of a row: base64url of "created_at|id", to the microsecond."""
    text = f"{created_at.astimezone(UTC).isoformat()}|{id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_cursor[Id](cursor: str, read_id: Callable[[str], Id]) -> tuple[datetime, Id]:
    """Decode a cursor. `read_id` parses the id, and raises ValueError. Raises InvalidCursorError."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        time, _, id = text.partition("|")
        created_at = datetime.fromisoformat(time)
        if created_at.tzinfo is None:
            raise ValueError("no time zone")
        return created_at.astimezone(UTC), read_id(id)
    except (ValueError, OverflowError) as error:
        raise InvalidCursorError("This cursor is not one that a page returned.") from error


def row_number(text: str) -> int:
    """Parse an integer id. Raises ValueError for one that no row can have."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) < 2**63):
        raise ValueError("no id")
    return int(text)
