"""The policies, made from the models: which rows belong to the Pro that a connection has named."""

from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from config.database import digest

POLICY = "of_the_named_pro"
SETTING = "vestibule.pro"
# All rows: for the admin, pages that have to find the Pro first, jobs and commands.
EVERYTHING = "*"
# Read before the Pro is known, or to know it.
DOORS = {"accounts.Pro", "accounts.User", "accounts.Session", "accounts.ApiToken", "admin.LogEntry"}
# Rows that nobody changes or deletes, with the columns that an erasure empties where the triggers allow it.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "inquiries_inquiryhistory": ("note", "changed_by", "seal"),
    "inquiries_historyerasure": ("is_open",),
    "inquiries_historydeletion": (),
    "audit_auditthinning": (),
}
# Of these, the triggers let go what a closed office had.
GO_WITH_OFFICE = {"inquiries_inquiryhistory", "inquiries_historyerasure"}
# Rows that nobody changes; housekeeping deletes old ones.
NEVER_CHANGED = {"audit_auditevent"}
# A sub-select is read once for a statement; the function alone would be for each row.
NAMED = f"(SELECT current_setting('{SETTING}', true))"


def walled_tables() -> dict[str, str]:
    """The condition under which a row belongs to the named Pro, by table."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    rules = {m._meta.db_table: _belongs(m, m._meta.db_table) for m in models if m._meta.label not in DOORS}
    return {table: rule for table, rule in rules.items() if rule and table not in _tables_of_doors()}


def _tables_of_doors() -> set[str]:
    """Tables between a door and something else, such as the groups of users."""
    doors = [apps.get_model(label) for label in DOORS]
    return {field.remote_field.through._meta.db_table for door in doors for field in door._meta.many_to_many}


def _belongs(model: type[Model], table: str, seen: tuple[type[Model], ...] = ()) -> str:
    """SQL of the condition for a row of `table`, "" for a model whose rows belong to no Pro.

    The way to the Pro that every row has is taken; where each may be missing, any.
    """
    rules = [(field, rule) for field in _keys(model) if (rule := _leads(field, table, (*seen, model)))]
    sure = [rule for field, rule in rules if not field.null]
    return sure[0] if sure else " OR ".join(rule for _field, rule in rules)


def _keys(model: type[Model]) -> list[Any]:
    """Foreign keys, the one to the Pro first, and none to people: they come and go."""
    keys: list[Any] = [field for field in model._meta.concrete_fields if field.is_relation]
    ours = [f for f in keys if not f.null or f.related_model._meta.label not in DOORS - {"accounts.Pro"}]
    return sorted(ours, key=lambda field: field.related_model._meta.label != "accounts.Pro")


def _leads(field: Any, table: str, seen: tuple[type[Model], ...]) -> str:
    """SQL of the condition that a foreign key leads to the named Pro."""
    parent = field.related_model
    if parent._meta.label == "accounts.Pro":
        return f"{table}.{field.column}::text = {NAMED}"
    if parent in seen or not (rule := _belongs(parent, parent._meta.db_table, seen)):
        return ""
    key = parent._meta.pk.column
    other = parent._meta.db_table
    return f"EXISTS (SELECT 1 FROM {other} WHERE {other}.{key} = {table}.{field.column} AND ({rule}))"  # noqa: S608


def build_wall(connection: BaseDatabaseWrapper) -> None:
    """Make the policies, for the owner of the tables too, and drop those of another release.

    Each change stops its table for a moment: only what differs is changed, one table after the other.
    """
    wanted, present = walled_tables(), _present_policies(connection)
    for table in present.keys() | wanted.keys():
        rule = wanted.get(table, "")
        if present.get(table) == digest(rule):
            continue
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
            if rule:
                cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({NAMED} = '{EVERYTHING}' OR {rule})")
                cursor.execute(f"COMMENT ON POLICY {POLICY} ON {table} IS '{digest(rule)}'")
            verb = "ENABLE ROW LEVEL SECURITY, FORCE" if rule else "DISABLE ROW LEVEL SECURITY, NO FORCE"
            cursor.execute(f"ALTER TABLE {table} {verb} ROW LEVEL SECURITY")


def take_down_wall(connection: BaseDatabaseWrapper) -> None:
    """Drop the policies of any release."""
    for table in _present_policies(connection):
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"DROP POLICY {POLICY} ON {table}")


def _present_policies(connection: BaseDatabaseWrapper) -> dict[str, str | None]:
    """The mark of each policy that is there and holds, by its table; None for one of a release that made no marks."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, CASE WHEN relrowsecurity AND relforcerowsecurity
            THEN obj_description(p.oid, 'pg_policy') END
            FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE polname = %s""",
            [POLICY],
        )
        return dict(cursor.fetchall())


def grant_rights(connection: BaseDatabaseWrapper, role: str) -> None:
    """Let a role read and write rows and nothing else: it makes and empties no table, and changes no history."""
    name = connection.ops.quote_name(role)
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        for table, columns in APPEND_ONLY.items():
            verbs = "UPDATE" if table in GO_WITH_OFFICE else "UPDATE, DELETE"
            cursor.execute(f"REVOKE {verbs} ON {table} FROM {name}")
            if columns:
                cursor.execute(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {name}")
        for table in sorted(NEVER_CHANGED):
            cursor.execute(f"REVOKE UPDATE ON {table} FROM {name}")
