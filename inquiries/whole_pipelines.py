"""What keeps every pipeline whole on PostgreSQL: a trigger that asks at the end of each transaction that changed steps.

SQLite cannot wait until then, and on the way from one pipeline to another there is always a moment in which neither
stands. There the engine alone holds the rule: `change_pipeline` stores nothing else, and `begin` takes nothing in.
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


def protect(connection: BaseDatabaseWrapper) -> None:
    """Make the trigger anew, whatever stands in its place."""
    release(connection)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(FUNCTION)
            cursor.execute(RULE)


def release(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER IF EXISTS {TRIGGER} ON {TABLE}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {TRIGGER}()")


def keep_whole(using: str, **_: Any) -> None:
    """After every migrate, like the triggers of the history."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        with transaction.atomic(using):
            protect(connection)
