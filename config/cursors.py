"""The cursors that a connection keeps for SQL that is written once: those of the database's driver.

Making a cursor takes a third of the time of a small query, and Django's write the places of values anew for each: as
question marks on SQLite, and on PostgreSQL the values themselves, in SQL that is then read and planned each time. Here
SQLite is asked in half the time, and PostgreSQL may keep a plan (`prepare_threshold` in the settings).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from django.db import NotSupportedError

# Statements of a connection whose plan PostgreSQL keeps; those that were used longest ago are planned anew.
KEPT_PLANS = 500


def execute(connection: Any, sql: str, parameters: Sequence[Any], *, keeps_plan: bool) -> Any:
    """Run a statement on a connection of Django; returns its cursor, with the rows.

    `keeps_plan`: PostgreSQL may run it by a plan for all values. That suits INSERTs, look-ups by a key, and the
    beginning of a list that an index has in its order; no other list, as one Pro has 450 rows and another 100,000.
    """
    if (asked := _asked_ahead(connection, sql, parameters)) is not None:
        return asked
    connection.close_if_health_check_failed()
    is_drivers = (connection.vendor == "sqlite" or keeps_plan) and not connection.queries_logged
    cursor = _cursor(connection, is_drivers=is_drivers)
    try:
        cursor.execute(_PLACES[connection.vendor](sql) if is_drivers else sql, parameters)
    except NotSupportedError:
        forget_plans(connection)
        raise
    return cursor


def forget_plans(connection: Any) -> None:
    """Let a connection go with its kept plans: a migration has changed the type of a column since they were made."""
    connection.close_at = 0


def _asked_ahead(connection: Any, sql: str, parameters: Sequence[Any]) -> Any:
    """The cursor with the answer, once, if this was asked ahead (`config.round_trips`)."""
    answers = getattr(connection, "answers_ahead", None)
    if not answers or sql not in answers or answers[sql][0] != parameters:
        return None
    return answers.pop(sql)[1]


def _cursor(connection: Any, *, is_drivers: bool) -> Any:
    """The kept cursor, the driver's own or Django's.

    Where queries are logged it is another of Django's for each, which logs them with their values.
    """
    if connection.queries_logged:
        return connection.cursor()
    name = "drivers_cursor" if is_drivers else "statement_cursor"
    kept = getattr(connection, name, None)
    if kept is None or connection.connection is None or kept.connection is not connection.connection:
        kept = _make_drivers(connection) if is_drivers else connection.cursor()
        setattr(connection, name, kept)
    return kept


def _make_drivers(connection: Any) -> Any:
    return connection._prepare_cursor(driver_cursor(connection))


def driver_cursor(connection: Any) -> Any:
    """A new cursor of the driver itself; of PostgreSQL's, for SQL `with_numbers`."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        return connection.Database.Cursor(connection.connection)
    connection.connection.prepared_max = KEPT_PLANS
    return connection.Database.RawCursor(connection.connection)


@lru_cache(maxsize=2000)
def _with_question_marks(sql: str) -> str:
    """SQL as SQLite's driver reads it; Django's cursor makes the same of it."""
    return re.sub("(?<!%)%s", "?", sql).replace("%%", "%")


@lru_cache(maxsize=2000)
def with_numbers(sql: str) -> str:
    """SQL as PostgreSQL reads it: "$1" for the first place. Its driver would write it anew for each long statement."""
    numbers = count(1)
    return re.sub("%([s%])", lambda found: f"${next(numbers)}" if found[1] == "s" else "%", sql)


_PLACES = {"sqlite": _with_question_marks, "postgresql": with_numbers}
