"""Database triggers that make the history append-only, for raw SQL too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "inquiries_inquiryhistory"
REFUSAL = "The history of inquiries is append-only."
# An integrity violation, so that Django raises IntegrityError on both databases.
FUNCTION = f"""\
CREATE FUNCTION inquiry_history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"""
# Vendor -> name -> definition.
TRIGGERS = {
    "postgresql": {
        "inquiry_history_change": f"""\
BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION inquiry_history_refuse()""",
        "inquiry_history_truncate": f"""\
BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION inquiry_history_refuse()""",
    },
    "sqlite": {
        "inquiry_history_update": f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "inquiry_history_delete": f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        # REPLACE deletes the conflicting row without firing the trigger for DELETE.
        "inquiry_history_replace": f"""\
BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = new.id OR uid = new.uid)
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608 - constants only
    },
}


def protect(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing existing ones."""
    release(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for name, rule in TRIGGERS[connection.vendor].items():
            cursor.execute(f"CREATE TRIGGER {name} {rule}")


def release(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers."""
    where = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in TRIGGERS[connection.vendor]:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS inquiry_history_refuse()")


def protect_history(using: str, **_: Any) -> None:
    """Create the triggers after every migrate: on SQLite, rebuilding the table silently drops them."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        with transaction.atomic(using):
            protect(connection)


@contextmanager
def released(using: str) -> Iterator[None]:
    """A transaction in which the history can be emptied, for `flush`."""
    with transaction.atomic(using):
        release(connections[using])
        yield
        protect(connections[using])
