"""Search texts for rows that were written without one."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

BATCH = 500


def fill_search_texts(rows: QuerySet[Any], make_search_text: Callable[[Any], str]) -> None:
    """Give each of `rows` whose search text is blank one, batch by batch, each in a transaction of its own.

    What it makes is never blank, so that nothing is filled twice.
    """
    blank, last = rows.filter(search_text="").order_by("pk"), None
    while True:
        with transaction.atomic(rows.db):
            following = blank if last is None else blank.filter(pk__gt=last)
            batch = list(following.select_for_update(of=("self",))[:BATCH])
            if not batch:
                return
            for row in batch:
                row.search_text = make_search_text(row)
            blank.bulk_update(batch, ["search_text"])
            last = batch[-1].pk
