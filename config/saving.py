"""Rows saved by SQL that is written once, for what every submission adds and changes.

Django's compiler takes longer to write an INSERT than a database to carry it out. Here its SQL is written once for each
model and number of rows, and the fields give their values as they do to `save`: `pre_save`, then `get_db_prep_save`.
Neither `Model.save` nor signals are called, and related instances are saved before they are assigned.
test_saving.py compares what is stored with what `save` stores, field by field, on both databases.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connections, router
from django.db.models import AutoField, CharField, Field, Model, TextField

from config.cursors import execute

# What gives the value of one column to the database's driver.
type Reader = Callable[[Model, Any], Any]
type Statement = tuple[str, Sequence[Reader]]
# Rows of the statements for any number of them.
_SIZES = (128, 64, 32, 16, 8, 4, 2, 1)


def insert[M: Model](*rows: M) -> None:
    """Insert rows of one model in one statement, and set the keys that the database makes."""
    if rows:
        _insert(rows, skips_conflicts=False)


def insert_many(rows: Sequence[Model]) -> None:
    """Insert any number of rows of one model in a few statements, whose sizes are few as well, and set their keys."""
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size:
            insert(*rows[start : start + size])
            start += size


def insert_missing[M: Model](*rows: M) -> bool:
    """Insert those of the rows that no present row stands in the way of, by any unique constraint.

    Returns whether all were inserted; only then keys that the database makes are set.
    """
    return not rows or _insert(rows, skips_conflicts=True)


def update(row: Any, *names: str) -> None:
    """Save these fields of a row. Raises its model's NotUpdated when it is gone, as `save(update_fields=…)` does."""
    model: Any = type(row)
    using = router.db_for_write(model, instance=row)
    connection = connections[using]
    sql, readers = _update_statement(model, using, names)
    if not execute(connection, sql, [read(row, connection) for read in readers], keeps_plan=True).rowcount:
        raise model.NotUpdated(f"{model.__name__} {row.pk} is gone.")


def update_many(rows: Sequence[Model], *names: str) -> None:
    """Save these fields of stored rows of one model in a few statements; rows that are gone are left out."""
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size:
            _update_rows(rows[start : start + size], names)
            start += size


def _update_rows(rows: Sequence[Model], names: tuple[str, ...]) -> None:
    model = type(rows[0])
    using = router.db_for_write(model, instance=rows[0])
    connection = connections[using]
    sql, readers = _update_rows_statement(model, using, names, len(rows))
    with connection.cursor() as cursor:
        cursor.execute(sql, [read(row, connection) for row in rows for read in readers])


def _insert(rows: Sequence[Model], *, skips_conflicts: bool) -> bool:
    model, has_key = type(rows[0]), rows[0].pk is not None
    using = router.db_for_write(model, instance=rows[0])
    connection = connections[using]
    sql, readers = _insert_statement(model, using, len(rows), has_key, skips_conflicts)
    cursor = execute(connection, sql, [read(row, connection) for row in rows for read in readers], keeps_plan=True)
    keys = [row.pk for row in rows] if has_key else [key for (key,) in cursor.fetchall()]
    is_whole = len(rows) == (cursor.rowcount if has_key else len(keys))
    if is_whole:
        for row, key in zip(rows, keys, strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, using
    return is_whole


@cache
def _insert_statement(model: Any, using: str, count: int, has_key: bool, skips_conflicts: bool) -> Statement:
    connection, key = connections[using], model._meta.pk
    if not has_key and not isinstance(key, AutoField):
        raise ValueError(f"{model.__name__} needs a key.")
    fields = [field for field in model._meta.concrete_fields if not field.generated and (has_key or field is not key)]
    quote = connection.ops.quote_name
    columns, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {', '.join([f'({marks})'] * count)}"  # noqa: S608
    sql += " ON CONFLICT DO NOTHING" if skips_conflicts else ""
    sql += "" if has_key else f" RETURNING {quote(key.column)}"
    return sql, _readers(fields, is_new=True)


@cache
def _update_statement(model: Any, using: str, names: tuple[str, ...]) -> Statement:
    quote, key = connections[using].ops.quote_name, model._meta.pk
    fields = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {quote(key.column)} = %s"  # noqa: S608
    return sql, _readers([*fields, key], is_new=False)


@cache
def _update_rows_statement(model: Any, using: str, names: tuple[str, ...], count: int) -> Statement:
    connection, key = connections[using], model._meta.pk
    fields = [model._meta.get_field(name) for name in names]
    quote, table = connection.ops.quote_name, connection.ops.quote_name(model._meta.db_table)
    # Both databases call the columns of VALUES so. PostgreSQL takes what stands there for text.
    columns = [f"v.column{number}" for number in range(1, len(fields) + 2)]
    if connection.vendor == "postgresql":
        types = [field.cast_db_type(connection) for field in [key, *fields]]
        columns = [f"{column}::{type_}" for column, type_ in zip(columns, types, strict=True)]
    changes = ", ".join(f"{quote(field.column)} = {value}" for field, value in zip(fields, columns[1:], strict=True))
    marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * count)
    sql = f"UPDATE {table} SET {changes} FROM (VALUES {marks}) v WHERE {table}.{quote(key.column)} = {columns[0]}"  # noqa: S608
    return sql, _readers([key, *fields], is_new=False)


def _readers(fields: Iterable[Any], *, is_new: bool) -> list[Reader]:
    return [_reader(field, is_new) for field in fields]


def _reader(field: Any, is_new: bool) -> Reader:
    name, prepare = field.attname, field.get_db_prep_save
    if type(field).pre_save is Field.pre_save and (kind := _kept_as_it_is(field)):
        return lambda row, connection: (
            value if type(value := getattr(row, name)) is kind or value is None else prepare(value, connection)
        )
    if type(field).pre_save is Field.pre_save:
        return lambda row, connection: prepare(getattr(row, name), connection)
    # Of times, most of all.
    return lambda row, connection: prepare(field.pre_save(row, is_new), connection)


def _kept_as_it_is(field: Any) -> type | None:
    """The type of values that a field gives to the driver as they are, if it is known: most are texts."""
    preparing = [getattr(type(field), name) for name in ("get_db_prep_save", "get_db_prep_value")]
    if preparing != [Field.get_db_prep_save, Field.get_db_prep_value]:
        return None
    return {CharField.get_prep_value: str, TextField.get_prep_value: str}.get(type(field).get_prep_value)
