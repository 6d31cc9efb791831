"""Pages of a list: by a cursor (the position of a row), or by number with an exact total."""

import base64
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, Func, IntegerField, Model, QuerySet, Subquery, Sum, Value, Window
from django.db.models.fields.tuple_lookups import TupleLessThan, TupleLessThanOrEqual

from .compiled import Compiled, Shape, struct_reader
from .statement import Value as Parameter

type Weeks = Callable[..., QuerySet[Any, Any] | None]


class RowCount(Func):
    """The number of all rows of a query, which has no other columns. `Count` would group them."""

    template = "COUNT(*)"
    output_field = IntegerField()


class RowSum(Func):
    """The sum of a column over all rows of a query, which has no other columns."""

    template = "COALESCE(SUM(%(expressions)s), 0)"
    output_field = IntegerField()


class NumberedPages[R]:
    """Pages of a list by number, newest first, as Structs, with the exact number of all rows.

    `shape` is the queryset of the list, as for `Compiled`. The rows need `created_at` and an index
    that ends in it and the id. `kept_total` is the queryset of one kept count, for calls whose names are all in
    `kept_for`: then a deep page is one statement, as the first is. For other calls the rows are counted; that reads the
    index anyway, so a deep page costs no more than the first. Skipped rows are read from the index alone, and are not
    counted again. `weeks` is the queryset of kept counts by week for the same values, None where there are none: then
    no row of a week is read that is skipped as a whole. Its rows have `n` and `until`, the day after the week's last.
    """

    def __init__(
        self,
        struct: type[R],
        shape: Shape[Any],
        *,
        kept_total: Shape[Any] | None = None,
        kept_for: Iterable[str] = (),
        weeks: Weeks = lambda *_values, **_named: None,
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
        self._kept = _KeptPages(struct, shape, kept_total, weeks) if kept_total else None

    def page(self, number: int, size: int, *values: Parameter, **named: Parameter) -> tuple[list[R], int]:
        """Page `number` (from 1) of `size` rows, and the number of all rows."""
        start = (number - 1) * size
        if self._kept and named.keys() <= self._kept_for:
            return self._kept.page(start, size, *values, **named)
        if start == 0:
            return self._first.read(size, *values, **named)
        if since := self._skip(start, values, named):
            rows, total = self._rest.read(size, *since, *values, **named)
            if rows:
                return rows, start + total
        return [], self._first.read(1, *values, **named)[1]

    def _skip(
        self, start: int, values: tuple[Parameter, ...], named: dict[str, Parameter]
    ) -> tuple[Parameter, Parameter] | None:
        """The position at which the rows after the first `start` begin; None if there are no more.

        Comparing the time alone takes half the time of comparing (time, id); that is needed only between rows of one
        time.
        """
        positions = self._positions.part(2, start - 1, *values, **named)
        if len(positions) < 2:
            return None
        last_skipped, (created_at, id) = positions
        return created_at, id if last_skipped[0] == created_at else None


class _KeptPages[R]:
    """Pages of a list whose total is kept; each is one statement."""

    def __init__(self, struct: type[R], shape: Shape[Any], total: Shape[Any], weeks: Weeks) -> None:
        self._struct, self._shape, self._total, self._weeks = struct, shape, total, weeks
        self._first = _CountedRows(struct, shape, total)
        self._deep: dict[int, _CountedRows[R]] = {}

    def page(self, start: int, size: int, *values: Parameter, **named: Parameter) -> tuple[list[R], int]:
        """At most `size` rows after the first `start`, and the total."""
        if start == 0:
            return self._first.read(size, *values, **named)
        if size not in self._deep:
            self._deep[size] = self._after(size)
        rows, total = self._deep[size].read(size, start, *values, **named)
        return rows, total if rows else self._first.read(1, *values, **named)[1]

    def _after(self, size: int) -> "_CountedRows[R]":
        """Pages of `size` rows; their number stands in the SQL, see `Statement.limited`."""

        def rows(start: int, *values: Any, **named: Any) -> QuerySet[Any, Any]:
            listed = _newest_first(self._shape, *values, **named)
            keys = keys_after(listed, start, size, weeks=self._weeks(*values, **named))
            return listed.model._default_manager.filter(pk__in=keys)

        return _CountedRows(self._struct, rows, lambda _start, *values, **named: self._total(*values, **named))


def keys_after(rows: QuerySet[Any], start: int, size: int, *, weeks: QuerySet[Any] | None = None) -> Subquery:
    """The keys of `size` rows after the first `start`. Rows that are skipped are read from the index alone.

    `weeks` are the kept counts by week of the same rows, newest first: see `NumberedPages`.
    """
    if weeks is None:
        return _KeysAfter(rows, Value(0), size, start)
    return _KeysAfter(*_skip_weeks(rows, weeks, start), size, start)


class _KeysAfter(Subquery):
    """The keys of `size` rows after the first `start`, of which `skipped` are left out of `rows` already."""

    def __init__(self, rows: QuerySet[Any], skipped: Any, size: int, start: int) -> None:
        super().__init__(rows.values("pk"))
        self.start, self.size, self.skipped = start, size, skipped

    def as_sql(self, compiler: Any, connection: Any, template: str | None = None, **more: Any) -> Any:
        sql, parameters = super().as_sql(compiler, connection, "%(subquery)s", **more)
        skipped, others = compiler.compile(self.skipped.resolve_expression(compiler.query))
        sql = f"({sql} LIMIT {self.size:d} OFFSET %s - {skipped})"
        return sql, (*parameters, self.start, *others)


def _skip_weeks(rows: QuerySet[Any], weeks: QuerySet[Any], start: int) -> tuple[QuerySet[Any], Any]:
    """The rows without the weeks of which all are among the first `start`, and the number of rows of these weeks."""
    # Peers are summed together: of a week there may be several rows.
    summed = weeks.annotate(total=Window(Sum("n"), order_by=F("until").desc()))
    week = Subquery(summed.filter(total__gt=start).order_by("-until").values("until")[:1])
    skipped = weeks.filter(until__gt=week).values_list(RowSum("n"))
    return rows.filter(created_at__lt=week), Subquery(skipped)


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

    def read(self, size: int, *values: Parameter, **named: Parameter) -> tuple[list[R], int]:
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


def read_newest[R: Model](
    rows: QuerySet[R], size: int, cursor: str | None, *, read_id: Callable[[str], Any]
) -> tuple[list[R], str | None]:
    """A page of rows by `created_at`, newest first, and the cursor of the next one. Raises InvalidCursorError."""
    if cursor is not None:
        rows = rows.filter(TupleLessThan(("created_at", "pk"), from_cursor(cursor, read_id)))
    found = list(rows.order_by("-created_at", "-pk")[: size + 1])
    page = found[:size]
    return page, to_cursor(page[-1].created_at, page[-1].pk) if len(found) > size else None  # type: ignore[attr-defined]


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
