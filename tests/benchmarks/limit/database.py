"""The database's own driver, without anything between.

LIMIT_DATABASE is a connection string of libpq, or the path of an SQLite file.
"""

import os
import sqlite3
from functools import lru_cache
from typing import Any

import psycopg

DATABASE = os.environ.get("LIMIT_DATABASE", "")
ON_SQLITE = DATABASE.startswith("/")


@lru_cache
def database() -> Any:
    """Connect this process to the database."""
    if ON_SQLITE:
        connection = sqlite3.connect(DATABASE, isolation_level=None, timeout=20)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        return connection
    return psycopg.connect(DATABASE, autocommit=True)


def ask(sql: str, *values: Any) -> list[Any]:
    return database().execute(sql.replace("%s", "?") if ON_SQLITE else sql, values).fetchall()


def run(sql: str, *values: Any) -> None:
    database().execute(sql.replace("%s", "?") if ON_SQLITE else sql, values)


def insert(table: str, row: dict[str, Any]) -> None:
    run(_insert(table, row), *row.values())


def insert_new(table: str, row: dict[str, Any]) -> int:
    """Insert a row and return its id."""
    return ask(f"{_insert(table, row)} RETURNING id", *row.values())[0][0]


def _insert(table: str, row: dict[str, Any]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"  # noqa: S608
