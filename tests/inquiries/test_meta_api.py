"""GET /api/inquiries/meta/…: types, pipelines, filter options."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inquiries.models import FilterOption, InquiryType

from ..factories import InquiryTypeFactory

TYPES, STATUSES, OPTIONS = (f"/api/inquiries/meta/{name}" for name in ("types", "statuses", "filter-options"))
# As documented.
QUESTION = {
    "id": None,
    "name": "Question",
    "slug": "question",
    "icon": "❓",
    "icon_type": "emoji",
    "icon_display": "❓",
    "color": "#3B82F6",
    "description": "General questions or inquiries about services or products",
    "is_active": True,
    "sort_order": 1,
    "statuses": [
        {"key": "submitted", "label": "Submitted", "color": "#6B7280", "is_initial": True, "is_terminal": False},
        {"key": "in_review", "label": "In Review", "color": "#3B82F6", "is_initial": False, "is_terminal": False},
        {"key": "answered", "label": "Answered", "color": "#10B981", "is_initial": False, "is_terminal": False},
        {"key": "closed", "label": "Closed", "color": "#059669", "is_initial": False, "is_terminal": True},
    ],
}
PIPELINE = [
    {
        "key": "submitted",
        "label": "Submitted",
        "description": "Inquiry received and queued for review.",
        "color": "#6B7280",
        "sort_order": 1,
        "is_initial": True,
        "is_terminal": False,
        "maps_to_case_status": "open",
    },
    {
        "key": "in_review",
        "label": "In Review",
        "description": "A team member is reviewing the inquiry.",
        "color": "#3B82F6",
        "sort_order": 2,
        "is_initial": False,
        "is_terminal": False,
        "maps_to_case_status": "in_progress",
    },
    {
        "key": "answered",
        "label": "Answered",
        "description": "A response has been sent to the customer.",
        "color": "#10B981",
        "sort_order": 3,
        "is_initial": False,
        "is_terminal": False,
        "maps_to_case_status": "resolved",
    },
    {
        "key": "closed",
        "label": "Closed",
        "description": "Inquiry fully handled and archived.",
        "color": "#059669",
        "sort_order": 4,
        "is_initial": False,
        "is_terminal": True,
        "maps_to_case_status": "closed",
    },
]


def data(response):
    assert response.status_code == 200, response.content
    body = response.json()
    assert list(body) == ["success", "data"] and body["success"] is True
    return body["data"]


def asked(work):
    with CaptureQueriesContext(connection) as queries:
        work()
    return len([q for q in queries if "inquiries_" in q["sql"]])


# --- Types


def test_the_documented_type_in_the_documented_order_of_keys(api, shipped):
    inquiry_types = data(api.get(TYPES))
    assert inquiry_types[0] == {**QUESTION, "id": shipped["question"].pk}
    assert list(inquiry_types[0]) == list(QUESTION)
    assert [list(step) for step in inquiry_types[0]["statuses"]] == [list(QUESTION["statuses"][0])] * 4
    assert [inquiry_type["slug"] for inquiry_type in inquiry_types] == ["question", "callback_request", "offer_request"]
    assert [len(inquiry_type["statuses"]) for inquiry_type in inquiry_types] == [4, 4, 14]


def test_types_come_in_the_order_that_staff_gave_them(api, shipped):
    InquiryType.objects.filter(slug="question").update(sort_order=9)
    assert [inquiry_type["slug"] for inquiry_type in data(api.get(TYPES))] == [
        "callback_request",
        "offer_request",
        "question",
    ]


@pytest.mark.parametrize(
    ("query", "has_inactive"),
    [
        ({}, False),
        ({"include_inactive": "true"}, True),
        ({"include_inactive": "1"}, True),
        ({"include_inactive": "false"}, False),
        ({"include_inactive": "0"}, False),
    ],
)
def test_inactive_types_are_there_for_the_asking(api, shipped, query, has_inactive):
    InquiryType.objects.filter(slug="callback_request").update(is_active=False)
    is_active = {inquiry_type["slug"]: inquiry_type["is_active"] for inquiry_type in data(api.get(TYPES, **query))}
    inactive = {"callback_request": False} if has_inactive else {}
    assert is_active == {"question": True, **inactive, "offer_request": True}


@pytest.mark.parametrize("path", [TYPES, OPTIONS])
@pytest.mark.parametrize("value", ["", "yes", "2", "TRUE", "null", "9" * 5000, "a\0b"])
def test_a_boolean_of_another_value_is_refused(api, refused, path, value):
    refused(api.get(path, include_inactive=value), "include_inactive")


def test_an_icon_by_name_and_a_type_without_steps(api, db):
    InquiryType.objects.update(is_active=False)
    InquiryTypeFactory(name="Bare", slug="bare", icon="phone", icon_type="lucide", steps=[])
    [inquiry_type] = data(api.get(TYPES))
    assert (inquiry_type["icon"], inquiry_type["icon_type"], inquiry_type["icon_display"]) == (
        "phone",
        "lucide",
        "phone",
    )
    assert (inquiry_type["description"], inquiry_type["statuses"]) == ("", [])


# --- Pipelines


def test_the_documented_pipeline_in_the_documented_order_of_keys(api, shipped):
    pipelines = data(api.get(STATUSES, type="question"))
    assert pipelines == {"question": PIPELINE}
    assert [list(step) for step in pipelines["question"]] == [list(PIPELINE[0])] * 4


def test_all_pipelines_by_slug(api, shipped):
    pipelines = data(api.get(STATUSES))
    assert list(pipelines) == ["question", "callback_request", "offer_request"]
    assert pipelines["question"] == PIPELINE
    assert [step["key"] for step in pipelines["offer_request"]][:2] == ["submitted", "offer_created"]
    assert [step["sort_order"] for step in pipelines["offer_request"]] == list(range(1, 15))


def test_those_of_inactive_types_are_among_them(api, shipped):
    InquiryType.objects.filter(slug="question").update(is_active=False)
    assert "question" in data(api.get(STATUSES))
    assert data(api.get(STATUSES, type="question")) == {"question": PIPELINE}


def test_a_step_that_maps_to_no_case_status_says_null(api, inquiry_type):
    assert {step["maps_to_case_status"] for step in data(api.get(STATUSES, type="test"))["test"]} == {None}


@pytest.mark.parametrize("slug", ["quote-request", "QUESTION", "1", "", "question "])
def test_an_unknown_slug_is_404(api, shipped, slug):
    response = api.get(STATUSES, type=slug)
    assert (response.status_code, response.json()) == (
        404,
        {"success": False, "message": "Not found", "error": "There is no inquiry type with this slug."},
    )


@pytest.mark.parametrize("slug", ["a\0b", "x" * 51])
def test_an_invalid_slug_is_refused(api, refused, slug):
    refused(api.get(STATUSES, type=slug), "type")


# --- Filter options


def test_filter_options_by_group_in_their_order(api, db):
    rows = [
        FilterOption.objects.create(group=group, label=label, sort_order=place, is_active=active)
        for group, label, place, active in [
            ("Region", "Groningen", 2, True),
            ("Region", "Drenthe", 1, True),
            ("House", "Villa", 0, True),
            ("Region", "Friesland", 3, False),
        ]
    ]
    groningen, drenthe, villa, friesland = (
        {"id": row.pk, "group": row.group, "label": row.label, "is_active": row.is_active} for row in rows
    )
    assert data(api.get(OPTIONS)) == [villa, drenthe, groningen]
    assert list(data(api.get(OPTIONS))[0]) == ["id", "group", "label", "is_active"]
    assert data(api.get(OPTIONS, include_inactive="true")) == [villa, drenthe, groningen, friesland]


def test_without_filter_options(api, db):
    assert data(api.get(OPTIONS)) == []


# --- Cost


def test_the_types_do_not_ask_per_row(api, shipped):
    api.get(TYPES)

    def all_three():
        return [asked(lambda path=path: data(api.get(path))) for path in (TYPES, STATUSES, OPTIONS)]

    assert all_three() == [2, 2, 1]
    InquiryTypeFactory.create_batch(50)
    FilterOption.objects.bulk_create(FilterOption(group="g", label=str(n)) for n in range(50))
    assert all_three() == [2, 2, 1]
