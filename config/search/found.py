"""A page of what a search found, with the number of all that it found."""

from typing import Any

from django.db.models import Count, QuerySet, Window


def find_keys(rows: QuerySet[Any], start: int, size: int) -> tuple[list[Any], int]:
    """The keys of at most `size` of `rows` after the first `start`, in their order, and the number of all rows.

    Both come from one query, so that the index is searched once: that is most of the time of a search which finds few.
    """
    found = list(rows.values_list("pk", Window(Count("*")))[start : start + size])
    if not found:
        # Past the end no row carries the number.
        return [], rows.order_by().count() if start else 0
    return [key for key, _total in found], found[0][1]


def in_order_of(keys: list[Any], rows: list[Any]) -> list[Any]:
    """`rows` in the order of their keys in `keys`. A row that went meanwhile is left out."""
    by_key = {row.pk: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]
