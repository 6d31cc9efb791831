"""GET /api/inquiries/list: the page, its filters, its order."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inquiries.models import Inquiry
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..factories import InquiryFactory, InquiryTypeFactory
from .conftest import WHEN

LIST = "/api/inquiries/list"
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


@pytest.fixture
def make(pro, inquiry_type):
    """Makes inquiries of the owner; `at` is in seconds after 10:30."""

    def one(at=0.0, **fields):
        return InquiryFactory(
            **{"pro": pro, "inquiry_type": inquiry_type, "created_at": WHEN + timedelta(seconds=at), **fields}
        )

    return one


def subjects(response):
    assert response.status_code == 200, response.content
    body = response.json()
    listed = [row["subject"] for row in body["data"]]
    assert body["pagination"]["total"] >= len(listed)
    return listed


def pagination(response):
    assert response.status_code == 200, response.content
    return response.json()["pagination"]


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


# --- Filters


def test_by_type_as_id_and_as_slug(api, make, inquiry_type):
    make(subject="Mine")
    make(subject="Other", inquiry_type=InquiryTypeFactory(slug="callback_request_2"))
    for text in ("test", str(inquiry_type.pk)):
        response = api.get(LIST, inquiry_type=text)
        assert (subjects(response), pagination(response)["total"]) == (["Mine"], 1)


def test_an_id_comes_before_a_slug_that_looks_like_one(api, make, inquiry_type):
    make(subject="By id")
    make(subject="By slug", inquiry_type=InquiryTypeFactory(slug=str(inquiry_type.pk)))
    make(subject="Only slug", inquiry_type=InquiryTypeFactory(slug="99999999"))
    assert subjects(api.get(LIST, inquiry_type=str(inquiry_type.pk))) == ["By id"]
    assert subjects(api.get(LIST, inquiry_type="99999999")) == ["Only slug"]


def test_by_an_inactive_type_too(api, make, inquiry_type):
    make(subject="Old")
    inquiry_type.is_active = False
    inquiry_type.save()
    assert subjects(api.get(LIST, inquiry_type="test")) == ["Old"]


@pytest.mark.parametrize(
    "value", ["", "quote-request", "TEST", "0", "-1", "1.0", "x" * 51, str(2**80), "9" * 40, "a\0b"]
)
def test_an_unknown_type_is_refused(api, make, refused, value):
    make()
    errors = refused(api.get(LIST, inquiry_type=value), "inquiry_type")
    if 0 < len(value) <= 50 and "\0" not in value:
        assert errors == {"inquiry_type": ["There is no inquiry type with this id or slug."]}


@pytest.fixture
def one_of_each(make):
    """One inquiry of each coarse status, by that name."""
    for subject in ("open", "in_progress", "closed", "cancelled"):
        row = make(subject=subject)
        if subject == "in_progress":
            move_inquiry(row, to="in_review", by=None)
        elif subject != "open":
            close_inquiry(row, outcome="completed" if subject == "closed" else "cancelled", by=None)


@pytest.mark.dialect
@pytest.mark.parametrize("status", ["open", "in_progress", "closed", "cancelled"])
def test_by_status(api, one_of_each, status):
    response = api.get(LIST, status=status)
    assert (subjects(response), pagination(response)["total"]) == ([status], 1)
    assert response.json()["data"][0]["status"] == status


@pytest.mark.parametrize("value", ["", "OPEN", "submitted", "in progress", "null"])
def test_another_status_is_refused(api, refused, value):
    errors = refused(api.get(LIST, status=value), "status")
    assert errors == {"status": ["Choose one of: cancelled, closed, in_progress, open."]}


@pytest.mark.parametrize("value", ["true", "1"])
def test_open_only_leaves_those_with_the_status_open(api, one_of_each, value):
    assert subjects(api.get(LIST, open_only=value)) == ["open"]


@pytest.mark.parametrize("value", ["false", "0"])
def test_not_open_only_leaves_all(api, one_of_each, value):
    assert subjects(api.get(LIST, open_only=value)) == ["cancelled", "closed", "in_progress", "open"]


def test_open_only_beside_another_status_leaves_nothing(api, one_of_each):
    assert subjects(api.get(LIST, open_only="true", status="closed")) == []


def test_by_category_as_it_is_written(api, make):
    make(subject="A", category="renovation")
    make(subject="B", category="construction & more")
    make(subject="C")
    assert subjects(api.get(LIST, category="renovation")) == ["A"]
    assert subjects(api.get(LIST, category="construction & more")) == ["B"]
    assert subjects(api.get(LIST, category="Renovation")) == []


@pytest.mark.parametrize("value", ["", "x" * 101, "a\0b"])
def test_a_category_that_cannot_be(api, refused, value):
    refused(api.get(LIST, category=value), "category")


def test_by_customer_whoever_submitted_it(api, make):
    make(subject="Own", user_id=123, created_by=123, at=1)
    make(subject="On behalf", user_id=123, created_by=789)
    make(subject="Submitted by", user_id=456, created_by=123)
    make(subject="Greatest", user_id=2**63 - 1)
    assert subjects(api.get(LIST, user_id=123)) == ["Own", "On behalf"]
    assert subjects(api.get(LIST, user_id=2**63 - 1)) == ["Greatest"]
    # JSON Schema calls it an integer too; a float would be another number.
    assert subjects(api.get(LIST, user_id="123.0")) == ["Own", "On behalf"]
    assert subjects(api.get(LIST, user_id=f"{2**63 - 1}.000")) == ["Greatest"]


@pytest.mark.dialect
@pytest.mark.parametrize(
    ("query", "has_linked"),
    [
        ({}, False),
        ({"unassigned_only": "true"}, False),
        ({"unassigned_only": "1"}, False),
        ({"unassigned_only": "false"}, True),
        ({"unassigned_only": "0"}, True),
        ({"include_linked_to_case": "true"}, True),
        ({"include_linked_to_case": "1", "unassigned_only": "true"}, True),
        ({"include_linked_to_case": "true", "unassigned_only": "false"}, True),
        ({"include_linked_to_case": "false"}, False),
        ({"include_linked_to_case": "false", "unassigned_only": "false"}, True),
    ],
)
def test_those_linked_to_a_case(api, make, query, has_linked):
    make(subject="Free", at=1)
    make(subject="Linked", case_id=7)
    response = api.get(LIST, **query)
    expected = ["Free", "Linked"] if has_linked else ["Free"]
    assert (subjects(response), pagination(response)["total"]) == (expected, len(expected))


@pytest.mark.parametrize("name", ["open_only", "unassigned_only", "include_linked_to_case"])
@pytest.mark.parametrize("value", ["", "yes", "2", "-1", "True", "null"])
def test_a_boolean_of_another_value_is_refused(api, refused, name, value):
    refused(api.get(LIST, **{name: value}), name)


def test_filters_together(api, make):
    make(subject="Found", category="a", user_id=5, at=1)
    make(subject="Other category", category="b", user_id=5)
    make(subject="Other user", category="a", user_id=6)
    make(subject="Linked", category="a", user_id=5, case_id=1)
    query = {"inquiry_type": "test", "status": "open", "category": "a", "user_id": 5, "open_only": "true"}
    assert subjects(api.get(LIST, **query)) == ["Found"]
    assert subjects(api.get(LIST, **query, include_linked_to_case="true")) == ["Found", "Linked"]


def test_all_faults_at_once_and_unknown_parameters_are_ignored(api, make, refused):
    make(subject="Ann")
    wrong = {"status": "x", "user_id": 0, "open_only": "x", "unassigned_only": "x", "page": 0, "per_page": 0}
    refused(api.get(LIST, **wrong), *wrong)
    assert subjects(api.get(LIST, sort="subject", limit="x", Status="closed")) == ["Ann"]


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
