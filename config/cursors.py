"""The cursors that a connection keeps for SQL that is written once.

Making a cursor takes a third of the time of a small query. On PostgreSQL there is one more, that has the server bind
the values and keep the plan of what is run often (`prepare_threshold` in the settings): Django's own cursors write the
values into the SQL, which is read and planned each time.
"""

from collections.abc import Sequence
from typing import Any

from django.db import NotSupportedError


def execute(connection: Any, sql: str, parameters: Sequence[Any], *, keeps_plan: bool) -> Any:
    """Run a statement on a connection of Django; returns its cursor, with the rows.

    `keeps_plan`: PostgreSQL may run it by a plan for all values. That suits INSERTs and look-ups by a key, and no list:
    one Pro has 450 rows and another 100,000.
    """
    connection.close_if_health_check_failed()
    cursor = _cursor(connection, keeps_plan=keeps_plan and connection.vendor == "postgresql")
    try:
        cursor.execute(sql, parameters)
    except NotSupportedError:
        # A migration has changed the type of a column since: the kept plans go with the connection.
        connection.close_at = 0
        raise
    return cursor


def _cursor(connection: Any, *, keeps_plan: bool) -> Any:
    """The kept cursor; where queries are logged another for each, which logs."""
    if connection.queries_logged:
        return _make_keeping_cursor(connection) if keeps_plan else connection.cursor()
    name = "keeping_cursor" if keeps_plan else "statement_cursor"
    kept = getattr(connection, name, None)
    if kept is None or connection.connection is None or kept.connection is not connection.connection:
        kept = _make_keeping_cursor(connection) if keeps_plan else connection.cursor()
        setattr(connection, name, kept)
    return kept


def _make_keeping_cursor(connection: Any) -> Any:
    connection.ensure_connection()
    return connection._prepare_cursor(connection.Database.Cursor(connection.connection))
