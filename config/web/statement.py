"""SQL that a queryset writes once, with a place for each of its values."""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import InterfaceError, OperationalError, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from config.cursors import execute
from config.round_trips import Asked

from .many import Many

# Of LIKE, as the look-ups `contains` and `startswith` make them of a text.
PATTERNS = ("%%%s%%", "%s%%")
type Value = str | int | uuid.UUID | datetime | Model | Many | Sequence[Value] | None


class Call:
    """The values of one query, in the order of its positions and then of their names."""

    def __init__(self, values: Iterable[Value], named: Mapping[str, Value]) -> None:
        self.names = sorted(named)
        self.values = [*values, *[named[name] for name in self.names]]

    @property
    def kind(self) -> tuple[object, ...]:
        """Calls of one kind have the same SQL."""
        return (*self.names, *map(_kind_of_value, self.values))

    @property
    def parameters(self) -> list[Any]:
        """The parameters that the values are: the key of a model instance, the items of a list."""
        parameters: list[Any] = []
        _add_parameters(self.values, parameters)
        return parameters

    def make(self, shape: Callable[..., Any]) -> Any:
        """The queryset of `shape` for these values."""
        named = len(self.values) - len(self.names)
        return shape(*self.values[:named], **dict(zip(self.names, self.values[named:], strict=True)))

    def sample(self, turn: int) -> "Call":
        """A call of the same kind whose values no query contains by chance; others in each turn."""
        numbers, call = count(turn * 10_000), Call((), {})
        call.names, call.values = self.names, [_sample(value, numbers) for value in self.values]
        return call


def _kind_of_value(value: Value) -> object:
    if isinstance(value, list | tuple):
        return tuple(map(_kind_of_value, value))
    return value if value is None or isinstance(value, bool) else type(value)


def _add_parameters(values: Iterable[Value], parameters: list[Any]) -> None:
    for value in values:
        if isinstance(value, list | tuple):
            _add_parameters(value, parameters)
        elif isinstance(value, Model):
            parameters.append(value.pk)
        elif value is not None and not isinstance(value, bool):
            parameters.append(value)


# Statements are keys by what they are, not by what they contain.
@dataclass(frozen=True, eq=False)
class Statement:
    """A query's SQL, "" for one that finds nothing.

    `places` are the parameters of the SQL, as positions in the values' parameters followed by `constants`; those of
    `patterns` are made of a text: (position among them, pattern of LIKE with a place for it). `columns` are the
    expressions that it selects, and `converters` those of the columns: (position, conversion, expression), in their
    order. An `is_sliced` one has a limit of its own.
    """

    sql: str
    model: type[Model]
    places: list[int]
    constants: list[Any]
    columns: list[Any]
    converters: list[tuple[int, Callable[..., Any], Any]]
    is_sliced: bool
    patterns: tuple[tuple[int, str], ...] = ()
    keeps_plan: bool = False

    def run(self, parameters: list[Any], limits: tuple[int, ...] = ()) -> list[Any]:
        """The rows with values as the queryset has them. `limits` are how many at most, and how many to skip before."""
        if not self.sql:
            return []
        connection = self.connection()
        rows = fetch(connection, *self.asked(parameters, limits, connection), keeps_plan=self.keeps_plan)
        return self.convert(rows, connection)

    def asked(self, parameters: list[Any], limits: tuple[int, ...], connection: BaseDatabaseWrapper) -> Asked:
        """The SQL and its parameters."""
        return self.limited(limits), self.bind(parameters, limits, connection)

    def using(self) -> str:
        """The database that the model is read from now: a request may read the standby."""
        return router.db_for_read(self.model)

    def connection(self) -> Any:
        """The connection that reads the model. Each thread has one of its own."""
        return connections[self.using()]

    def limited(self, limits: tuple[int, ...]) -> str:
        """The SQL with a place for each of the limits; not for the size where the plan is kept."""
        if self.keeps_plan and limits:
            # A plan for any size is one for a tenth of all rows.
            return self.sql + f" LIMIT {limits[0]:d}" + " OFFSET %s" * len(limits[1:])
        return self.sql + ("", " LIMIT %s", " LIMIT %s OFFSET %s")[len(limits)]

    def bind(self, parameters: list[Any], limits: tuple[int, ...], connection: BaseDatabaseWrapper) -> list[Any]:
        """The parameters of `limited`."""
        given = [_adapt(value, connection) for value in parameters] + self.constants
        bound = [given[place] for place in self.places]
        for at, pattern in self.patterns:
            bound[at] = pattern % connection.ops.prep_for_like_query(bound[at])
        return [*bound, *(limits[1:] if self.keeps_plan else limits)]

    def convert(self, rows: list[Any], connection: BaseDatabaseWrapper) -> list[Any]:
        """The rows with values as the queryset has them, of those that the database's driver gives."""
        return [self._convert(row, connection) for row in rows] if self.converters else rows

    def _convert(self, row: tuple[Any, ...], connection: BaseDatabaseWrapper) -> list[Any]:
        values = list(row)
        for position, convert, expression in self.converters:
            values[position] = convert(values[position], expression, connection)
        return values


def _adapt(value: Any, connection: BaseDatabaseWrapper) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, Many):
        return value.to_parameter(connection)
    return value.hex if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field else value


def fetch(connection: Any, sql: str, parameters: Sequence[Any], *, keeps_plan: bool = False) -> list[Any]:
    """Run a query that only reads. It checks by itself that a kept connection still stands.

    Django would ask `SELECT 1` first, once a request; here the query is sent again on a new connection.
    """
    is_unchecked = connection.health_check_enabled and not connection.health_check_done
    if connection.connection is None or not is_unchecked:
        return execute(connection, sql, parameters, keeps_plan=keeps_plan).fetchall()
    connection.health_check_done = True
    try:
        return execute(connection, sql, parameters, keeps_plan=keeps_plan).fetchall()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return execute(connection, sql, parameters, keeps_plan=keeps_plan).fetchall()


def write_statement(shape: Callable[..., Any], call: Call, *, keeps_plan: bool) -> Statement:
    """Write the SQL of `shape` for all calls of this kind.

    It is written twice, each time with other samples in the place of the values. A parameter that is no value, none of
    PATTERNS of one, and not the same both times is made from a value, and refused (ValueError), as a value is that is
    no parameter.
    """
    first, second = (_write_once(shape, call.sample(turn)) for turn in (0, 1))
    if not first.sql:
        return first
    are_all_used = {*range(len(call.parameters))} <= {*first.places}
    if not are_all_used or _parts(first) != _parts(second):
        raise ValueError(f"This query has other parameters than its values: {first.sql}")
    if keeps_plan and first.connection().vendor == "postgresql":
        first = _write_constants(first, len(call.parameters))
    return replace(first, keeps_plan=keeps_plan)


def _parts(statement: Statement) -> tuple[object, ...]:
    return statement.sql, statement.places, statement.patterns, statement.constants


def _write_constants(statement: Statement, values: int) -> Statement:
    """The same with its constants in the SQL, after so many values.

    A plan for all values of a parameter uses no partial index whose condition names one of them.
    """
    connection = statement.connection()
    with connection.cursor() as cursor:
        literals = [cursor.mogrify("%s", [constant]).replace("%", "%%") for constant in statement.constants]
    texts = iter([literals[place - values] if place >= values else "%s" for place in statement.places])
    sql = re.sub("%([s%])", lambda found: next(texts) if found[1] == "s" else "%%", statement.sql)
    kept = [at for at, place in enumerate(statement.places) if place < values]
    patterns = tuple((kept.index(at), pattern) for at, pattern in statement.patterns)
    places = [statement.places[at] for at in kept]
    return replace(statement, sql=sql, places=places, constants=[], patterns=patterns)


def _write_once(shape: Callable[..., Any], call: Call) -> Statement:
    """Write the SQL of `shape` for this call."""
    rows = call.make(shape)
    connection = connections[rows.db]
    compiler = rows.query.get_compiler(rows.db)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return Statement("", rows.model, [], [], [], [], is_sliced=False)
    known = [_adapt(value, connection) for value in call.parameters]
    places, constants, patterns = list[int](), list[Any](), list[tuple[int, str]]()
    for at, parameter in enumerate(parameters):
        place, pattern = _find_place(parameter, known)
        if place is None:
            place = len(known) + len(constants)
            constants.append(parameter)
        elif pattern:
            patterns.append((at, pattern))
        places.append(place)
    columns = [column for column, _sql, _alias in compiler.select]
    found = compiler.get_converters(columns)
    converters = [(at, convert, column) for at, (conversions, column) in found.items() for convert in conversions]
    return Statement(sql, rows.model, places, constants, columns, converters, rows.query.is_sliced, tuple(patterns))


def _find_place(parameter: Any, known: list[Any]) -> tuple[int | None, str]:
    """The place among `known` of the value that a parameter is, or is a pattern of; no sample has a sign of LIKE."""
    # True would be found as 1.
    if isinstance(parameter, bool):
        return None, ""
    if parameter in known:
        return known.index(parameter), ""
    if isinstance(parameter, str):
        for pattern in PATTERNS:
            of_known = [pattern % value if isinstance(value, str) else None for value in known]
            if parameter in of_known:
                return of_known.index(parameter), pattern
    return None, ""


def _sample(value: Value, numbers: Iterator[int]) -> Any:
    """A value of the same kind, that no query contains by chance. Raises TypeError for other types."""
    match value:
        case None | bool():
            return value
        case list() | tuple():
            return [_sample(item, numbers) for item in value]
        case Many():
            return Many((1_000_000 + next(numbers),))
        case Model():
            # request.user is a lazy object that stands for an instance.
            return value.__class__(pk=_sample(value.pk, numbers))
        case str():
            return f"sample {next(numbers)}"
        case int():
            return 1_000_000 + next(numbers)
        case uuid.UUID():
            return uuid.UUID(int=(1 << 100) + next(numbers))
        case datetime():
            return datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=next(numbers))
    raise TypeError(f"{type(value).__name__} cannot be a value of a compiled query")
