"""Query plans of the list of inquiries, for the queries that the route sends."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

PATH = "/api/inquiries/list"
# Filters without a kept count.
COUNTED = {"category", "user_id"}
MAY_SORT = {"user_id", "page"}
ALL = {"unassigned_only": "false"}
# (query, index that the page is read from): every documented filter, with and without the default one.
LISTS: list[tuple[dict[str, Any], str]] = [
    ({}, "inquiry_unassigned"),
    ({"include_linked_to_case": "true"}, "inquiry_newest"),
    ({"status": "open"}, "inquiry_by_status"),
    ({"status": "open", **ALL}, "inquiry_by_status"),
    ({"open_only": "true"}, "inquiry_by_status"),
    ({"inquiry_type": "question"}, "inquiry_by_type"),
    ({"inquiry_type": "question", **ALL}, "inquiry_by_type"),
    ({"category": "category 3"}, "inquiry_by_category"),
    ({"category": "category 3", **ALL}, "inquiry_by_category"),
    ({"user_id": 32}, "inquiry_by_user"),
    ({"user_id": 32, **ALL}, "inquiry_by_user"),
]


def faults(api: Any, query: dict[str, Any], index: str) -> list[str]:
    """Return the plans of a list's page and total that are not as expected.

    The page must be read from `index` in its order, everything else from an index only; a total that is kept is counted
    nowhere. The few rows of a customer may be sorted, and those that are looked up for a page at depth.
    """
    wrong = []
    for sql, plan in _plans(api, query):
        is_sorted = "Sort" in plan or "TEMP B-TREE" in plan
        is_from_index_only = "Index Only Scan" in plan or "COVERING INDEX" in plan
        if '"subject"' in sql:
            is_good = index in plan and (not is_sorted or not MAY_SORT.isdisjoint(query))
            is_good &= is_from_index_only or ("COUNT(*)" not in sql and "OFFSET" not in sql)
        else:
            is_good = is_from_index_only and not is_sorted
        scans = ("Seq Scan on inquiries_inquiry ", "SCAN inquiries_inquiry ", "SCAN U0 ")
        if not is_good or any(scan in f"{plan} " for scan in scans):
            wrong.append(f"{query}\n{sql}\n{plan}")
    return wrong


def _plans(api: Any, query: dict[str, Any]) -> list[tuple[str, str]]:
    with CaptureQueriesContext(connection) as queries:
        response = api.get(PATH, **query)
    assert response.status_code == 200 and response.json()["data"], response.content
    queries_of_list = [query["sql"] for query in queries if 'FROM "inquiries_inquiry"' in query["sql"]]
    is_placed = "page" in query and not COUNTED.isdisjoint(query)
    assert len(queries_of_list) == 1 + is_placed, queries_of_list
    assert ("COUNT(*)" in queries_of_list[-1]) == (not COUNTED.isdisjoint(query)), queries_of_list
    return [(sql, explain(sql)) for sql in queries_of_list]


def explain(sql: str) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        # No parameters: the captured SQL contains its values, and a % is literal.
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
