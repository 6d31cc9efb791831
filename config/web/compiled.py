"""Queries whose SQL is written once, for what every request asks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet


@dataclass
class _Plan:
    """A query's SQL, and how a row of it becomes instances: `parts` are the model, then its related ones by name."""

    sql: str
    using: str
    converters: list[tuple[int, Callable[..., Any], Any]]
    parts: list[tuple[str, type[Model], list[str], slice]]

    def read(self, row: tuple[Any, ...], connection: Any) -> Any:
        values = list(row)
        for position, convert, column in self.converters:
            values[position] = convert(values[position], column, connection)
        instances = {name: model.from_db(self.using, names, values[s]) for name, model, names, s in self.parts}
        instance = instances.pop("")
        for name, related in instances.items():
            setattr(instance, name, related)
        return instance


class Compiled[M: Model]:
    """The rows of queries that differ in their values alone.

    `shape(*values)` gives the queryset. Each value is text, or a number that the database knows, and a parameter of the
    SQL as it is; they come in this order, and there are no others. Related rows come along as `select_related` says,
    where the foreign key is the model's own and never null.

    Django takes longer to write SQL than a database to answer it: on SQLite a token with its Pro costs 0.2 ms of
    processor time, and 1.8 ms as a queryset (medians of 33 rounds of 300 calls, Django 6.1). Here the queryset writes
    its SQL once, as the `values_list` of all columns, a cursor asks, and `Model.from_db` makes the instances.
    `sql_with_params` and `get_db_converters` are not in Django's documentation: test_compiled.py compares the instances
    with those of the querysets, type by type, on both databases.
    """

    def __init__(self, shape: Callable[..., QuerySet[M]]) -> None:
        self.shape = shape
        self._plan: _Plan | None = None

    def rows(self, *values: str | int) -> list[M]:
        """The rows as model instances, as the queryset would give them."""
        plan = self._plan or self._make_plan(values)
        # Each thread has a connection of its own.
        connection = connections[plan.using]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, values)
            return [plan.read(row, connection) for row in cursor.fetchall()]

    def first(self, *values: str | int) -> M | None:
        """The first of them, None when there is none."""
        rows = self.rows(*values)
        return rows[0] if rows else None

    def _make_plan(self, values: tuple[str | int, ...]) -> _Plan:
        rows = self.shape(*values)
        parts, names, fields = [], list[str](), list[Any]()
        for prefix, model in _models(rows):
            columns = model._meta.concrete_fields
            attributes = [field.attname for field in columns]
            parts.append((prefix, model, attributes, slice(len(fields), len(fields) + len(columns))))
            names += [f"{prefix}__{attribute}" if prefix else attribute for attribute in attributes]
            fields += columns
        sql, parameters = rows.values_list(*names).query.sql_with_params()
        if tuple(parameters) != values:
            raise ValueError(f"This query has other parameters than its values: {sql}")
        self._plan = _Plan(sql, rows.db, list(_converters(fields, connections[rows.db])), parts)
        return self._plan


def _models(rows: QuerySet[Any]) -> Iterator[tuple[str, type[Model]]]:
    """The model of the rows, and the related ones that are never missing, by their names."""
    yield "", rows.model
    selected = rows.query.select_related
    for name in selected if isinstance(selected, dict) else ():
        field = rows.model._meta.get_field(name)
        if not field.null:
            yield name, field.related_model


def _converters(fields: list[Any], connection: Any) -> Iterator[tuple[int, Callable[..., Any], Any]]:
    """The position of a value, and the conversion that it needs, in their order."""
    for position, field in enumerate(fields):
        column = field.get_col(field.model._meta.db_table)
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection)):
            yield position, convert, column
