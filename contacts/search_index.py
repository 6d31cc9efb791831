"""The index behind the search: trigrams of the search texts, which each database keeps in a way of its own.

PostgreSQL has one index over tenant and text. SQLite has a full-text table, `contacts_search`. Its rows need a number
that stays, and those of a table with a UUID for a key do not: `contacts_search_row` gives each contact one. Triggers
keep both in step, whichever way a contact is written.
"""

from functools import reduce
from operator import or_
from typing import Any

from django.core.management import CommandError
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.expressions import RawSQL

EXTENSIONS = ("CREATE EXTENSION IF NOT EXISTS pg_trgm", "CREATE EXTENSION IF NOT EXISTS btree_gin")
POSTGRESQL = "CREATE INDEX contact_search ON contacts_contact USING gin (pro_id, search_text gin_trgm_ops)"
# Name -> how it is made, in this order and in the words that SQLite keeps.
SQLITE = {
    "contacts_search_row": "CREATE TABLE contacts_search_row (number INTEGER PRIMARY KEY, contact_id char(32) UNIQUE)",
    "contacts_search": """\
CREATE VIRTUAL TABLE contacts_search USING fts5(search_text, tokenize = 'trigram case_sensitive 1')""",
    "contacts_search_insert": """\
CREATE TRIGGER contacts_search_insert AFTER INSERT ON contacts_contact BEGIN
    INSERT INTO contacts_search_row (contact_id) VALUES (new.id);
    INSERT INTO contacts_search (rowid, search_text)
        SELECT number, new.search_text FROM contacts_search_row WHERE contact_id = new.id;
END""",
    "contacts_search_update": """\
CREATE TRIGGER contacts_search_update AFTER UPDATE OF search_text ON contacts_contact
WHEN new.search_text <> old.search_text BEGIN
    UPDATE contacts_search SET search_text = new.search_text
        WHERE rowid = (SELECT number FROM contacts_search_row WHERE contact_id = new.id);
END""",
    "contacts_search_delete": """\
CREATE TRIGGER contacts_search_delete AFTER DELETE ON contacts_contact BEGIN
    DELETE FROM contacts_search WHERE rowid = (SELECT number FROM contacts_search_row WHERE contact_id = old.id);
    DELETE FROM contacts_search_row WHERE contact_id = old.id;
END""",
}
SQLITE_FILL = (
    "INSERT INTO contacts_search_row (contact_id) SELECT id FROM contacts_contact",
    """INSERT INTO contacts_search (rowid, search_text)
       SELECT number, search_text FROM contacts_search_row JOIN contacts_contact ON id = contact_id""",
)
# Not knowing better, SQLite takes a Pro's contacts for ten, and would rather read all of them than look up the few that
# were found. What is told here lasts until somebody runs ANALYZE, and then SQLite knows better. See
# https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_sqlite_stat_tables
SQLITE_SIZES = (
    "ANALYZE contacts_search_row",  # makes the table that is written to
    # Of a million rows in all a Pro has a hundredth, a status most of them, and nothing else two the same.
    """INSERT INTO sqlite_stat1 (tbl, idx, stat)
       SELECT 'contacts_contact', list.name, CASE partial WHEN 1 THEN '900000 ' ELSE '1000000 ' END || group_concat(
              CASE info.name WHEN 'pro_id' THEN 10000 - 1000 * partial WHEN 'status' THEN 8000 ELSE 1 END, ' ')
       FROM pragma_index_list('contacts_contact') AS list, pragma_index_info(list.name) AS info
       WHERE list.name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)
       GROUP BY list.name HAVING max(seqno = 0 AND info.name = 'pro_id')""",
    "ANALYZE sqlite_master",  # reads it
)
FOUND = """
SELECT contact_id FROM contacts_search JOIN contacts_search_row ON number = contacts_search.rowid
WHERE contacts_search MATCH %s"""
# Counts no further than it has to.
HOW_MANY = "SELECT count(*) FROM (SELECT 1 FROM contacts_search WHERE contacts_search MATCH %s LIMIT %s)"
SHORTEST = 3  # characters
RARE = 5_000  # rows


def containing(wanted: list[set[str]], using: str) -> Q:
    """The contacts whose search text has one term of each set of `wanted` in it; all of them when there is none."""
    found = Q()
    if connections[using].vendor == "sqlite":
        indexed = [terms for terms in wanted if min(map(len, terms)) >= SHORTEST]
        phrases = " AND ".join(f"({' OR '.join(map(_phrase, sorted(terms)))})" for terms in indexed)
        if phrases and _is_rare(phrases, using):
            found &= Q(pk__in=RawSQL(FOUND, [phrases]))  # noqa: S611 - its words are not typed by anybody
            wanted = [terms for terms in wanted if terms not in indexed]
    for terms in wanted:
        found &= reduce(or_, (Q(search_text__contains=term) for term in terms))
    return found


def _phrase(term: str) -> str:
    return '"{}"'.format(term.replace('"', '""'))


def _is_rare(phrases: str, using: str) -> bool:
    """Whether so few have them that to look each up is quicker than to read through all of one Pro."""
    with connections[using].cursor() as cursor:
        cursor.execute(HOW_MANY, [phrases, RARE])
        return cursor.fetchone()[0] < RARE


def create_search_index(connection: BaseDatabaseWrapper) -> None:
    """Make the index over all contacts. Raises CommandError when the database has not what it takes."""
    if connection.vendor == "sqlite":
        _run(connection, *SQLITE.values(), *SQLITE_FILL)
        return
    try:
        _run(connection, *EXTENSIONS)
    except DatabaseError as error:
        said = str(error).splitlines()[0]
        raise CommandError(
            "The search needs PostgreSQL's extensions pg_trgm and btree_gin; an administrator of the database has to "
            f"run: CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin; (the database said: {said})"
        ) from error
    _run(connection, POSTGRESQL)


def drop_search_index(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor == "sqlite":
        kinds = {name: sql.split()[1].replace("VIRTUAL", "TABLE") for name, sql in reversed(SQLITE.items())}
        _run(connection, *(f"DROP {kind} IF EXISTS {name}" for name, kind in kinds.items()))
    else:
        _run(connection, "DROP INDEX contact_search")


def keep_search_index(using: str, **_: Any) -> None:
    """After every migrate: make SQLite's anew when it is not whole.

    A migration that rebuilds a table takes its triggers away, silently, and what happens then is missed.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE 'contacts_search%'")
        found = {name: sql for name, sql in cursor.fetchall() if name in SQLITE}
    if not found:
        return
    with transaction.atomic(using):
        if found != SQLITE:
            drop_search_index(connection)
            create_search_index(connection)
        # An index may be new.
        _run(connection, *SQLITE_SIZES)


def _run(connection: BaseDatabaseWrapper, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
