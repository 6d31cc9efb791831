"""What keeps the history as it was written: triggers, so that raw SQL cannot change it either."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "inquiries_inquiryhistory"
REFUSAL = "The history of inquiries is append-only."
# Raised as a breach of integrity, so that Django says IntegrityError on both databases.
FUNCTION = f"""\
CREATE FUNCTION inquiry_history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"""
# Vendor -> name -> what the trigger is for.
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
        # REPLACE takes the row that is in its way without asking the trigger for DELETE.
        "inquiry_history_replace": f"""\
BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = new.id OR uid = new.uid)
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608 - nothing of it is typed by anybody
    },
}


def protect(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers anew, whatever stands in their place."""
    release(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for name, rule in TRIGGERS[connection.vendor].items():
            cursor.execute(f"CREATE TRIGGER {name} {rule}")


def release(connection: BaseDatabaseWrapper) -> None:
    where = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in TRIGGERS[connection.vendor]:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS inquiry_history_refuse()")


def keep_append_only(using: str, **_: Any) -> None:
    """After every migrate: one that rebuilds the table on SQLite takes its triggers away, silently."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        with transaction.atomic(using):
            protect(connection)


@contextmanager
def released(using: str) -> Iterator[None]:
    """One transaction in which the history may be emptied, for whoever empties the whole database."""
    with transaction.atomic(using):
        release(connections[using])
        yield
        protect(connections[using])
