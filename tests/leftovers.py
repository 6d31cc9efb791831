"""What is left of a word: rows of all tables, stored files, the bytes of a folder."""

from pathlib import Path

from django.conf import settings
from django.db import connection


def tables_with(word: str) -> dict[str, list[str]]:
    """Rows of all tables, those of indexes and full-text tables too, that have the word: {table: [row, …]}."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of tables
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(columns, row, strict=True):
                    raw = bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
                    if word.encode() in raw.lower():
                        found.setdefault(table, []).append(f"{name}: {raw.decode('utf-8', 'replace')}")
    return found


def files_with(word: str, folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def stored_files_with(word: str) -> list[str]:
    """Names of files in the storages of attachments and identity documents."""
    attachments = Path(settings.STORAGES["attachments"]["OPTIONS"]["location"])
    return sorted(files_with(word, attachments) + files_with(word, Path(settings.MEDIA_ROOT)))
