"""Queries whose SQL is put together once: what every request asks takes Django longer to write than the database to
answer."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet


class Compiled[M: Model]:
    """The rows of queries that differ in their values alone.

    `shape(*values)` gives the queryset. Each value is text, or a number that the database knows, and a parameter of the
    SQL as it is; they come in this order, and there are no others.
    """

    def __init__(self, shape: Callable[..., QuerySet[M]]) -> None:
        self.shape = shape
        self._made: tuple[QuerySet[M], Any, str] | None = None

    def rows(self, *values: str | int) -> list[M]:
        """The rows as model instances, as the queryset would give them."""
        rows, compiler, sql = self._made or self._make(values)
        # Each call has its own, on the connection of its thread.
        ready = copy(compiler)
        ready.connection = connections[rows.db]
        ready.as_sql = lambda: (sql, values)
        found = rows.all()
        found.query.get_compiler = lambda using: ready  # type: ignore[method-assign, assignment, misc]
        return list(found)

    def first(self, *values: str | int) -> M | None:
        """The first of them, None when there is none."""
        rows = self.rows(*values)
        return rows[0] if rows else None

    def _make(self, values: tuple[str | int, ...]) -> tuple[QuerySet[M], Any, str]:
        rows = self.shape(*values)
        compiler = rows.query.get_compiler(using=rows.db)
        sql, parameters = compiler.as_sql()
        if tuple(parameters) != values:
            raise ValueError(f"This query has other parameters than its values: {sql}")
        self._made = rows, compiler, sql
        return self._made
