"""Contacts: the search of a Pro with a hundred thousand of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client

from config.accounts.models import Pro
from contacts.models import Contact

from ..factories import make_token
from .figure import Figure, median
from .fill import fill, without_search_index

SIZES = {
    "postgresql": {"contacts": 1_000_000, "pros": 2_000, "largest": 100_000},
    "sqlite": {"contacts": 100_000, "pros": 1, "largest": 100_000},
}
PATH = "/api/v1/contacts"


def figures(is_small: bool = False) -> Iterator[Figure]:
    size = dict(SIZES[connection.vendor])
    if is_small:
        size |= {"contacts": size["contacts"] // 10, "largest": size["largest"] // 10}
    print(f"\nContacts on {connection.display_name}: {size}")  # noqa: T201
    at = time.perf_counter()
    with without_search_index(Contact):
        pro = fill(**size)
    yield Figure("filling the table", time.perf_counter() - at, "s")
    _vacuum()
    terms = _terms(pro)
    yield from _search(pro, terms)
    yield from _route(pro, [*terms["an e-mail, one row"], *terms["a phone, one row"]])
    yield from _without_index(pro, [*terms["an e-mail, one row"], *terms["a phone, one row"]], is_small)
    yield from _writing(pro)


def _vacuum() -> None:
    """Do what autovacuum would do within a minute."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE contacts_contact" if connection.vendor == "postgresql" else "PRAGMA optimize")


def _terms(pro: Pro) -> dict[str, list[str]]:
    """Return search texts, by the number of rows that they match."""
    rows = list(Contact.objects.for_pro(pro).order_by("email"))
    rows = rows[:: len(rows) // 20]
    home = [f"0{row.phone[3]} {' '.join(row.phone[n : n + 2] for n in (4, 6, 8, 10))}" for row in rows]
    return {
        "an e-mail, one row": [row.email for row in rows],
        "a phone, one row": home,
        "the first letters of an e-mail, some rows": [row.email.partition("@")[0][:-2] for row in rows],
        "a full name, a dozen rows": [row.name for row in rows],
        "a last name, a thousand rows": [row.name.split()[-1] for row in rows],
        "nobody": [f"{row.name.split()[-1]}{row.name.split()[0]}" for row in rows],
        "example.org, all rows": ["example.org"],
        "two letters": ["ab", "zo", "06"],
    }


def _search(pro: Pro, terms: dict[str, list[str]]) -> Iterator[Figure]:
    """Measure the SQL of a search's first page and count; on SQLite with the query for how common the term is."""
    goal = 5.0 if connection.vendor == "postgresql" else 20.0
    goals_by_label = {label: {"at_most": goal} for label in terms} | {
        "example.org, all rows": {},
        "two letters": {"at_most": 20.0},
    }
    for label, texts in terms.items():
        goals = goals_by_label[label]
        yield Figure(f"page of {label}", median(_page(pro, text) for text in texts), **goals)
        yield Figure(f"count of {label}", median(_count(pro, text) for text in texts), **goals)


def _search_contacts(pro: Pro, text: str) -> QuerySet[Contact]:
    return Contact.objects.for_pro(pro).search(text)


def _page(pro: Pro, text: str) -> Callable[[], Any]:
    return _make_query(lambda: _search_contacts(pro, text).newest_first()[:20], "{}")


def _count(pro: Pro, text: str) -> Callable[[], Any]:
    return _make_query(lambda: _search_contacts(pro, text).values("pk"), "SELECT count(*) FROM ({}) AS matches")


def _make_query(search: Callable[[], QuerySet[Any, Any]], template: str) -> Callable[[], Any]:
    sql, parameters = search().query.sql_with_params()

    def run() -> Any:
        if connection.vendor == "sqlite":
            search()  # Queries how common the term is.
        with connection.cursor() as cursor:
            cursor.execute(template.format(sql), parameters)
            return cursor.fetchall()

    return run


def _route(pro: Pro, texts: list[str]) -> Iterator[Figure]:
    client, headers = Client(), {"Authorization": f"Bearer {make_token(pro)}"}

    def ask(text: str) -> None:
        answer = client.get(PATH, {"search": text}, headers=headers)
        assert answer.status_code == 200 and answer.json()["pagination"]["total"] == 1, (text, answer.content)

    sql = median(_both(pro, text) for text in texts)
    route = median(lambda text=text: ask(text) for text in texts)
    yield Figure("GET /api/v1/contacts?search= of one row", route)
    # No goal on SQLite: its queries are so fast that the rest of the request dominates.
    yield Figure("the same as a multiple of its SQL", route / sql, "x", **_on_postgresql(at_most=3.0))


def _both(pro: Pro, text: str) -> Callable[[], Any]:
    count, page = _count(pro, text), _page(pro, text)
    return lambda: (count(), page())


def _without_index(pro: Pro, texts: list[str], is_small: bool) -> Iterator[Figure]:
    indexed = median(_count(pro, text) for text in texts[:10])
    with _without_search_index():
        unindexed = median(
            _make_query(lambda text=text: _plain(pro, text), "SELECT count(*) FROM ({}) AS matches")
            for text in texts[:10]
        )
    yield Figure("count of one row, without the index", unindexed)
    # A tenth of the rows is read quickly without an index too.
    goal = {} if is_small else _on_postgresql(at_least=30.0)
    yield Figure("how much slower than with it", unindexed / indexed, "x", **goal)


def _plain(pro: Pro, text: str) -> QuerySet[Any, Any]:
    return Contact.objects.for_pro(pro).filter(search_text__contains=text).values("pk")


def _writing(pro: Pro) -> Iterator[Figure]:
    """Measure the cost of the index: the same writes with and without it."""
    writes = {"a thousand in bulk": _write_in_bulk, "a hundred one by one": _write_singly}
    for label, write in writes.items():
        indexed = _measure_rolled_back(lambda write=write: write(pro))
        with _without_search_index():
            unindexed = _measure_rolled_back(lambda write=write: write(pro))
        yield Figure(f"writing {label}", indexed)
        yield Figure("the same without the index", unindexed)


def _new(pro: Pro, number: int) -> Contact:
    row = Contact(
        pro=pro, name=f"Zoé Zimmermann {number}", email=f"zoe{number}@example.com", phone=f"+3361{number:07d}"
    )
    row.search_text = row.make_search_text()
    return row


def _write_in_bulk(pro: Pro) -> None:
    Contact.objects.bulk_create([_new(pro, number) for number in range(1_000)])


def _write_singly(pro: Pro) -> None:
    for number in range(100):
        _new(pro, number).save(force_insert=True)


def _measure_rolled_back(write: Callable[[], Any]) -> float:
    def run() -> None:
        with transaction.atomic():
            write()
            transaction.set_rollback(True)

    return median([run] * 3)


@contextmanager
def _without_search_index() -> Iterator[None]:
    """Drop the search index, and roll that back at the end."""
    with transaction.atomic():
        Contact.search_index.drop(connection)
        yield
        transaction.set_rollback(True)


def _on_postgresql(**goal: float) -> dict[str, Any]:
    return goal if connection.vendor == "postgresql" else {}
