"""Remains of deleted rows in the database: SQLite's are overwritten here, PostgreSQL's by its own VACUUM."""

from django.apps import apps
from django.db import connection

# Pages of a full-text table that are merged in one transaction.
PAGES = 500


def tidy_database() -> None:
    """Merge SQLite's full-text tables, which else keep deleted words' places, and empty its write-ahead log.

    Deleted rows are overwritten with zeros by `secure_delete` (`config.backends`). On PostgreSQL no query reads dead
    rows, and autovacuum frees their place. Within a transaction nothing is done.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    for model in apps.get_models():
        if index := getattr(model, "search_index", None):
            _merge(index.full_text)
    with connection.cursor() as cursor:
        # Waits for readers; what it cannot copy yet, the next checkpoint does.
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _merge(table: str) -> None:
    """Merge a full-text table into one segment, in steps that let other writers in between."""
    with connection.cursor() as cursor:
        pages, changes = -PAGES, 2
        while changes >= 2:
            cursor.execute("SELECT total_changes()")
            before = cursor.fetchone()[0]
            cursor.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', %s)", [pages])  # noqa: S608
            cursor.execute("SELECT total_changes()")
            changes, pages = cursor.fetchone()[0] - before, PAGES
