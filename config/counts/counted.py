"""SQL of the counts that are kept of one table, and of the triggers that keep them."""

# ruff: noqa: S608 - all names in this SQL are declared in models

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.db.backends.base.base import BaseDatabaseWrapper

EVENTS = ("insert", "update", "delete")


@dataclass(frozen=True)
class CountedTable:
    """The rows of `table`, counted in the table `counts` by groups.

    `groups` and `sums` are columns of `counts`, each with its SQL for a row called `{row}`; none is ever null. Rows of
    a group have equal values in `groups`; `sums` are integers, summed over the group. The tenant is a group of its own.
    The SQL of a group may differ by database: then it is a mapping by vendor, and `on` makes the table of one.
    """

    table: str
    counts: str
    groups: Mapping[str, Any]
    sums: Mapping[str, str] = field(default_factory=dict)
    tenant: str = "pro_id"

    def on(self, vendor: str) -> Self:
        """The same with the SQL of one database."""
        groups = {name: sql if isinstance(sql, str) else sql[vendor] for name, sql in self.groups.items()}
        return replace(self, groups=groups)

    @property
    def keys(self) -> dict[str, Any]:
        return {self.tenant: f"{{row}}.{self.tenant}", **self.groups}

    @property
    def numbers(self) -> dict[str, str]:
        return {"n": "1", **self.sums}

    @property
    def columns(self) -> str:
        return ", ".join([*self.keys, *self.numbers, "is_delta"])

    def triggers(self, vendor: str) -> dict[str, list[str]]:
        """The statements that make each trigger, by its name; the last one makes the trigger itself."""
        make = self._postgresql_trigger if vendor == "postgresql" else self._sqlite_trigger
        return {f"{self.counts}_{event}": make(event) for event in EVENTS}

    def drops(self, vendor: str) -> list[str]:
        """Statements that drop what is there of the triggers."""
        if vendor == "sqlite":
            return [f"DROP TRIGGER IF EXISTS {self.counts}_{event}" for event in EVENTS]
        # With its function goes the trigger.
        return [f"DROP FUNCTION IF EXISTS {self.counts}_{event}() CASCADE" for event in EVENTS]

    def present(self, connection: BaseDatabaseWrapper) -> dict[str, str]:
        """The mark of each trigger that is there, by its name."""
        if connection.vendor == "sqlite":
            sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        else:
            sql = """SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger
WHERE tgrelid = CAST(%s AS regclass) AND NOT tgisinternal"""
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.table])
            return {name: mark for name, mark in cursor.fetchall() if name.startswith(f"{self.counts}_")}

    def marks(self, vendor: str) -> dict[str, str]:
        """The mark of each trigger as it has to be: its SQL on SQLite, a comment with a hash of it on PostgreSQL."""
        made = self.triggers(vendor)
        if vendor == "sqlite":
            return {name: statements[-1] for name, statements in made.items()}
        return {name: _digest_of_statements(statements) for name, statements in made.items()}

    def difference(self, tenants: Iterable[int] | None = None) -> str:
        """SQL for the groups that differ: their columns, with the numbers by which too few are kept.

        One statement, so that both sides are of one moment. `tenants` are the only ones that are compared.
        """
        among = "" if tenants is None else f"WHERE {self.tenant} IN ({', '.join(map(str, map(int, tenants)))})"
        kept = ", ".join([*self.keys, *(f"-{name} AS {name}" for name in self.numbers)])
        keys = ", ".join(self.keys)
        sums = [f"CAST(SUM({name}) AS bigint)" for name in self.numbers]
        return f"""\
SELECT {keys}, {", ".join(sums)} FROM (
    SELECT {self._expressions("counted")} FROM {self.table} AS counted {among}
    UNION ALL SELECT {kept} FROM {self.counts} {among}
) AS rows_and_counts GROUP BY {keys} HAVING {" OR ".join(f"SUM({name}) <> 0" for name in self.numbers)}"""

    def fold(self, vendor: str) -> list[str]:
        """Statements that put the rows of each group with deltas together, and leave out a group of nothing."""
        keys, numbers = ", ".join(self.keys), ", ".join(f"SUM({name})" for name in self.numbers)
        is_something = " OR ".join(f"SUM({name}) <> 0" for name in self.numbers)
        same = " AND ".join(f"kept.{name} = changed.{name}" for name in self.keys)
        changed = f"(SELECT DISTINCT {keys} FROM {self.counts} WHERE is_delta) AS changed"
        insert = f"INSERT INTO {self.counts} ({self.columns}) SELECT {keys}, {numbers}"
        by_group = f"GROUP BY {keys} HAVING {is_something}"
        if vendor == "postgresql":
            # One statement, so that nobody sees a group without its rows, and none is added between.
            return [
                f"""\
WITH folded AS (DELETE FROM {self.counts} AS kept USING {changed} WHERE {same} RETURNING kept.*)
{insert}, false FROM folded {by_group}"""
            ]
        # Only corrections are deltas here: a trigger changes the one row of a group in its place.
        is_nothing = " AND ".join(f"{name} = 0" for name in self.numbers)
        return [
            f"UPDATE {self.counts} AS kept SET is_delta = 1 FROM {changed} WHERE {same}",
            f"{insert}, 0 FROM {self.counts} WHERE is_delta {by_group}",
            f"DELETE FROM {self.counts} WHERE is_delta OR {is_nothing}",
        ]

    def _expressions(self, row: str, sign: str = "") -> str:
        """The SQL of all columns but the last, for one row."""
        names = [f"{sql} AS {name}" for name, sql in self.keys.items()]
        names += [f"{sign}{sql} AS {name}" for name, sql in self.numbers.items()]
        return ", ".join(names).replace("{row}", row)

    def _is_changed(self) -> str:
        parts = [*self.keys.values(), *self.sums.values()]
        return " OR ".join(
            f"{part.replace('{row}', 'old')} IS DISTINCT FROM {part.replace('{row}', 'new')}" for part in parts
        )

    def _postgresql_trigger(self, event: str) -> list[str]:
        if event == "update":
            # Each row by itself: most changes leave the groups as they are, and end at the condition.
            rows = f"SELECT {self._expressions('old', '-')}, true UNION ALL SELECT {self._expressions('new')}, true"
            when = f"FOR EACH ROW WHEN ({self._is_changed()})"
        else:
            # All rows of a statement at once: an import of thousands adds a row for each group.
            old_or_new, sign = ("NEW", "") if event == "insert" else ("OLD", "-")
            sums = [f"{sign}SUM({sql.replace('{row}', 'changed')})" for sql in self.numbers.values()]
            keys = [sql.replace("{row}", "changed") for sql in self.keys.values()]
            numbered = ", ".join(str(position + 1) for position in range(len(keys)))
            rows = f"SELECT {', '.join([*keys, *sums])}, true FROM changed_rows AS changed GROUP BY {numbered}"
            when = f"REFERENCING {old_or_new} TABLE AS changed_rows FOR EACH STATEMENT"
        return self._make_postgresql_trigger(event, rows, when)

    def _make_postgresql_trigger(self, event: str, rows: str, when: str) -> list[str]:
        """Statements for a trigger that inserts the rows of a SELECT; `when` says for what it is called."""
        name = f"{self.counts}_{event}"
        return [
            f"""\
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO {self.counts} ({self.columns}) {rows}; RETURN NULL; END $$""",
            f"CREATE TRIGGER {name} AFTER {event.upper()} ON {self.table} {when} EXECUTE FUNCTION {name}()",
        ]

    def _sqlite_trigger(self, event: str) -> list[str]:
        # Nobody else writes at the same time: each group has one row, which is changed in its place.
        changes = {"insert": [("new", "")], "delete": [("old", "-")], "update": [("old", "-"), ("new", "")]}[event]
        when = f"WHEN {self._is_changed()}\n" if event == "update" else ""
        body = "".join(self._sqlite_change(row, sign) for row, sign in changes)
        name = f"{self.counts}_{event}"
        return [f"CREATE TRIGGER {name} AFTER {event.upper()} ON {self.table}\n{when}BEGIN\n{body}END"]

    def _sqlite_change(self, row: str, sign: str) -> str:
        same = " AND ".join(f"{name} = {sql.replace('{row}', row)}" for name, sql in self.keys.items())
        added = ", ".join(f"{name} = {name} + {sign}{sql.replace('{row}', row)}" for name, sql in self.numbers.items())
        change = f"    UPDATE {self.counts} SET {added} WHERE {same};\n"
        if sign:
            # `flush` may empty the counts before the rows, which must leave no group of less than nothing.
            return change
        return f"""\
    INSERT INTO {self.counts} ({self.columns}) SELECT {self._expressions(row, "0 * ")}, 0
        WHERE NOT EXISTS (SELECT 1 FROM {self.counts} WHERE {same});
{change}"""


def _digest_of_statements(statements: list[str]) -> str:
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()[:16]
