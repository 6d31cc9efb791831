"""Database triggers that make the history append-only, for raw SQL too.

Two doors let something by: an erasure empties words, and what a closed office had goes with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.database import are_triggers_marked, digest, mark_triggers

TABLE = "inquiries_inquiryhistory"
ERASURES = "inquiries_historyerasure"
DELETIONS = "inquiries_historydeletion"
DEPARTURES = "inquiries_historydeparture"
REFUSAL = "The history of inquiries is append-only."
# What a change must leave as it is, see `inquiries.history.erasing`: all but words, a customer's id and the seal.
KEPT = (
    *("id", "uid", "inquiry_id", "from_status", "from_label", "to_status", "to_label"),
    *("by_user_id", "by_token_id", "by_name", "created_at"),
)
_IS_SAME = " AND ".join(f"new.{column} IS NOT DISTINCT FROM old.{column}" for column in KEPT)
# The door: while an erasure of this inquiry is open, words become empty and nothing else changes.
IS_ERASING = f"""\
{_IS_SAME} AND new.note = '' AND (new.changed_by IS NULL OR new.changed_by = old.changed_by)
AND EXISTS (SELECT 1 FROM {ERASURES} WHERE inquiry_id = old.inquiry_id AND is_open)"""  # noqa: S608 - constants only
# The other door: the transaction that deletes the office of this inquiry has said so.
IS_LEAVING = f"EXISTS (SELECT 1 FROM {DEPARTURES} WHERE inquiry_id = old.inquiry_id)"  # noqa: S608 - constants only
# An erasure is opened and closed once, and stays.
IS_CLOSING = """\
new.id = old.id AND new.inquiry_id = old.inquiry_id AND new.former_seal = old.former_seal AND new.rows = old.rows
AND CAST(new.marks AS text) = CAST(old.marks AS text) AND new.created_at = old.created_at AND NOT new.is_open"""


def _refusing_function(name: str, door: str) -> str:
    """The function of a trigger: it lets an UPDATE through its door, a DELETE with the office, and nothing else."""
    # An integrity violation, so that Django raises IntegrityError on both databases.
    return f"""\
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN IF {door} THEN RETURN new; END IF; END IF;
    IF TG_OP = 'DELETE' THEN IF {IS_LEAVING} THEN RETURN old; END IF; END IF;
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
END $$"""


FUNCTIONS = {
    "inquiry_history_refuse": _refusing_function("inquiry_history_refuse", IS_ERASING),
    "history_erasure_refuse": _refusing_function("history_erasure_refuse", IS_CLOSING),
    "history_deletion_refuse": f"""\
CREATE FUNCTION history_deletion_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$""",
}
_STAYS = f"WHEN NOT ({IS_LEAVING})"
_ABORT = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
# Vendor -> name -> table and definition.
TRIGGERS = {
    "postgresql": {
        "inquiry_history_change": (
            TABLE,
            f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION inquiry_history_refuse()",
        ),
        "inquiry_history_truncate": (
            TABLE,
            f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION inquiry_history_refuse()",
        ),
        "history_erasure_change": (
            ERASURES,
            f"BEFORE UPDATE OR DELETE ON {ERASURES} FOR EACH ROW EXECUTE FUNCTION history_erasure_refuse()",
        ),
        "history_erasure_truncate": (
            ERASURES,
            f"BEFORE TRUNCATE ON {ERASURES} FOR EACH STATEMENT EXECUTE FUNCTION history_erasure_refuse()",
        ),
        "history_deletion_change": (
            DELETIONS,
            f"BEFORE UPDATE OR DELETE ON {DELETIONS} FOR EACH ROW EXECUTE FUNCTION history_deletion_refuse()",
        ),
        "history_deletion_truncate": (
            DELETIONS,
            f"BEFORE TRUNCATE ON {DELETIONS} FOR EACH STATEMENT EXECUTE FUNCTION history_deletion_refuse()",
        ),
    },
    "sqlite": {
        "inquiry_history_update": (TABLE, f"BEFORE UPDATE ON {TABLE} WHEN NOT ({IS_ERASING}) {_ABORT}"),
        "inquiry_history_delete": (TABLE, f"BEFORE DELETE ON {TABLE} {_STAYS} {_ABORT}"),
        # REPLACE deletes the conflicting row without firing the trigger for DELETE.
        "inquiry_history_replace": (
            TABLE,
            f"""\
BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = new.id OR uid = new.uid) {_ABORT}""",  # noqa: S608 - constants only
        ),
        "history_erasure_update": (ERASURES, f"BEFORE UPDATE ON {ERASURES} WHEN NOT ({IS_CLOSING}) {_ABORT}"),
        "history_erasure_delete": (ERASURES, f"BEFORE DELETE ON {ERASURES} {_STAYS} {_ABORT}"),
        "history_erasure_replace": (
            ERASURES,
            f"""\
BEFORE INSERT ON {ERASURES} WHEN EXISTS (SELECT 1 FROM {ERASURES} WHERE id = new.id) {_ABORT}""",  # noqa: S608 - constants only
        ),
        "history_deletion_update": (DELETIONS, f"BEFORE UPDATE ON {DELETIONS} {_ABORT}"),
        "history_deletion_delete": (DELETIONS, f"BEFORE DELETE ON {DELETIONS} {_ABORT}"),
        "history_deletion_replace": (
            DELETIONS,
            f"""\
BEFORE INSERT ON {DELETIONS} WHEN EXISTS (SELECT 1 FROM {DELETIONS} WHERE id = new.id) {_ABORT}""",  # noqa: S608 - constants only
        ),
    },
}


def protect(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing existing ones."""
    release(connection)
    tables = connection.introspection.table_names()
    shut = [door for table, door in ((ERASURES, IS_ERASING), (DEPARTURES, IS_LEAVING)) if table not in tables]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for function in FUNCTIONS.values():
                cursor.execute(_shut(function, shut))
        for name, (table, rule) in TRIGGERS[connection.vendor].items():
            if table in tables:
                cursor.execute(f"CREATE TRIGGER {name} {_shut(rule, shut)}")
    if connection.vendor == "postgresql" and not shut:
        mark_triggers(connection, {name: table for name, (table, _) in TRIGGERS["postgresql"].items()}, _mark())


def _shut(sql: str, doors: list[str]) -> str:
    """SQL of a trigger without these doors: before their tables are there, and after migrating back."""
    for door in doors:
        sql = sql.replace(door, "false")
    return sql


def release(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers."""
    is_postgresql = connection.vendor == "postgresql"
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for name, (table, _rule) in TRIGGERS[connection.vendor].items():
            if table in tables:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' if is_postgresql else ''}")
        if is_postgresql:
            for name in FUNCTIONS:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def protect_history(using: str, **_: Any) -> None:
    """Create the triggers after every migrate: on SQLite, rebuilding the table silently drops them."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names() and not _is_protected(connection):
        with transaction.atomic(using):
            protect(connection)


def _is_protected(connection: BaseDatabaseWrapper) -> bool:
    if connection.vendor != "postgresql" or not {ERASURES, DEPARTURES, DELETIONS} <= {
        *connection.introspection.table_names()
    }:
        return False
    return are_triggers_marked(connection, TRIGGERS["postgresql"], _mark())


def _mark() -> str:
    return digest(FUNCTIONS, TRIGGERS["postgresql"])


@contextmanager
def released(using: str) -> Iterator[None]:
    """A transaction in which the history can be emptied, for `flush`."""
    with transaction.atomic(using):
        release(connections[using])
        yield
        protect(connections[using])
