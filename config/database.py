"""How long PostgreSQL may keep a process waiting: for a lock, for a statement, and for any word at all.

The server ends by itself a statement that waits or works for too long. One that is frozen ends nothing, so the driver
hangs up a little later. Both raise OperationalError, which pages and dialects answer with 503.
"""

import hashlib
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

# What the driver waits in addition to the server.
MARGIN = 2.0  # seconds


def limit_waits(databases: Mapping[str, Any], *, lock: int, statement: int) -> None:
    """Limit the waits of connections that this process opens from now on, in seconds. SQLite has a timeout of its own.

    A pooler of transactions refuses what a connection asks for at its start: there the pooler asks (docs/scaling.md).
    """
    for entry in databases.values():
        if entry["ENGINE"] == "django.db.backends.postgresql" and not entry.get("DISABLE_SERVER_SIDE_CURSORS"):
            limits = f"-c lock_timeout={lock}s -c statement_timeout={statement}s"
            entry["OPTIONS"]["options"] = f"{entry['OPTIONS'].get('options', '')} {limits}".strip()

    def hang_up_on_silence(connection: Any, **_: Any) -> None:
        if connection.vendor == "postgresql":
            driver = connection.connection
            driver.wait = partial(_wait, driver, statement + MARGIN)

    connection_created.connect(hang_up_on_silence, weak=False, dispatch_uid="hang_up_on_silence")


def _wait(driver: psycopg.Connection[Any], seconds: float, answer: Any, **options: Any) -> Any:
    """psycopg's own `wait`, for so many seconds at most."""
    try:
        return type(driver).wait(driver, answer, **{"timeout": seconds, **options})
    except psycopg.OperationalError:
        # The server still works on it: what it says to the next statement would be about this one.
        if driver.pgconn.transaction_status == TransactionStatus.ACTIVE:
            driver.close()
        raise


def are_triggers_marked(connection: BaseDatabaseWrapper, names: Collection[str], mark: str) -> bool:
    """Tell if each of these triggers is there, is on, and has this mark as its comment. PostgreSQL alone.

    To drop and make one stops all reads and writes of its table, so `migrate` does it only where something changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_trigger
            WHERE tgname = ANY (%s) AND tgenabled = 'O' AND obj_description(oid, 'pg_trigger') = %s""",
            [list(names), mark],
        )
        return cursor.fetchone() == (len(names),)


def mark_triggers(connection: BaseDatabaseWrapper, tables: Mapping[str, str], mark: str) -> None:
    """Comment these triggers, by name with their tables, for `are_triggers_marked`."""
    with connection.cursor() as cursor:
        for name, table in tables.items():
            cursor.execute(f"COMMENT ON TRIGGER {name} ON {table} IS '{mark}'")


def digest(*parts: object) -> str:
    """A short mark of SQL, for comments in the database."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
