"""Rows saved by SQL that is written once, for what every submission adds and changes.

Django's compiler takes longer to write an INSERT than a database to carry it out. Here its SQL is written once for each
model and number of rows, and the fields give their values as they do to `save`: `pre_save`, then `get_db_prep_save`.
Neither `Model.save` nor signals are called, and related instances are saved before they are assigned. Many rows go to
PostgreSQL as one document (`config.recordsets`).
`tests/saving` compares what is stored with what `save` stores, field by field, on both databases.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import batched
from typing import Any

from django.db import connections, router
from django.db.models import AutoField, CharField, Field, Model, TextField

from config.cursors import execute
from config.recordsets import column_names, document_readers, encode_records, record_types, recordset_sql
from config.round_trips import Asked, write_now, write_soon, writes_wait

# What gives the value of one column to the database's driver.
type Reader = Callable[[Model, Any], Any]
# With the readers of a document, where it is made for one.
type Statement = tuple[str, Sequence[Any]]
# Rows of the statements for any number of them, where each value has a place of its own.
_SIZES = (128, 64, 32, 16, 8, 4, 2, 1)
# Rows of a document. Fewer than the second number are sooner read with a place for each value.
_DOCUMENT, _DOCUMENT_FROM = 1000, 4


def insert[M: Model](*rows: M) -> None:
    """Insert rows of one model in one statement, and set the keys that the database makes."""
    if rows:
        _insert(rows, skips_conflicts=False)


def insert_soon[M: Model](*rows: M, needs_key: bool = False) -> None:
    """Insert rows of one model; within `writing_together` they leave with the next statement.

    There they are told keys that the database makes only if others refer to them: `needs_key`.
    """
    connection: Any = connections[router.db_for_write(type(rows[0]), instance=rows[0])]
    if not writes_wait(connection):
        insert(*rows)
        return
    for row in rows:
        if needs_key and row.pk is None:
            row.pk = execute(connection, *ask_next_key(type(row)), keeps_plan=True).fetchone()[0]
        row._state.adding, row._state.db = False, connection.alias
    write_soon(connection, *_write_insert(rows, connection, skips_conflicts=False))


def ask_next_key(model: type[Model]) -> Asked:
    """The question for the next key of a model on PostgreSQL."""
    return "SELECT nextval(pg_get_serial_sequence(%s, %s))", [model._meta.db_table, model._meta.pk.column]


def insert_many(rows: Sequence[Model]) -> None:
    """Insert any number of rows of one model in a few statements, whose sizes are few as well, and set their keys."""
    for part in _parts(rows):
        insert(*part)


def insert_missing[M: Model](*rows: M) -> bool:
    """Insert those of the rows that no present row stands in the way of, by any unique constraint.

    Returns whether all were inserted; only then keys that the database makes are set.
    """
    return not rows or _insert(rows, skips_conflicts=True)


def insert_or_replace(row: Any, *unique: str) -> None:
    """Insert a row and set its key; a present row with the same values of these unique fields gets its other values."""
    model: Any = type(row)
    using = router.db_for_write(model, instance=row)
    sql, readers = _insert_statement(model, using, 1, has_key=False, skips_conflicts=False, replaces=unique)
    connection = connections[using]
    [[row.pk]] = execute(connection, sql, _parameters_for([row], readers, connection), keeps_plan=True).fetchall()
    row._state.adding, row._state.db = False, using


def update(row: Any, *names: str) -> None:
    """Save these fields of a row. Raises its model's NotUpdated when it is gone, as `save(update_fields=…)` does."""
    model: Any = type(row)
    using = router.db_for_write(model, instance=row)
    connection = connections[using]
    sql, readers = _update_statement(model, using, names)
    if not execute(connection, sql, [read(row, connection) for read in readers], keeps_plan=True).rowcount:
        raise model.NotUpdated(f"{model.__name__} {row.pk} is gone.")


def bring_forward(row: Any, name: str, value: Any) -> None:
    """Save a field of a row as a value, unless a greater one is stored, here or in the database.

    Within `writing_together` it leaves with the next statement. The row here has the value in any case.
    """
    model: Any = type(row)
    present = getattr(row, name)
    if present is not None and present >= value:
        return
    using = router.db_for_write(model, instance=row)
    connection, field, key = connections[using], model._meta.get_field(name), model._meta.pk
    sql, given = _forward_statement(model, using, name), field.get_db_prep_save(value, connection)
    parameters = [given, key.get_db_prep_save(row.pk, connection), given]
    write_soon(connection, sql, parameters, updates=model._meta.db_table)
    setattr(row, name, value)


@cache
def _forward_statement(model: Any, using: str, name: str) -> str:
    quote = connections[using].ops.quote_name
    table, column, key = map(quote, (model._meta.db_table, model._meta.get_field(name).column, model._meta.pk.column))
    return f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND ({column} IS NULL OR {column} < %s)"  # noqa: S608


def update_many(rows: Sequence[Model], *names: str) -> None:
    """Save these fields of stored rows of one model in a few statements; rows that are gone are left out."""
    for part in _parts(rows):
        _update_rows(part, names)


def _parts[M: Model](rows: Sequence[M]) -> Iterator[Sequence[M]]:
    """The rows in parts of few sizes, so that few statements are written."""
    if not rows:
        return
    if _takes_document(type(rows[0]), router.db_for_write(type(rows[0]), instance=rows[0])):
        yield from batched(rows, _DOCUMENT)
        return
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


@cache
def _takes_document(model: Any, using: str) -> bool:
    """True where rows of the model may go to the database as one document."""
    return connections[using].vendor == "postgresql" and record_types(model._meta.concrete_fields) is not None


def _update_rows(rows: Sequence[Model], names: tuple[str, ...]) -> None:
    model = type(rows[0])
    using = router.db_for_write(model, instance=rows[0])
    connection, is_document = connections[using], len(rows) >= _DOCUMENT_FROM and _takes_document(model, using)
    sql, readers = _update_rows_statement(model, using, names, 0 if is_document else len(rows))
    execute(connection, sql, _parameters_for(rows, readers, connection, is_document=is_document), keeps_plan=True)


def _parameters_for(
    rows: Sequence[Model], readers: Sequence[Any], connection: Any, *, is_document: bool = False
) -> list[Any]:
    if is_document:
        return [encode_records([read(rows, connection) for read in readers])]
    return [read(row, connection) for row in rows for read in readers]


def _insert(rows: Sequence[Model], *, skips_conflicts: bool) -> bool:
    has_key, using = rows[0].pk is not None, router.db_for_write(type(rows[0]), instance=rows[0])
    connection = connections[using]
    cursor = write_now(connection, *_write_insert(rows, connection, skips_conflicts=skips_conflicts))
    keys = [row.pk for row in rows] if has_key else [key for (key,) in cursor.fetchall()]
    is_whole = len(rows) == (cursor.rowcount if has_key else len(keys))
    if is_whole:
        for row, key in zip(rows, keys, strict=True):
            if not has_key:
                row.pk = key
            row._state.adding, row._state.db = False, using
    return is_whole


def _write_insert(rows: Sequence[Model], connection: Any, *, skips_conflicts: bool) -> Asked:
    """The INSERT of rows of one model with its parameters; all have keys, or none has."""
    model, using, has_key = type(rows[0]), connection.alias, rows[0].pk is not None
    is_document = len(rows) >= _DOCUMENT_FROM and _takes_document(model, using)
    sql, readers = _insert_statement(model, using, 0 if is_document else len(rows), has_key, skips_conflicts)
    return sql, _parameters_for(rows, readers, connection, is_document=is_document)


@cache
def _insert_statement(
    model: Any, using: str, count: int, has_key: bool, skips_conflicts: bool, replaces: tuple[str, ...] = ()
) -> Statement:
    """The statement for `count` rows, 0 for those of a document."""
    connection, key = connections[using], model._meta.pk
    if not has_key and not isinstance(key, AutoField):
        raise ValueError(f"{model.__name__} needs a key.")
    fields = [field for field in model._meta.concrete_fields if not field.generated and (has_key or field is not key)]
    quote = connection.ops.quote_name
    columns, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    rows = f"VALUES {', '.join([f'({marks})'] * count)}"
    types = None if count else record_types(fields)
    if types:
        rows = f"SELECT {', '.join(column_names(len(fields)))} FROM {recordset_sql(types)}"  # noqa: S608
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {rows}"
    sql += " ON CONFLICT DO NOTHING" if skips_conflicts else ""
    if replaces:
        others = [quote(field.column) for field in fields if field.name not in replaces]
        sql += f" ON CONFLICT ({', '.join(quote(model._meta.get_field(name).column) for name in replaces)})"
        sql += f" DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in others)}"
    sql += "" if has_key else f" RETURNING {quote(key.column)}"
    return sql, document_readers(fields, is_new=True) if types else _readers(fields, is_new=True)


@cache
def _update_statement(model: Any, using: str, names: tuple[str, ...]) -> Statement:
    quote, key = connections[using].ops.quote_name, model._meta.pk
    fields = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {quote(key.column)} = %s"  # noqa: S608
    return sql, _readers([*fields, key], is_new=False)


@cache
def _update_rows_statement(model: Any, using: str, names: tuple[str, ...], count: int) -> Statement:
    """The statement for `count` rows, 0 for those of a document."""
    connection, key = connections[using], model._meta.pk
    fields = [model._meta.get_field(name) for name in names]
    quote, table = connection.ops.quote_name, connection.ops.quote_name(model._meta.db_table)
    # Both databases call the columns of VALUES so. PostgreSQL takes what stands there for text.
    columns = [f"v.column{number}" for number in range(1, len(fields) + 2)]
    if connection.vendor == "postgresql":
        db_types = [field.cast_db_type(connection) for field in [key, *fields]]
        columns = [f"{column}::{type_}" for column, type_ in zip(columns, db_types, strict=True)]
    marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * count)
    rows = f"(VALUES {marks}) v"
    types = None if count else record_types([key, *fields])
    if types:
        rows, columns = recordset_sql(types), [f"v.{name}" for name in column_names(len(types))]
    changes = ", ".join(f"{quote(field.column)} = {value}" for field, value in zip(fields, columns[1:], strict=True))
    sql = f"UPDATE {table} SET {changes} FROM {rows} WHERE {table}.{quote(key.column)} = {columns[0]}"  # noqa: S608
    return sql, document_readers([key, *fields], is_new=False) if types else _readers([key, *fields], is_new=False)


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
