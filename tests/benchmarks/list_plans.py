"""Plans of all queries that the lists send, for Pros of three sizes: an index leads to the rows, in their order."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from config.accounts.models import Pro
from contact_requests.models import Property
from contacts.forms import SORTS

from .addresses import LISTS, ListAddress
from .figure import Figure
from .setting import Setting
from .tables import TABLES

# The rows of a page, and what belongs to them, may be sorted again.
MANY = 250
LARGE = {model._meta.db_table for model in TABLES if model is not Property}
SEARCHES = {"q", "search"}
# By the name of a list, what it can be asked for besides its first page.
VARIANTS: dict[str, list[dict[str, object]]] = {
    "requests, JSON": [{"status": name} for name in ("new_request", "read", "replied")],
    "contacts, JSON": [{"status": "renter"}, {"role": "vendor"}, {"channel": "email"}, {"search": "zoe"}],
    "inquiries, JSON": [
        {"unassigned_only": "false"},
        {"include_linked_to_case": "true"},
        {"open_only": "true"},
        {"inquiry_type": "question"},
        {"category": "category 3"},
        {"user_id": 32},
    ],
    "contacts page": [*({"sort": name} for name in SORTS), {"view": "archived"}, {"status": "renter"}, {"q": "zoe"}],
    "requests page": [*({"status": name} for name in ("read", "replied", "all")), {"q": "zoe"}],
    "inquiries page": [*({"status": name} for name in ("closed", "all")), {"case": "without"}, {"q": "zoe"}],
    "conversations page": [{"q": "zoe"}, {"q": "zo"}],
}


def figures(setting: Setting) -> Iterator[Figure]:
    pros = dict.fromkeys(
        [setting.usual, setting.tenth, setting.largest] if setting.shape.pros > 2 else [setting.largest]
    )
    for address in LISTS:
        for pro in pros:
            wrong, most = _examine(setting, address, pro)
            for fault in wrong:
                print(f"    {fault}", flush=True)  # noqa: T201
            name = f"{address.name}, {pro.name}"
            yield Figure(f"{name}: scans and sorts", len(wrong), "", at_most=0)
            if connection.vendor == "postgresql":
                yield Figure(f"{name}: most rows that a query reads", most, "")


def _examine(setting: Setting, address: ListAddress, pro: Pro) -> tuple[list[str], float]:
    caller, wrong, most = address.caller(setting, pro), [], 0.0
    for query in [{}, *VARIANTS.get(address.name, [])]:
        is_search = not SEARCHES.isdisjoint(query)
        for sql in caller.queries(address.url, **query):
            if _is_examined(sql):
                faults, read = examine(sql, is_search=is_search)
                wrong += [f"{query}: {fault}: {sql}" for fault in faults]
                most = max(most, 0 if is_search else read)
    return wrong, most


def _is_examined(sql: str) -> bool:
    """True for queries of large tables."""
    return sql.startswith("SELECT") and any(f'"{table}"' in sql for table in LARGE)


def examine(sql: str, *, is_search: bool = False) -> tuple[list[str], float]:
    """Faults of the plan of a query, and the most rows that a part of it reads (PostgreSQL).

    A search sorts what it found.
    """
    if connection.vendor == "sqlite":
        return list(_sqlite_faults(_sqlite_steps(sql), is_search)), 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        [plan] = cursor.fetchone()[0]
    nodes = list(_nodes(plan["Plan"]))
    return list(_postgresql_faults(nodes, is_search)), max(map(_rows_read, nodes))


def _sqlite_steps(sql: str) -> list[tuple[int, str]]:
    """The steps of a query's plan, each with the number of the part of the query that it is a step of."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [(part, text) for _number, part, _unused, text in cursor.fetchall()]


def _sqlite_faults(steps: list[tuple[int, str]], is_search: bool) -> Iterator[str]:
    yield from (text for _part, text in steps if text.startswith("SCAN") and text.split()[1] in LARGE)
    # Of queries that are asked together, one may sort and another not.
    sorting = {part for part, text in steps if "TEMP B-TREE FOR ORDER BY" in text and not is_search}
    for part, text in steps:
        # Rows of one contact or of one page may be sorted.
        if part in sorting and text.split()[1] in LARGE and "(pro_id=?" in text:
            yield f"sorts {text}"


def _postgresql_faults(nodes: list[dict[str, Any]], is_search: bool) -> Iterator[str]:
    for node in nodes:
        kind = node["Node Type"]
        if kind == "Seq Scan" and node["Relation Name"] in LARGE:
            yield f"scans {node['Relation Name']}"
        elif kind.endswith("Sort") and not is_search and (rows := node["Plans"][0]["Actual Rows"]) > MANY:
            yield f"sorts {rows:.0f} rows"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


def _rows_read(node: dict[str, Any]) -> float:
    if node.get("Relation Name") not in LARGE:
        return 0
    return (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
