"""Everything that a database is made of, read from its own catalogue: to compare what two ways of migrating leave."""

# ruff: noqa: S608 - constants only
from typing import Any

from django.db import connection

# What is in the database by name: kind and name -> definition.
type Schema = dict[tuple[str, str], Any]

# Of the schema "public" alone, and without what an extension brought with it.
OF_OURS = """
    NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = {0}.oid AND d.classid = '{1}'::regclass AND d.deptype = 'e')
    AND {0}.{2}namespace = 'public'::regnamespace"""
CLASSES = OF_OURS.format("c", "pg_class", "rel")
# Each: kind, name, and then what defines it.
CATALOGUE = (
    f"""
    SELECT c.relkind::text, c.relname, c.relpersistence, c.relreplident, c.reloptions, c.relacl::text,
      c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text, obj_description(c.oid, 'pg_class')
    FROM pg_class c WHERE {CLASSES}""",
    f"""
    SELECT 'column', c.relname || '.' || a.attname, a.attnum - (
        SELECT count(*) FROM pg_attribute b WHERE b.attrelid = c.oid AND b.attisdropped AND b.attnum < a.attnum),
      format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(e.adbin, e.adrelid), a.attidentity,
      a.attgenerated, a.attstorage, a.attcompression, a.attcollation::regcollation::text, a.attstattarget,
      a.attoptions, a.attacl::text, col_description(c.oid, a.attnum)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef e ON e.adrelid = c.oid AND e.adnum = a.attnum
    WHERE {CLASSES} AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped""",
    f"""
    SELECT 'index', c.relname, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indisunique, i.indisprimary,
      i.indisclustered, i.indisreplident, i.indimmediate
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE {CLASSES}""",
    """
    SELECT 'constraint', o.conrelid::regclass || '.' || o.conname, pg_get_constraintdef(o.oid), o.contype,
      o.convalidated, o.condeferrable, o.condeferred, o.conislocal, o.coninhcount
    FROM pg_constraint o WHERE o.connamespace = 'public'::regnamespace""",
    """
    SELECT 'trigger', t.tgrelid::regclass || '.' || t.tgname, pg_get_triggerdef(t.oid), t.tgenabled,
      obj_description(t.oid, 'pg_trigger')
    FROM pg_trigger t WHERE NOT t.tgisinternal""",
    f"""
    SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.proacl::text, p.proowner::regrole::text,
      obj_description(p.oid, 'pg_proc')
    FROM pg_proc p WHERE {OF_OURS.format("p", "pg_proc", "pro")} AND p.prokind IN ('f', 'p')""",
    """
    SELECT 'policy', p.polrelid::regclass || '.' || p.polname, p.polpermissive, p.polroles::regrole[]::text, p.polcmd,
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy')
    FROM pg_policy p""",
    """
    SELECT 'sequence', sequencename, data_type::text, start_value, min_value, max_value, increment_by, cycle, cache_size
    FROM pg_sequences WHERE schemaname = 'public'""",
    """
    SELECT 'owner', s.oid::regclass::text, d.refobjid::regclass || '.' || a.attname, d.deptype
    FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace""",
    "SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "SELECT 'rule', tablename || '.' || rulename, definition FROM pg_rules WHERE schemaname = 'public'",
    f"""
    SELECT 'type', t.typname, t.typtype, t.typcategory, format_type(t.typbasetype, t.typtypmod)
    FROM pg_type t WHERE {OF_OURS.format("t", "pg_type", "typ")}""",
    "SELECT 'statistics', stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext",
    "SELECT 'extension', extname, extversion, extnamespace::regnamespace::text FROM pg_extension",
    "SELECT 'schema', nspname, nspacl::text FROM pg_namespace WHERE nspname = 'public'",
    "SELECT 'default rights', defaclobjtype::text, defaclacl::text FROM pg_default_acl",
    "SELECT 'event trigger', evtname, evtevent, evtfoid::regproc::text, evtenabled FROM pg_event_trigger",
)


def read_schema() -> Schema:
    """Tables, columns, constraints, indexes, triggers, functions, policies, rights and all else with a definition."""
    schema: Schema = {}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
            return {(kind, name): (table, _parts(sql)) for kind, name, table, sql in cursor.fetchall()}
        for query in CATALOGUE:
            cursor.execute(query)
            for kind, name, *definition in cursor.fetchall():
                assert (kind, name) not in schema
                schema[kind, name] = definition
    return schema


def _parts(sql: str | None) -> list[str]:
    """SQLite keeps a definition as it was written: that of a table in the parts between its outermost commas, sorted.

    The columns of a table have the order in which they were added, or the model's where it was made anew since. No
    code depends on it: all SQL names its columns.
    """
    beginning, _opening, rest = (sql or "").partition("(")
    if not beginning.startswith("CREATE TABLE "):
        return [sql or ""]
    body, _closing, options = rest.rpartition(")")
    parts, depth, begun = [], 0, 0
    for place, letter in enumerate(body):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(body[begun:place].strip())
            begun = place + 1
    parts.append(body[begun:].strip())
    return [beginning.strip(), *sorted(parts), options.strip()]


def read_rows() -> dict[str, list[Any]]:
    """The rows of every table."""
    rows = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            quoted = connection.ops.quote_name(name)
            described = connection.introspection.get_table_description(cursor, name)
            columns = ", ".join(connection.ops.quote_name(column) for column in sorted(row.name for row in described))
            cursor.execute(f"SELECT {columns} FROM {quoted}")
            rows[name] = sorted(map(repr, cursor.fetchall()))
    return rows
