"""Columns of saved rows, and values for them."""

from django.db import connection
from django.utils import timezone

TEXT = "Zoë says “100 %” ✓ \\ ' \" \t %s"
NOW = timezone.now()
# Set by the database or the clock, or unique.
OWN = {"updated_at", "enqueued_at"}


def stored(row):
    """Columns of a row as the driver gives them, with their types, without its key and OWN."""
    quote, key = connection.ops.quote_name, row._meta.pk
    with connection.cursor() as cursor:
        sql = f"SELECT * FROM {quote(row._meta.db_table)} WHERE {quote(key.column)} = %s"  # noqa: S608
        cursor.execute(sql, [key.get_db_prep_save(row.pk, connection)])
        [values] = cursor.fetchall()
        columns = [column[0] for column in cursor.description]
    return {
        column: (type(value), value)
        for column, value in zip(columns, values, strict=True)
        if column not in OWN | {key.column}
    }
