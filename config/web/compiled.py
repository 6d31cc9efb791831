"""Queries whose SQL is written once, for what every request asks."""

from collections.abc import Callable, Iterator
from typing import Any, Self

import msgspec
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

from .statement import Call, Statement, Value, write_once, write_statement

type Shape[R] = Callable[..., QuerySet[Any, R]]


class Compiled[R]:
    """The rows of queries that differ in their values alone.

    `shape(*values, **named)` gives the queryset. A value is text, an integer, a UUID, a time, a model instance (its
    key) or a list of these, and a parameter of the SQL as it is; the SQL is written once for each set of names, types
    and lengths of lists. None, True and False are no parameters, and other SQL each. A row is what the queryset gives:
    the tuple of its `values_list`, or a model instance, with the related ones that `select_related` names where the
    foreign key is the model's own and never null. `Compiled.structs` gives Structs.

    Without `is_kept` the SQL is written each time, as by any queryset, for a shape that is asked once.

    Django takes longer to write SQL than a database to answer it: on SQLite a token with its Pro costs 0.2 ms of
    processor time, and 1.8 ms as a queryset (medians of 33 rounds of 300 calls, Django 6.1). What is used of Django's
    compiler of SQL is not in its documentation: test_compiled.py compares the rows with those of the querysets, type by
    type, on both databases.
    """

    def __init__(self, shape: Shape[R], *, is_kept: bool = True) -> None:
        self._shape: Shape[Any] = shape
        self._is_kept = is_kept
        self._read: Callable[[Any], R] | None = None
        self._statements: dict[object, Statement] = {}

    @classmethod
    def structs(cls, struct: type[R], shape: Shape[Any], *, is_kept: bool = True) -> Self:
        """Rows as instances of `struct`. Its fields are called as the model's; those that are Structs themselves come
        last, and are related rows.
        """
        columns, read = _struct_reader(struct)
        compiled = cls(lambda *values, **named: shape(*values, **named).values_list(*columns), is_kept=is_kept)
        compiled._read = read
        return compiled

    def rows(self, *values: Value, **named: Value) -> list[R]:
        """The rows, as the queryset would give them."""
        return self._rows((), values, named)

    def part(self, size: int, start: int, *values: Value, **named: Value) -> list[R]:
        """At most `size` rows, after the first `start`."""
        return self._rows((size, start) if start else (size,), values, named)

    def first(self, *values: Value, **named: Value) -> R | None:
        """The first of the rows, None when there is none."""
        rows = self._rows((), values, named)
        return rows[0] if rows else None

    def _rows(self, limits: tuple[int, ...], values: tuple[Value, ...], named: dict[str, Value]) -> list[R]:
        call = Call(values, named)
        if self._read is None:
            self._read = self._choose_reader(call.make(self._shape))
        return list(map(self._read, self._statement(call).run(call.parameters, limits)))

    def _statement(self, call: Call) -> Statement:
        if not self._is_kept:
            return write_once(self._shape, call)
        if (statement := self._statements.get(call.kind)) is None:
            statement = self._statements[call.kind] = write_statement(self._shape, call)
        return statement

    def _choose_reader(self, rows: QuerySet[Any, Any]) -> Callable[[Any], Any]:
        """The reader of a row of this queryset. The columns of model instances are selected from now on."""
        if rows._iterable_class is not ModelIterable:
            return tuple
        shape, (columns, read) = self._shape, _instance_reader(rows)
        self._shape = lambda *values, **named: shape(*values, **named).values_list(*columns)
        return read


def _instance_reader(rows: QuerySet[Any, Any]) -> tuple[list[str], Callable[[Any], Any]]:
    """Names of all columns of the models of `rows`, and the reader that makes instances of their values."""
    columns, parts, using = list[str](), list[tuple[str, type[Model], list[str], slice]](), rows.db
    for prefix, model in _models(rows):
        names = [field.attname for field in model._meta.concrete_fields]
        parts.append((prefix, model, names, slice(len(columns), len(columns) + len(names))))
        columns += [f"{prefix}__{name}" if prefix else name for name in names]

    def read(values: Any) -> Any:
        instances = {prefix: model.from_db(using, names, values[part]) for prefix, model, names, part in parts}
        instance = instances.pop("")
        for name, related in instances.items():
            setattr(instance, name, related)
        return instance

    return columns, read


def _models(rows: QuerySet[Any, Any]) -> Iterator[tuple[str, type[Model]]]:
    """The model of the rows, and the related ones that are never missing, by their names."""
    yield "", rows.model
    selected = rows.query.select_related
    for name in selected if isinstance(selected, dict) else ():
        field = rows.model._meta.get_field(name)
        if not field.null:
            yield name, field.related_model


def _struct_reader(struct: Any) -> tuple[list[str], Callable[[Any], Any]]:
    """Names of the columns of the fields of `struct`, and the reader that makes a Struct of their values."""
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    related = {name: type_ for name, type_ in fields.items() if _is_struct(type_)}
    columns = [name for name in fields if name not in related]
    if not related:
        return columns, lambda values: struct(*values)
    own, parts = slice(len(columns)), list[tuple[slice, Any]]()
    for prefix, other in related.items():
        names, read = _struct_reader(other)
        parts.append((slice(len(columns), len(columns) + len(names)), read))
        columns += [f"{prefix}__{name}" for name in names]
    return columns, lambda values: struct(*values[own], *[read(values[part]) for part, read in parts])


def _is_struct(type_: object) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)
