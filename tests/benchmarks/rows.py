"""Rows by the hundred thousand, generated in the database: INSERT … SELECT over a series of numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

BATCH = 100_000
SERIES = {
    "postgresql": "generate_series(%s::int, %s::int) AS series(n)",
    "sqlite": """(WITH RECURSIVE counter(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM counter WHERE n < %s)
                  SELECT n FROM counter) AS series""",
}


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def uuid_of(number: str, kind: int) -> str:
    """SQL of an id for a row's number; ids of a kind lie in no order, as random ones do."""
    big = f"CAST({number} AS bigint)" if is_postgresql() else f"({number})"
    scattered = f"({big} * {2654435761 + 2 * kind} & 4294967295)"
    if is_postgresql():
        return f"CAST(lpad(to_hex({scattered}), 8, '0') || lpad(to_hex({big}), 24, '0') AS uuid)"
    return f"printf('%%08x%%024x', {scattered}, {number})"


def uuid_text(number: str, kind: int) -> str:
    """SQL of the same id as text with hyphens."""
    if is_postgresql():
        return f"CAST({uuid_of(number, kind)} AS text)"
    raw = uuid_of(number, kind)
    parts = [f"substr({raw}, {start}, {length})" for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    return " || '-' || ".join(parts)


def time_of(number: str, base: datetime, seconds: int = 63_072_000) -> str:
    """SQL of a time within as many seconds before `base`, in no order."""
    if is_postgresql():
        return (
            f"(TIMESTAMPTZ '{base.isoformat()}' - (CAST({number} AS bigint) * 7919 %% {seconds}) * interval '1 second')"
        )
    return f"datetime('{base:%Y-%m-%d %H:%M:%S}', '-' || (({number}) * 7919 %% {seconds}) || ' seconds')"


def digits_of(number: str) -> str:
    """SQL of eight digits, another combination for each number."""
    if is_postgresql():
        return f"lpad((CAST({number} AS bigint) * 48271 %% 99999989)::text, 8, '0')"
    return f"printf('%%08d', ({number}) * 48271 %% 99999989)"


def json_of(text: str) -> str:
    """SQL of a JSON value, given the SQL of its text."""
    return f"CAST({text} AS jsonb)" if is_postgresql() else text


def insert_rows(model: type[models.Model], values: dict[str, str], numbers: range, *, joins: str = "") -> None:
    """Insert a row for each of the numbers n; `values` are the SQL of columns, all others get their default."""
    columns, parameters = dict(values), []
    for field in model._meta.concrete_fields:
        if field.column in columns or field.primary_key or field.has_db_default() or field.null:
            continue
        columns[field.column] = f"CAST(%s AS {field.cast_db_type(connection)})" if is_postgresql() else "%s"
        parameters.append(field.get_db_prep_save(field.get_default(), connection))
    sql = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(f'"{name}"' for name in columns)}) "  # noqa: S608
        f"SELECT {', '.join(columns.values())} FROM {SERIES[connection.vendor]} {joins}"
    )
    for start in range(numbers.start, numbers.stop, BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [*parameters, start, min(start + BATCH, numbers.stop) - 1])


@contextmanager
def unindexed(*tables: type[models.Model]) -> Iterator[None]:
    """Fill these tables without their search index, and on PostgreSQL without the other ones and the foreign keys.

    Making an index at the end takes a fraction of the time. Constraints stay.
    """
    indexed = [table for table in tables if hasattr(table, "search_index")]
    for table in indexed:
        table.search_index.drop(connection)  # type: ignore[attr-defined]
    definitions = [sql for table in tables for sql in _drop_indexes(table)] if is_postgresql() else []
    with _unchecked():
        yield
    with connection.cursor() as cursor:
        for sql in definitions:
            cursor.execute(sql)
    for table in indexed:
        table.search_index.create(connection)  # type: ignore[attr-defined]


@contextmanager
def _unchecked() -> Iterator[None]:
    """Look at no foreign key, where the role may say so; the benchmark's own may."""
    off, on = "PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"
    if is_postgresql():
        off, on = "SET session_replication_role = replica", "SET session_replication_role = origin"
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
            if not cursor.fetchone()[0]:
                off = on = "SELECT"
        cursor.execute(off)
        yield
        cursor.execute(on)


def _drop_indexes(table: type[models.Model]) -> list[str]:
    """Drop the indexes that no constraint stands on; return what makes them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE i.indrelid = %s::regclass AND NOT i.indisunique""",
            [table._meta.db_table],
        )
        found = cursor.fetchall()
        for name, _sql in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [sql for _name, sql in found]


def reset_sequences(*tables: type[models.Model]) -> None:
    """Let new rows follow those whose ids were given."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(sql)


def temporary_table(name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """Make a table of this session alone, such as `number integer, name text`."""
    places = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
        cursor.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608
