"""GET /api/inquiries/list: its filters, each alone and together, and refused values."""

import pytest

from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..factories import InquiryTypeFactory
from . import list_api
from .list_api import LIST, pagination, subjects

make = list_api.make


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
