"""Pages of a list: by a cursor (the position of a row), or by number with an exact total."""

import base64
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Func, IntegerField, QuerySet
from django.db.models.fields.tuple_lookups import TupleLessThanOrEqual

from .compiled import Compiled, Shape
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
        def rest(*values: Any, since: datetime, since_id: Any, **named: Any) -> QuerySet[Any, Any]:
            rows = shape(*values, **named)
            if since_id is None:
                return rows.filter(created_at__lte=since)
            return rows.filter(TupleLessThanOrEqual(("created_at", "pk"), (since, since_id)))

        self._rows, self._total, self._positions = _compile_pages(struct, shape)
        self._rest, self._rest_total, _ = _compile_pages(struct, rest)
        self._kept_total, self._kept_for = Compiled(kept_total) if kept_total else None, frozenset(kept_for)

    def page(self, number: int, size: int, *values: Value, **named: Value) -> tuple[list[R], int]:
        """Page `number` (from 1) of `size` rows, and the number of all rows."""
        start = (number - 1) * size
        if start == 0:
            return self._rows.part(size, 0, *values, **named), self._count(values, named)
        since = self._skip(start, values, named)
        if since is None:
            return [], self._count(values, named)
        rows = self._rest.part(size, 0, *values, **since, **named)
        if self._is_kept(named):
            return rows, self._count(values, named)
        return rows, start + _number(self._rest_total, *values, **since, **named)

    def _is_kept(self, named: dict[str, Value]) -> bool:
        return self._kept_total is not None and named.keys() <= self._kept_for

    def _count(self, values: tuple[Value, ...], named: dict[str, Value]) -> int:
        total = self._kept_total if self._kept_total and self._is_kept(named) else self._total
        return _number(total, *values, **named)

    def _skip(self, start: int, values: tuple[Value, ...], named: dict[str, Value]) -> dict[str, Value] | None:
        """The position at which the rows after the first `start` begin; None if there are no more.

        Comparing the time alone takes half the time of comparing (time, id); that is needed only between rows of one
        time.
        """
        positions = self._positions.part(2, start - 1, *values, **named)
        if len(positions) < 2:
            return None
        last_skipped, (created_at, id) = positions
        return {"since": created_at, "since_id": id if last_skipped[0] == created_at else None}


def _number(total: Compiled[Any], *values: Value, **named: Value) -> int:
    rows = total.rows(*values, **named)
    return rows[0][0] if rows else 0


def _compile_pages[R](struct: type[R], shape: Shape[Any]) -> tuple[Compiled[R], Compiled[Any], Compiled[Any]]:
    """The rows of a list newest first, the number of them, and their positions."""

    def newest_first(*values: Any, **named: Any) -> QuerySet[Any, Any]:
        return shape(*values, **named).order_by("-created_at", "-pk")

    def total(*values: Any, **named: Any) -> QuerySet[Any, Any]:
        return shape(*values, **named).values_list(RowCount())

    def positions(*values: Any, **named: Any) -> QuerySet[Any, Any]:
        return newest_first(*values, **named).values_list("created_at", "pk")

    return Compiled.structs(struct, newest_first), Compiled(total), Compiled(positions)


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
