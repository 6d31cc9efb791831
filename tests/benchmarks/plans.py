"""The plans of the queries behind the list of inquiries, as the route sends them."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

PATH = "/api/inquiries/list"
ALL = {"unassigned_only": "false"}
# (what is asked for, the index that the page is read from). Every documented filter, with and without the default one.
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
    """What is wrong with the plans of a list's page and of its total; [] when nothing is.

    The page is read from `index` in its order, all else from an index alone. A customer's few rows may be sorted.
    """
    found = []
    for sql, plan in _plans(api, query):
        is_sorted = "Sort" in plan or "TEMP B-TREE" in plan
        if '"subject"' in sql:
            is_good = index in plan and (not is_sorted or "user_id" in query)
        else:
            is_good = ("Index Only Scan" in plan or "COVERING INDEX" in plan) and not is_sorted
        if not is_good or "Seq Scan on inquiries_inquiry " in plan or "SCAN inquiries_inquiry " in f"{plan} ":
            found.append(f"{query}\n{sql}\n{plan}")
    return found


def _plans(api: Any, query: dict[str, Any]) -> list[tuple[str, str]]:
    with CaptureQueriesContext(connection) as queries:
        response = api.get(PATH, **query)
    assert response.status_code == 200 and response.json()["data"], response.content
    asked = [query["sql"] for query in queries if 'FROM "inquiries_inquiry"' in query["sql"]]
    assert len(asked) == (3 if "page" in query else 2), asked
    return [(sql, _explained(sql)) for sql in asked]


def _explained(sql: str) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        # It has its values in it already: a % is a %.
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
