"""The database's own driver, without anything between.

LIMIT_DATABASE is a connection string of libpq, or the path of an SQLite file.
"""

import os
import sqlite3
from functools import lru_cache
from typing import Any

import psycopg


def on_sqlite() -> bool:
    return os.environ["LIMIT_DATABASE"].startswith("/")


@lru_cache
def database() -> Any:
    """Connect this process to the database."""
    if on_sqlite():
        connection = sqlite3.connect(os.environ["LIMIT_DATABASE"], isolation_level=None, timeout=20)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        return connection
    return psycopg.connect(os.environ["LIMIT_DATABASE"], autocommit=True)


def ask(sql: str, *values: Any) -> list[Any]:
    return database().execute(sql.replace("%s", "?") if on_sqlite() else sql, values).fetchall()


def run(sql: str, *values: Any) -> None:
    database().execute(sql.replace("%s", "?") if on_sqlite() else sql, values)
