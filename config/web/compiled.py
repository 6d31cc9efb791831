"""Queries whose SQL is written once, for what every request asks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import msgspec
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

from config.instances import instance_reader
from config.round_trips import Asked

from .statement import Call, Statement, Value, write_statement

type Shape[R] = Callable[..., QuerySet[Any, R]]


@dataclass(frozen=True)
class Question[R]:
    """One call of a `Compiled` that is not asked yet, for `together`."""

    statement: Statement
    parameters: list[Any]
    read: Callable[[Any], R]
    limits: tuple[int, ...] = ()

    def part(self, size: int, start: int = 0) -> Self:
        """The same for at most `size` rows, after the first `start`."""
        return replace(self, limits=(size, start) if start else (size,))

    def rows(self) -> list[R]:
        """The rows, as the queryset would give them."""
        return list(map(self.read, self.statement.run(self.parameters, self.limits)))

    def asked(self) -> Asked:
        """The same for `ask_ahead`."""
        return self.statement.asked(self.parameters, self.limits, self.statement.connection())


class Compiled[R]:
    """The rows of queries that differ in their values alone.

    `shape(*values, **named)` gives the queryset. A value is text, an integer, a UUID, a time, a model instance (its
    key) or a list of these, and a parameter of the SQL as it is; the SQL is written once for each set of names, types
    and lengths of lists. None, True and False are no parameters, and other SQL each. A row is what the queryset gives:
    the tuple of its `values_list`, or a model instance with its annotations and the related ones of `select_related`;
    what `prefetch_related` names is not read. `Compiled.structs` gives Structs.

    With `keeps_plan` PostgreSQL keeps its plan too, of calls without named values: for look-ups by a key and lists
    without filters, see `config.cursors`.

    Django takes longer to write SQL than a database to answer it: on SQLite a token with its Pro costs 0.2 ms of
    processor time, and 1.8 ms as a queryset (medians of 33 rounds of 300 calls, Django 6.1). What is used of Django's
    compiler of SQL is not in its documentation: test_compiled.py compares the rows with those of the querysets, type by
    type, on both databases.
    """

    def __init__(self, shape: Shape[R], *, keeps_plan: bool = False) -> None:
        self._shape: Shape[Any] = shape
        self._keeps_plan = keeps_plan
        self._read: Callable[[Any], R] | None = None
        self._readers: dict[str, Callable[[Any], Any]] = {}
        self._statements: dict[object, Statement] = {}

    @classmethod
    def structs(cls, struct: type[R], shape: Shape[Any], *, keeps_plan: bool = False) -> Self:
        """Rows as instances of `struct`. Its fields are called as the model's; those that are Structs themselves come
        last, and are related rows.
        """
        columns, read = struct_reader(struct)

        def rows(*values: Any, **named: Any) -> QuerySet[Any, Any]:
            return shape(*values, **named).values_list(*columns)

        compiled = cls(rows, keeps_plan=keeps_plan)
        compiled._read = read
        return compiled

    def rows(self, *values: Value, **named: Value) -> list[R]:
        """The rows, as the queryset would give them."""
        return self.question(*values, **named).rows()

    def part(self, size: int, start: int, *values: Value, **named: Value) -> list[R]:
        """At most `size` rows, after the first `start`."""
        return self.question(*values, **named).part(size, start).rows()

    def first(self, *values: Value, **named: Value) -> R | None:
        """The first of the rows, None when there is none."""
        rows = self.question(*values, **named).rows()
        return rows[0] if rows else None

    def question(self, *values: Value, **named: Value) -> Question[R]:
        """The query for these values, to be asked together with others."""
        call = Call(values, named)
        statement = self._statement(call)
        read = self._read or self._reader(call, statement.using())
        return Question(statement, call.parameters, read)

    def _statement(self, call: Call) -> Statement:
        if (statement := self._statements.get(call.kind)) is None:
            statement = write_statement(self._shape, call, keeps_plan=self._keeps_plan and not call.names)
            self._statements[call.kind] = statement
        return statement

    def _reader(self, call: Call, using: str) -> Callable[[Any], Any]:
        """The reader of the rows of one database; an instance knows of which it is."""
        if using not in self._readers:
            rows = call.make(self._shape).using(using)
            self._readers[using] = instance_reader(rows) if rows._iterable_class is ModelIterable else tuple
        return self._readers[using]


def struct_reader(struct: Any) -> tuple[list[str], Callable[[Any], Any]]:
    """Names of the columns of the fields of `struct`, and the reader that makes a Struct of their values."""
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    related = {name: type_ for name, type_ in fields.items() if _is_struct(type_)}
    columns = [name for name in fields if name not in related]
    if not related:
        return columns, lambda values: struct(*values)
    own, parts = slice(len(columns)), list[tuple[slice, Any]]()
    for prefix, other in related.items():
        names, read = struct_reader(other)
        parts.append((slice(len(columns), len(columns) + len(names)), read))
        columns += [f"{prefix}__{name}" for name in names]
    return columns, lambda values: struct(*values[own], *[read(values[part]) for part, read in parts])


def _is_struct(type_: object) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)
