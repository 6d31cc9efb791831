"""Search in every list: the SQL that it sends, and the whole request as a multiple of it; again after many writes."""

import statistics
from collections.abc import Iterator

from django.db import connection

from contacts.models import Contact

from .addresses import LISTS, ListAddress
from .figure import Figure, in_turns, of_rounds
from .inprocess import Caller
from .setting import Setting
from .tables import fill_more

WRITES = 20_000
# By what a query is known that looks into a search text.
MARKS = ("search_text", " MATCH ")


def figures(setting: Setting) -> Iterator[Figure]:
    terms = _terms(setting)
    yield from _searches(setting, terms, "")
    writes = WRITES // 10 if setting.is_small else WRITES
    fill_more(setting.shape, writes)
    yield from _searches(setting, terms, f", after {writes:,} writes")


def _terms(setting: Setting) -> dict[str, list[str]]:
    """Texts that are typed, by what they find; numbers of the largest Pro are multiples of its turn."""
    count = 2 if setting.is_small else 5
    rows = list(Contact.objects.for_pro(setting.largest).order_by("email")[:: setting.shape.largest // count])[:count]
    return {
        "an e-mail": [row.email for row in rows],
        "a phone": [row.phone.removeprefix("+33") for row in rows],
        "a full name": [row.name for row in rows],
        "a last name": [row.name.split()[-1] for row in rows],
        "nothing": [f"{row.name.split()[-1]}qx{row.name.split()[0]}" for row in rows],
        "two letters": ["zo", "ba", "06"],
    }


def _searches(setting: Setting, terms: dict[str, list[str]], when: str) -> Iterator[Figure]:
    goal = 5.0 if connection.vendor == "postgresql" else 20.0
    for address in LISTS:
        if not address.search:
            continue
        caller = address.caller(setting, setting.largest)
        medians, routes = [], []
        for kind, texts in terms.items():
            measured = [_search(setting, caller, address, text) for text in texts]
            sql = [sql for sql, _route in measured]
            label = f"{address.name}: SQL for {kind}{when}"
            if kind == "two letters":
                yield of_rounds(label, sql, at_most=20.0)
                continue
            yield of_rounds(label, sql)
            medians += sql
            routes += [route / sql for sql, route in measured]
        p50 = statistics.median(medians)
        spread = (min(medians), max(medians))
        yield Figure(f"{address.name}: SQL p50{when}", p50, at_most=goal, spread=spread)
        # A page takes longer than its search in any case, and so does SQLite's route, whose queries are that quick.
        goals = {"at_most": 3.0} if address.is_json and connection.vendor == "postgresql" else {}
        yield of_rounds(f"{address.name}: request as a multiple of its SQL{when}", routes, "x", **goals)


def _search(setting: Setting, caller: Caller, address: ListAddress, text: str) -> tuple[float, float]:
    """The durations in ms of the queries of a search, and of the whole request."""
    query = {address.search: text}
    queries = [sql for sql in caller.queries(address.url, **query) if any(mark in sql for mark in MARKS)]
    assert queries, (address.url, text)
    times = 2 if setting.is_small else 5
    [[sql], [route]] = in_turns([lambda: _run(queries), caller.getting(address.url, **query)], times, rounds=1)
    return sql, route


def _run(queries: list[str]) -> None:
    with connection.cursor() as cursor:
        for sql in queries:
            # No parameters: the captured SQL contains its values, and a % is literal.
            cursor.execute(sql)
            cursor.fetchall()
