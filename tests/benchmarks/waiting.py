"""The list of who waits, of a Pro with many thousand people among a million."""

import time
from collections.abc import Iterator

from django.db import connection

from config.accounts.models import Pro
from contacts.models import Contact
from contacts.waiting.listing import count_waiting, list_done, list_later, list_waiting, waiting_cursor
from contacts.waiting.sentence import describe_waiting

from .figure import Figure, median
from .fill import fill, fill_waiting, without_search_index

SIZES = {
    "postgresql": {"contacts": 1_000_000, "pros": 2_000, "largest": 100_000},
    "sqlite": {"contacts": 100_000, "pros": 10, "largest": 50_000},
}
TIMES = 20


def figures(is_small: bool) -> Iterator[Figure]:
    size = dict(SIZES[connection.vendor])
    if is_small:
        size |= {"contacts": size["contacts"] // 10, "largest": size["largest"] // 10}
    print(f"\nWho waits on {connection.display_name}: {size}, two waiting items each")  # noqa: T201
    at = time.perf_counter()
    with without_search_index(Contact):
        pro = fill(**size)
    fill_waiting(listed=2, later=1, ended=1)
    yield Figure("filling the tables", time.perf_counter() - at, "s")
    with connection.cursor() as cursor:
        for table in ("contacts_waitingitem", "contacts_contact"):
            cursor.execute(f"VACUUM ANALYZE {table}" if connection.vendor == "postgresql" else f"ANALYZE {table}")
    yield from _pages(pro)


def _pages(pro: Pro) -> Iterator[Figure]:
    counts = count_waiting(pro)
    deep = waiting_cursor(list_waiting(pro, size=5000).rows[-1].item)
    reads = {
        "page of who waits": lambda: list_waiting(pro),
        "page 200 of who waits": lambda: list_waiting(pro, deep),
        "page of Later": lambda: list_later(pro),
        "page of Done": lambda: list_done(pro),
        "count, capped": lambda: count_waiting(pro),
        "sentence above the list": lambda: describe_waiting(pro, counts),
    }
    for label, read in reads.items():
        yield Figure(label, median([read] * TIMES))
