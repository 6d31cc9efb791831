"""Indexes that nothing has used since the copy of the database was made."""

from django.db import connection

SQL = """
SELECT relname, indexrelname, pg_size_pretty(pg_relation_size(indexrelid))
FROM pg_stat_user_indexes JOIN pg_index USING (indexrelid)
WHERE idx_scan = 0 AND NOT indisunique AND pg_relation_size(relid) > 1000000
ORDER BY pg_relation_size(indexrelid) DESC"""


def print_unused_indexes() -> None:
    """Print them for the large tables; unique ones are for something else. PostgreSQL alone counts."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(SQL)
        rows = cursor.fetchall()
    print("\nIndexes that nothing used" if rows else "\nEach index was used", flush=True)  # noqa: T201
    for table, index, size in rows:
        print(f"  {table:<40} {index:<56} {size:>10}", flush=True)  # noqa: T201
