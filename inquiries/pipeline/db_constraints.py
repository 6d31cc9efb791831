"""Database triggers that keep every pipeline valid: one initial and at least one terminal step at each commit.

PostgreSQL defers the trigger to the commit. SQLite defers foreign keys alone: there, triggers list the types with an
invalid pipeline in a table whose rows violate a deferred foreign key, so that the commit fails.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.database import are_triggers_marked, digest, mark_triggers

TABLE = "inquiries_pipelinestep"
TRIGGER = "inquiry_pipeline_whole"
REFUSAL = "A pipeline has exactly one initial and at least one terminal step."
# An integrity violation, so that Django raises IntegrityError.
FUNCTION = f"""\
CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE types bigint[] := '{{}}';
BEGIN
  IF TG_OP <> 'INSERT' THEN types := types || OLD.inquiry_type_id; END IF;
  IF TG_OP <> 'DELETE' THEN types := types || NEW.inquiry_type_id; END IF;
  IF EXISTS (
    SELECT 1 FROM {TABLE} WHERE inquiry_type_id = ANY (types) GROUP BY inquiry_type_id
    HAVING count(*) FILTER (WHERE is_initial) <> 1 OR NOT bool_or(is_terminal)
  ) THEN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$"""  # noqa: S608 - constants only
RULE = f"""\
CREATE CONSTRAINT TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {TABLE}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {TRIGGER}()"""

INVALID_PIPELINES = "inquiries_unwholepipeline"
# No type has the id -1, so every row violates the foreign key.
LIST = f"""\
CREATE TABLE {INVALID_PIPELINES} (
  inquiry_type_id bigint PRIMARY KEY,
  whole bigint NOT NULL DEFAULT -1 REFERENCES {INVALID_PIPELINES} (inquiry_type_id) DEFERRABLE INITIALLY DEFERRED
)"""
# All types are checked: they are few, and REPLACE can remove a step without firing the trigger for its type.
LISTING = f"""\
BEGIN
  DELETE FROM {INVALID_PIPELINES};
  INSERT INTO {INVALID_PIPELINES} (inquiry_type_id) SELECT inquiry_type_id FROM {TABLE} GROUP BY inquiry_type_id
    HAVING sum(is_initial) <> 1 OR NOT max(is_terminal);
END"""  # noqa: S608
EVENTS = ("INSERT", "UPDATE", "DELETE")


def protect(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing existing ones."""
    release(connection)
    rules = [FUNCTION, RULE]
    if connection.vendor == "sqlite":
        rules = [
            LIST,
            *(f"CREATE TRIGGER {TRIGGER}_{event.lower()} AFTER {event} ON {TABLE} {LISTING}" for event in EVENTS),
        ]
    with connection.cursor() as cursor:
        for rule in rules:
            cursor.execute(rule)
    if connection.vendor == "postgresql":
        mark_triggers(connection, {TRIGGER: TABLE}, digest(FUNCTION, RULE))


def release(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers."""
    drops = [f"TRIGGER IF EXISTS {TRIGGER} ON {TABLE}", f"FUNCTION IF EXISTS {TRIGGER}()"]
    if connection.vendor == "sqlite":
        drops = [
            *(f"TRIGGER IF EXISTS {TRIGGER}_{event.lower()}" for event in EVENTS),
            f"TABLE IF EXISTS {INVALID_PIPELINES}",
        ]
    with connection.cursor() as cursor:
        for drop in drops:
            cursor.execute(f"DROP {drop}")


def protect_pipelines(using: str, **_: Any) -> None:
    """Create the triggers after every migrate, as those of the history."""
    connection = connections[using]
    is_postgresql = connection.vendor == "postgresql"
    if is_postgresql and are_triggers_marked(connection, [TRIGGER], digest(FUNCTION, RULE)):
        return
    if TABLE in connection.introspection.table_names():
        with transaction.atomic(using):
            protect(connection)
