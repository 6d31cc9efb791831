"""What keeps every pipeline whole: triggers that are asked at the end of each transaction that changed steps.

PostgreSQL defers a trigger. SQLite defers foreign keys alone: there the triggers list the types whose pipeline is not
whole in a table whose rows point at nothing, which no transaction may end with.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "inquiries_pipelinestep"
TRIGGER = "inquiry_pipeline_whole"
REFUSAL = "A pipeline has exactly one initial and at least one terminal step."
# Raised as a breach of integrity, so that Django says IntegrityError.
FUNCTION = f"""\
CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kinds bigint[] := '{{}}';
BEGIN
  IF TG_OP <> 'INSERT' THEN kinds := kinds || OLD.inquiry_type_id; END IF;
  IF TG_OP <> 'DELETE' THEN kinds := kinds || NEW.inquiry_type_id; END IF;
  IF EXISTS (
    SELECT 1 FROM {TABLE} WHERE inquiry_type_id = ANY (kinds) GROUP BY inquiry_type_id
    HAVING count(*) FILTER (WHERE is_initial) <> 1 OR NOT bool_or(is_terminal)
  ) THEN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$"""  # noqa: S608 - nothing of it is typed by anybody
RULE = f"""\
CREATE CONSTRAINT TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {TABLE}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {TRIGGER}()"""

UNWHOLE = "inquiries_unwholepipeline"
# No type is number -1.
LIST = f"""\
CREATE TABLE {UNWHOLE} (
  inquiry_type_id bigint PRIMARY KEY,
  whole bigint NOT NULL DEFAULT -1 REFERENCES {UNWHOLE} (inquiry_type_id) DEFERRABLE INITIALLY DEFERRED
)"""
# All types are looked at, for they are few, and REPLACE takes a step from one that a trigger would not hear of.
LISTING = f"""\
BEGIN
  DELETE FROM {UNWHOLE};
  INSERT INTO {UNWHOLE} (inquiry_type_id) SELECT inquiry_type_id FROM {TABLE} GROUP BY inquiry_type_id
    HAVING sum(is_initial) <> 1 OR NOT max(is_terminal);
END"""  # noqa: S608
EVENTS = ("INSERT", "UPDATE", "DELETE")


def protect(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers anew, whatever stands in their place."""
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


def release(connection: BaseDatabaseWrapper) -> None:
    drops = [f"TRIGGER IF EXISTS {TRIGGER} ON {TABLE}", f"FUNCTION IF EXISTS {TRIGGER}()"]
    if connection.vendor == "sqlite":
        drops = [*(f"TRIGGER IF EXISTS {TRIGGER}_{event.lower()}" for event in EVENTS), f"TABLE IF EXISTS {UNWHOLE}"]
    with connection.cursor() as cursor:
        for drop in drops:
            cursor.execute(f"DROP {drop}")


def keep_whole(using: str, **_: Any) -> None:
    """After every migrate, like the triggers of the history."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        with transaction.atomic(using):
            protect(connection)
