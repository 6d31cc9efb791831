"""Database triggers that make the audit append-only, for raw SQL too.

Events are deleted by one door: a row of AuditThinning says from before when, never later than LEAST_DAYS ago, and
stays. Each `migrate` makes the triggers anew.
"""

# ruff: noqa: S608 - constants only
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

EVENTS, DOOR = "audit_auditevent", "audit_auditthinning"
TABLES = (EVENTS, DOOR)
# No event is deleted that is younger, whatever the settings say.
LEAST_DAYS = 30
REFUSAL = "The audit is append-only."
YOUNG = f"The audit is kept for {LEAST_DAYS} days at least."

RAISE = "RAISE EXCEPTION '{}' USING ERRCODE = 'restrict_violation'"
# Name -> body. An integrity violation, so that Django raises IntegrityError on both databases.
FUNCTIONS = {
    "audit_refuse": f"BEGIN {RAISE.format(REFUSAL)}; END",
    "audit_refuse_delete": f"""\
BEGIN
  IF NOT EXISTS (SELECT 1 FROM {DOOR} WHERE before > OLD.created_at) THEN {RAISE.format(REFUSAL)}; END IF;
  RETURN OLD;
END""",
    "audit_refuse_young": f"""\
BEGIN
  IF NEW.before > now() - interval '{LEAST_DAYS} days' THEN {RAISE.format(YOUNG)}; END IF;
  RETURN NEW;
END""",
}
# Vendor -> name -> table and definition.
TRIGGERS = {
    "postgresql": {
        "audit_update": (EVENTS, "BEFORE UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION audit_refuse()"),
        "audit_delete": (EVENTS, "BEFORE DELETE ON {} FOR EACH ROW EXECUTE FUNCTION audit_refuse_delete()"),
        "audit_truncate": (EVENTS, "BEFORE TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"),
        "audit_door_change": (DOOR, "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION audit_refuse()"),
        "audit_door_truncate": (DOOR, "BEFORE TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"),
        "audit_door_young": (DOOR, "BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION audit_refuse_young()"),
    },
    "sqlite": {
        "audit_update": (EVENTS, f"BEFORE UPDATE ON {{}} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"),
        "audit_delete": (
            EVENTS,
            f"""\
BEFORE DELETE ON {{}} WHEN NOT EXISTS (SELECT 1 FROM {DOOR} WHERE before > old.created_at)
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
        ),
        # REPLACE deletes the conflicting row without firing the trigger for DELETE.
        "audit_replace": (
            EVENTS,
            f"""\
BEFORE INSERT ON {{}} WHEN EXISTS (SELECT 1 FROM {EVENTS} WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
        ),
        # What was recorded in this hour stays, and the other is left out, as ON CONFLICT DO NOTHING says.
        "audit_replace_once": (
            EVENTS,
            f"""\
BEFORE INSERT ON {{}} WHEN EXISTS (SELECT 1 FROM {EVENTS} WHERE pro_id = new.pro_id AND once = new.once)
BEGIN SELECT RAISE(IGNORE); END""",
        ),
        "audit_door_update": (DOOR, f"BEFORE UPDATE ON {{}} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"),
        "audit_door_delete": (DOOR, f"BEFORE DELETE ON {{}} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"),
        "audit_door_young": (
            DOOR,
            f"""\
BEFORE INSERT ON {{}} WHEN new.before > datetime('now', '-{LEAST_DAYS} days')
BEGIN SELECT RAISE(ABORT, '{YOUNG}'); END""",
        ),
        "audit_door_replace": (
            DOOR,
            f"""\
BEFORE INSERT ON {{}} WHEN EXISTS (SELECT 1 FROM {DOOR} WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
        ),
    },
}


def protect(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing existing ones."""
    release(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, body in FUNCTIONS.items():
                cursor.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        for name, (table, rule) in TRIGGERS[connection.vendor].items():
            cursor.execute(f"CREATE TRIGGER {name} {rule.format(table)}")


def release(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for name, (table, _rule) in TRIGGERS[connection.vendor].items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if is_postgresql else ""))
        for name in FUNCTIONS if is_postgresql else ():
            cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def protect_audit(using: str, **_: Any) -> None:
    """Create the triggers after every migrate: on SQLite, rebuilding a table silently drops them."""
    connection = connections[using]
    if set(TABLES) <= set(connection.introspection.table_names()):
        with transaction.atomic(using):
            protect(connection)


@contextmanager
def released(using: str) -> Iterator[None]:
    """A transaction in which the audit can be emptied, for `flush`."""
    with transaction.atomic(using):
        release(connections[using])
        yield
        protect(connections[using])
