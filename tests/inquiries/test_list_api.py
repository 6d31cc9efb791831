"""GET /api/inquiries/list: the answer, its pages, its order, its queries."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inquiries.models import Inquiry
from inquiries.pipeline.moves import move_inquiry

from ..factories import InquiryFactory
from . import list_api
from .conftest import WHEN
from .list_api import LIST, pagination, subjects

make = list_api.make

# As documented, with every key of every example, and those of the contract at the end.
JAN = {
    "id": 42,
    "inquiry_type_id": None,
    "inquiry_type": {"id": None, "name": "Question", "slug": "question", "icon": "❓", "color": "#3B82F6"},
    "first_name": "Jan",
    "last_name": "de Vries",
    "email": "jan.devries@example.com",
    "phone": "+31612345678",
    "subject": "Verbouwing keuken",
    "status": "open",
    "priority": "normal",
    "category": "renovation",
    "budget": 450.00,
    "budget_display": "€ 450,00",
    "full_name": "Jan de Vries",
    "truncated_message": "Ik wil graag mijn keuken laten verbouwen en zou graag...",
    "created_at": "2025-11-06T10:30:00.000000Z",
    "responded_at": None,
    "pipeline_status": "submitted",
    "user_id": 123,
    "created_by": 123,
    "case_id": None,
}


def of_type(row, inquiry_type):
    return {**row, "inquiry_type_id": inquiry_type.pk, "inquiry_type": {**row["inquiry_type"], "id": inquiry_type.pk}}


# --- The answer


def test_the_documented_list(api, jan):
    response = api.get(LIST, status="open", per_page=10)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    body, expected = response.json(), of_type(JAN, jan.inquiry_type)
    assert body == {
        "success": True,
        "data": [expected],
        "pagination": {"current_page": 1, "per_page": 10, "total": 1, "last_page": 1},
    }
    assert list(body) == ["success", "data", "pagination"]
    assert list(body["pagination"]) == ["current_page", "per_page", "total", "last_page"]
    assert list(body["data"][0]) == list(expected)
    assert list(body["data"][0]["inquiry_type"]) == ["id", "name", "slug", "icon", "color"]


def test_unknown_values_are_null(api, make):
    row = make(subject="Bare", message="Short")
    [data] = api.get(LIST).json()["data"]
    inquiry_type = row.inquiry_type
    assert data == {
        **dict.fromkeys(JAN),
        "id": row.pk,
        "inquiry_type_id": inquiry_type.pk,
        "inquiry_type": {"id": inquiry_type.pk, "name": "Test", "slug": "test", "icon": "", "color": "#6B7280"},
        "subject": "Bare",
        "status": "open",
        "priority": "normal",
        "truncated_message": "Short",
        "created_at": "2025-11-06T10:30:00.000000Z",
        "pipeline_status": "submitted",
        "user_id": 456,
        "created_by": 789,
    }


def test_times_are_utc_to_the_microsecond(api, make, user):
    row = make(at=0.123456)
    move_inquiry(row, to="in_review", by=user)
    Inquiry.objects.update(responded_at=WHEN + timedelta(hours=3, minutes=45))
    [data] = api.get(LIST).json()["data"]
    assert data["created_at"] == "2025-11-06T10:30:00.123456Z"
    assert (data["responded_at"], data["pipeline_status"]) == ("2025-11-06T14:15:00.000000Z", "in_review")


@pytest.mark.dialect
@pytest.mark.parametrize(
    ("budget", "number", "shown"),
    [
        ("4500.00", "4500.0", "€ 4.500,00"),
        ("0.00", "0.0", "€ 0,00"),
        ("0.05", "0.05", "€ 0,05"),
        ("9999999999.99", "9999999999.99", "€ 9.999.999.999,99"),
    ],
)
def test_a_budget_is_an_exact_number(api, make, budget, number, shown):
    make(budget=Decimal(budget))
    response = api.get(LIST)
    [data] = response.json()["data"]
    assert (data["budget"], data["budget_display"]) == (float(budget), shown)
    assert f'"budget":{number},' in response.content.decode()


def test_without_inquiries(api):
    expected = {"current_page": 1, "per_page": 15, "total": 0, "last_page": 1}
    assert api.get(LIST).json() == {"success": True, "data": [], "pagination": expected}


def test_another_pros_are_neither_listed_nor_counted(api, make):
    make(subject="Own")
    InquiryFactory(subject="Foreign")
    assert (subjects(api.get(LIST)), pagination(api.get(LIST))["total"]) == (["Own"], 1)
    for query in ({"user_id": 456}, {"status": "open"}, {"open_only": "true"}, {"unassigned_only": "false"}):
        assert subjects(api.get(LIST, **query)) == ["Own"]


def test_newest_first_and_ties_by_id(api, make):
    tied = [make(at=5).pk for _ in range(4)]
    older, newer = make(at=0).pk, make(at=9).pk
    assert [row["id"] for row in api.get(LIST).json()["data"]] == [newer, *reversed(tied), older]


# --- Pages


def test_pages_follow_each_other(api, make):
    for n in range(5):
        make(at=-n // 2, subject=f"S{n}")
    whole = subjects(api.get(LIST))
    pages = [api.get(LIST, page=p, per_page=2) for p in (1, 2, 3, 4)]
    assert [subjects(page) for page in pages] == [whole[:2], whole[2:4], whole[4:], []]
    assert [pagination(page) for page in pages] == [
        {"current_page": p, "per_page": 2, "total": 5, "last_page": 3} for p in (1, 2, 3, 4)
    ]


def test_a_page_at_depth_counts_what_the_filters_leave(api, make):
    for n in range(9):
        make(at=n, subject=f"S{n}", category="a" if n % 2 else "b", case_id=7 if n == 4 else None)
    response = api.get(LIST, category="b", page=2, per_page=3)
    assert (subjects(response), pagination(response)["total"]) == (["S0"], 4)


@pytest.mark.parametrize("page", [2, 3, 10**9, 2**53 - 1])
def test_a_page_past_the_end_is_empty(api, make, page):
    make()
    expected = {"current_page": page, "per_page": 15, "total": 1, "last_page": 1}
    assert api.get(LIST, page=page).json() == {"success": True, "data": [], "pagination": expected}


def test_fifteen_rows_a_page_unless_asked(api, make):
    for _ in range(16):
        make()
    assert pagination(api.get(LIST)) == {"current_page": 1, "per_page": 15, "total": 16, "last_page": 2}
    assert [len(api.get(LIST, **q).json()["data"]) for q in ({}, {"per_page": 1}, {"per_page": 100})] == [15, 1, 16]


@pytest.mark.parametrize("value", ["0", "-1", "", "x", "1.5", "1e3", "null", "true", str(2**53), "9" * 40, "9" * 5000])
@pytest.mark.parametrize("name", ["page", "per_page", "user_id"])
def test_a_number_that_cannot_be(api, refused, name, value):
    if (name, value) == ("user_id", str(2**53)):
        value = str(2**63)
    refused(api.get(LIST, **{name: value}), name)


def test_more_than_a_hundred_rows_are_refused(api, refused):
    assert refused(api.get(LIST, per_page=101), "per_page") == {"per_page": ["Expected int <= 100"]}


# --- Cost


def test_the_list_does_not_ask_per_row(api, make):
    api.get(LIST)

    def asked(**query):
        with CaptureQueriesContext(connection) as queries:
            assert api.get(LIST, per_page=25, **query).status_code == 200
        return len([q for q in queries if "inquiries_" in q["sql"]])

    def all_ways():
        return [asked(), asked(inquiry_type="test"), asked(page=2), asked(category="a", page=2), asked(page=9)]

    make(category="a")
    assert all_ways() == [1, 2, 2, 2, 2]
    for _ in range(49):
        make(budget=1, category="a")
    # With each page comes the number of all; where it is counted, it is asked first where a page at depth begins.
    assert all_ways() == [1, 2, 1, 2, 2]


def test_a_page_at_depth_is_found_in_the_index(api, pro, make):
    """Only the rows of the page are read in full."""
    for n in range(6):
        make(at=n, category="a")

    def asked(**query):
        with CaptureQueriesContext(connection) as queries:
            api.get(LIST, page=3, per_page=2, **query)
        return [q["sql"] for q in queries if "inquiries_" in q["sql"]]

    [rows] = asked()
    keys = rows.partition('"inquiries_inquiry"."id" IN (')[2].partition(")) ")[0]
    assert re.match(r'SELECT "\w+"."id"', keys) and "JOIN" not in keys and "OFFSET 4" in rows
    place, rows = asked(category="a")
    assert place.startswith('SELECT "inquiries_inquiry"."created_at" AS "created_at", "inquiries_inquiry"."id"')
    assert "JOIN" not in place and "OFFSET" not in rows
