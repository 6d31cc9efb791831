"""The search index that every list uses: trigrams of search texts, which each database keeps in a way of its own.

PostgreSQL has one GIN index over tenant and text, SQLite a full-text table. A model declares its index beside its
fields, as `search_index`; its migrations make it.
"""

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.management import CommandError
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from config.migrating import RunOnDatabase

from .query import Terms
from .sqlite import SHORTEST, FullTextTable, execute, state_sizes, to_match

# Of what pg_trgm makes a trigram: three letters or digits, or fewer at the end of a word that the term itself shows, as
# in "06 12". For a term without one it would go through the whole index, of all tenants.
TRIGRAM = re.compile(r"[^\W_]{3}|[^\W_]{2}[\W_]|[\W_][^\W_]")
EXTENSIONS = ("CREATE EXTENSION IF NOT EXISTS pg_trgm", "CREATE EXTENSION IF NOT EXISTS btree_gin")


def _has_trigrams(alternatives: set[str], using: str) -> bool:
    """Tell if the database's index knows each of the terms."""
    if connections[using].vendor == "sqlite":
        return min(map(len, alternatives), default=0) >= SHORTEST
    return all(map(TRIGRAM.search, alternatives))


@dataclass(frozen=True)
class SearchIndex:
    """The index over the search texts of one table.

    `name` is PostgreSQL's index, `full_text` SQLite's table. The key of `table` is called id: a UUID, or a number where
    `has_integer_key`. `text` and `tenant` are columns; `shared` are those whose values most rows of a tenant have in
    common.
    """

    name: str
    table: str
    full_text: str
    has_integer_key: bool = False
    text: str = "search_text"
    tenant: str = "pro_id"
    shared: tuple[str, ...] = ("status",)

    @property
    def full_text_table(self) -> FullTextTable:
        return FullTextTable(self.full_text, self.table, self.text, self.has_integer_key)

    def matching(self, terms: Terms, using: str) -> Q:
        """The rows whose search text has one term of each set; all of them when there is no set.

        On SQLite this asks how common the terms are.
        """
        if not all(terms):
            return Q(pk__in=[])
        matching = Q()
        if connections[using].vendor == "sqlite":
            indexed = [alternatives for alternatives in terms if _has_trigrams(alternatives, using)]
            if indexed and self.full_text_table.is_rare(match := to_match(indexed), connections[using]):
                matching &= Q(pk__in=RawSQL(self.full_text_table.keys(), [match]))  # noqa: S611 - all typed text is a parameter
                terms = [alternatives for alternatives in terms if alternatives not in indexed]
        for alternatives in terms:
            holds = self._holds if _has_trigrams(alternatives, using) else self._holds_unindexed
            matching &= reduce(or_, map(holds, sorted(alternatives)))
        return matching

    def plain_words(self, terms: Terms, using: str) -> list[str] | None:
        """The words whose search has the same SQL for any others, so that it may be written once: one term in each set,
        known to PostgreSQL's index. None for any other search.
        """
        if connections[using].vendor == "sqlite" or not terms or {*map(len, terms)} != {1}:
            return None
        words = [term for [term] in terms]
        return words if all(_has_trigrams({word}, using) for word in words) else None

    def is_used_for(self, terms: Terms, using: str) -> bool:
        """Tell if the index leads to the rows: two letters alone are looked for in all rows of the tenant."""
        return any(_has_trigrams(alternatives, using) for alternatives in terms)

    def _holds(self, term: str) -> Q:
        return Q((f"{self.text}__contains", term))

    def _holds_unindexed(self, term: str) -> Q:
        """The same in SQL that no index knows: the rows of the tenant are read, in the order that is asked for."""
        return Q(GreaterThan(StrIndex(self.text, Value(term)), 0))

    def operation(self) -> RunOnDatabase:
        """The operation of a migration that makes the index over all rows that stand."""
        return RunOnDatabase(
            lambda apps, schema_editor: self.create(schema_editor.connection),
            lambda apps, schema_editor: self.drop(schema_editor.connection),
        )

    def create(self, connection: BaseDatabaseWrapper) -> None:
        """Make the index. Raises CommandError when the database lacks an extension that the role may not create."""
        if connection.vendor == "sqlite":
            self.full_text_table.create(connection)
            return
        try:
            execute(connection, *EXTENSIONS)
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(
                "The search needs PostgreSQL's extensions pg_trgm and btree_gin; an administrator of the database has "
                "to run: CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin; (the database said: "
                f"{reason})"
            ) from error
        # With fastupdate a search would also read what was written since the last vacuum, row by row.
        columns = f"{self.tenant}, {self.text} gin_trgm_ops"
        execute(connection, f"CREATE INDEX {self.name} ON {self.table} USING gin ({columns}) WITH (fastupdate = off)")

    def drop(self, connection: BaseDatabaseWrapper) -> None:
        """Drop the index."""
        if connection.vendor == "sqlite":
            self.full_text_table.drop(connection)
        else:
            execute(connection, f"DROP INDEX {self.name}")

    def repair(self, using: str, **_: Any) -> None:
        """After every migrate: make SQLite's anew when it is not whole.

        A migration that rebuilds a table takes its triggers away, silently, and what happens then is missed.
        """
        connection = connections[using]
        if connection.vendor != "sqlite" or not self.full_text_table.present(connection):
            return
        with transaction.atomic(using):
            self.full_text_table.repair(connection)
            # A migration may have added an index.
            state_sizes(connection, self.table, self.tenant, self.shared)
