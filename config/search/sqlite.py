"""SQLite's full-text table of one table's search texts: trigrams, which triggers keep in step with the rows.

A row of a full-text table needs a number that stays. An integer key is one. A UUID is none, so a second table gives
each key a number.
"""

# ruff: noqa: S608 - the names in this SQL are declared in models; all typed text is a parameter

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from .query import Terms

SHORTEST = 3  # characters of a trigram
RARE = 5_000  # rows


def execute(connection: BaseDatabaseWrapper, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def to_match(terms: Terms) -> str:
    """The full-text query for rows that have one term of each set."""
    return " AND ".join(f"({' OR '.join(map(_phrase, sorted(alternatives)))})" for alternatives in terms)


def _phrase(term: str) -> str:
    return '"{}"'.format(term.replace('"', '""'))


@dataclass(frozen=True)
class FullTextTable:
    """The full-text table `name` over the column `text` of `table`, whose key is called id."""

    name: str
    table: str
    text: str
    has_integer_key: bool

    @property
    def number_table(self) -> str:
        """The table that gives each UUID a number."""
        return f"{self.name}_row"

    @property
    def key(self) -> str:
        """The column of `number_table` that holds the UUID, named as Django names the columns of a joining table."""
        return f"{self.table.rpartition('_')[2]}_id"

    def statements(self) -> dict[str, str]:
        """The SQL that makes each object, by its name, in the order of making and as SQLite stores it."""
        name, table, text, number = self.name, self.table, self.text, self._number
        columns = f"number INTEGER PRIMARY KEY, {self.key} char(32) UNIQUE"
        numbers = {self.number_table: f"CREATE TABLE {self.number_table} ({columns})"}
        return {
            **({} if self.has_integer_key else numbers),
            name: f"CREATE VIRTUAL TABLE {name} USING fts5({text}, tokenize = 'trigram case_sensitive 1')",
            f"{name}_insert": f"""\
CREATE TRIGGER {name}_insert AFTER INSERT ON {table} BEGIN
    {self._insert()}
END""",
            f"{name}_update": f"""\
CREATE TRIGGER {name}_update AFTER UPDATE OF {text} ON {table}
WHEN new.{text} <> old.{text} BEGIN
    UPDATE {name} SET {text} = new.{text}
        WHERE rowid = {number("new")};
END""",
            f"{name}_delete": f"""\
CREATE TRIGGER {name}_delete AFTER DELETE ON {table} BEGIN
    {self._delete()}
END""",
        }

    def _number(self, row: str) -> str:
        return (
            f"{row}.id"
            if self.has_integer_key
            else f"(SELECT number FROM {self.number_table} WHERE {self.key} = {row}.id)"
        )

    def _insert(self) -> str:
        if self.has_integer_key:
            return f"INSERT INTO {self.name} (rowid, {self.text}) VALUES (new.id, new.{self.text});"
        return f"""\
INSERT INTO {self.number_table} ({self.key}) VALUES (new.id);
    INSERT INTO {self.name} (rowid, {self.text})
        SELECT number, new.{self.text} FROM {self.number_table} WHERE {self.key} = new.id;"""

    def _delete(self) -> str:
        delete = f"DELETE FROM {self.name} WHERE rowid = {self._number('old')};"
        return (
            delete
            if self.has_integer_key
            else f"{delete}\n    DELETE FROM {self.number_table} WHERE {self.key} = old.id;"
        )

    def create(self, connection: BaseDatabaseWrapper) -> None:
        """Make the table and its triggers, with all rows that stand."""
        name, table, text, numbers, key = self.name, self.table, self.text, self.number_table, self.key
        if self.has_integer_key:
            fill = [f"INSERT INTO {name} (rowid, {text}) SELECT id, {text} FROM {table}"]
        else:
            fill = [
                f"INSERT INTO {numbers} ({key}) SELECT id FROM {table}",
                f"INSERT INTO {name} (rowid, {text}) SELECT number, {text} FROM {numbers} JOIN {table} ON id = {key}",
            ]
        execute(connection, *self.statements().values(), *fill)

    def drop(self, connection: BaseDatabaseWrapper) -> None:
        """Drop what is there of the table and its triggers."""
        object_types = {name: sql.split()[1].replace("VIRTUAL", "TABLE") for name, sql in self.statements().items()}
        drops = [f"DROP {object_type} IF EXISTS {name}" for name, object_type in reversed(object_types.items())]
        execute(connection, *drops)

    def present(self, connection: BaseDatabaseWrapper) -> dict[str, str]:
        """The SQL by which each object was made that is there, by its name."""
        names = list(self.statements())
        marks = ", ".join(["%s"] * len(names))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE name IN ({marks})", names)
            return dict(cursor.fetchall())

    def repair(self, connection: BaseDatabaseWrapper) -> None:
        """Make it anew when something of it is missing or of another release; nothing when there is none of it."""
        present = self.present(connection)
        if present and present != self.statements():
            self.drop(connection)
            self.create(connection)

    def keys(self) -> str:
        """SQL for the keys of the rows that match its one parameter, a full-text query."""
        if self.has_integer_key:
            return f"SELECT rowid FROM {self.name} WHERE {self.name} MATCH %s"
        return f"""\
SELECT {self.key} FROM {self.name} JOIN {self.number_table} ON number = {self.name}.rowid
WHERE {self.name} MATCH %s"""

    def is_rare(self, match: str, connection: BaseDatabaseWrapper) -> bool:
        """Tell if so few rows match that looking each up is quicker than reading through all rows of one Pro."""
        # Counts no further than it has to.
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {self.name} WHERE {self.name} MATCH %s LIMIT %s)"
        with connection.cursor() as cursor:
            cursor.execute(sql, [match, RARE])
            return cursor.fetchone()[0] < RARE


def state_sizes(connection: BaseDatabaseWrapper, table: str, tenant: str, shared: tuple[str, ...]) -> None:
    """Tell SQLite's planner how the rows of `table` are spread over tenants.

    Not knowing better, SQLite takes a tenant's rows for ten, and would rather read all of them than look up the few
    that a full-text table found. Here a tenant has a hundredth of a million rows; values of the columns `shared` are
    those of most of them, and any other column tells rows apart. This lasts until somebody runs ANALYZE, and then
    SQLite knows better. Source:
    https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_sqlite_stat_tables
    """
    columns = ", ".join(f"'{column}'" for column in shared)
    execute(
        connection,
        "ANALYZE django_migrations",  # makes the table that is written to
        f"""\
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT '{table}', list.name, CASE partial WHEN 1 THEN '900000 ' ELSE '1000000 ' END || group_concat(
    CASE WHEN info.name = '{tenant}' THEN 10000 - 1000 * partial WHEN info.name IN ({columns}) THEN 8000 ELSE 1 END,
    ' ')
FROM pragma_index_list('{table}') AS list, pragma_index_info(list.name) AS info
WHERE list.name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)
GROUP BY list.name HAVING max(seqno = 0 AND info.name = '{tenant}')""",
        "ANALYZE sqlite_master",  # reads it
    )
