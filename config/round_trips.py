"""Fewer ways to PostgreSQL and back: writes that leave together, and questions that are asked ahead.

A web process and the database take as long to wake each other as for a small statement, and what is locked stays locked
meanwhile. SQLite has no such way: there each statement is run where it stands.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections, transaction

from .cursors import driver_cursor, execute, forget_plans, with_numbers

type Asked = tuple[str, Sequence[Any]]  # SQL that may keep its plan, and its parameters


@contextmanager
def writing_together(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """A transaction in which what is given to `write_soon` waits for the next statement; the rest leaves at its end.

    An error of what waits is raised by the statement that it leaves with: one that is caught needs a statement before
    its handler. The parts of one statement see the tables as they were before it, so none may look for the rows of
    another; foreign keys are checked after it. Policies do look, so nothing waits behind a wall (`config.wall`).
    """
    connection: Any = connections[using]
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using):
        if connection.vendor != "postgresql" or settings.DATABASE_WALL or writes_wait(connection):
            yield
            return
        connection.waiting_writes, connection.answers_ahead = [], {}
        try:
            with connection.execute_wrapper(_write_before):
                yield
                _write_last(connection, commits=is_outermost)
        finally:
            # After an error all is rolled back.
            connection.waiting_writes = None
            connection.answers_ahead = {}


def writes_wait(connection: Any) -> bool:
    """True within `writing_together` on PostgreSQL."""
    return getattr(connection, "waiting_writes", None) is not None


def write_soon(connection: Any, sql: str, parameters: Sequence[Any], *, updates: str = "") -> None:
    """Run a statement that writes: now or, within `writing_together`, with the next one.

    `updates` is the table of which it changes present rows: what waits for that table is written before.
    """
    if not writes_wait(connection):
        execute(connection, sql, parameters, keeps_plan=True)
        return
    if updates and any(connection.ops.quote_name(updates) in waiting for waiting, _ in connection.waiting_writes):
        _write_waiting(connection)
    connection.waiting_writes.append((sql, parameters))


def write_now(connection: Any, sql: str, parameters: Sequence[Any]) -> Any:
    """Run a statement that adds rows, together with those that wait; returns its cursor."""
    if writes_wait(connection):
        sql, parameters = _join([*connection.waiting_writes, (sql, parameters)])
        connection.waiting_writes.clear()
    return execute(connection, sql, parameters, keeps_plan=True)


def ask_ahead(questions: Iterable[Asked], using: str = DEFAULT_DB_ALIAS) -> None:
    """Ask what the transaction of `writing_together` asks next, in this order and in one go.

    `execute` then has the answers at hand. Each question sees what was committed until the one before was answered, as
    if they were asked one by one: those after a lock see what its former holder wrote.
    """
    connection: Any = connections[using]
    # Where queries are logged they are asked one by one.
    if not writes_wait(connection) or connection.queries_logged:
        return
    answers = {}
    with _pipeline(connection):
        _write_waiting(connection)
        for sql, parameters in questions:
            cursor = driver_cursor(connection)
            cursor.execute(with_numbers(sql), parameters)
            answers[sql] = (parameters, cursor)
    connection.answers_ahead = {**connection.answers_ahead, **answers}


def _write_before(run: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
    """Write what waits before any other statement of the connection, which may look for it; both leave in one go."""
    connection = context["connection"]
    # A cursor of the server's, which has a name, goes by itself.
    if not connection.waiting_writes or hasattr(context["cursor"], "name"):
        _write_waiting(connection)
        return run(sql, parameters, many, context)
    with _pipeline(connection):
        _write_waiting(connection)
        return run(sql, parameters, many, context)


def _write_last(connection: Any, *, commits: bool) -> None:
    """Write what waits at the end and, with it, the commit of the transaction: then Django has nothing left to do."""
    if not connection.waiting_writes or connection.needs_rollback:
        return
    if commits and not connection.queries_logged:
        with _pipeline(connection):
            _write_waiting(connection)
            driver_cursor(connection).execute("COMMIT")
    else:
        _write_waiting(connection)


@contextmanager
def _pipeline(connection: Any) -> Iterator[None]:
    """Statements in it leave in one go; the first of their errors is raised at its end."""
    try:
        with connection.wrap_database_errors, connection.connection.pipeline():
            yield
    except NotSupportedError:
        forget_plans(connection)
        raise


def _write_waiting(connection: Any) -> None:
    if writes := connection.waiting_writes:
        connection.waiting_writes = []
        execute(connection, *_join(writes), keeps_plan=True)


def _join(writes: Sequence[Asked]) -> Asked:
    """One statement of several, with the answer of the last one."""
    parts = ", ".join(f"w{at} AS ({sql})" for at, (sql, _parameters) in enumerate(writes[:-1]))
    start = f"WITH {parts} " if parts else ""
    return f"{start}{writes[-1][0]}", [value for _sql, parameters in writes for value in parameters]
