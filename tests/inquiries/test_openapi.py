"""The OpenAPI document of inquiries, and real answers checked against it."""

import pytest

from inquiries.api import api as inquiries_api
from inquiries.models import FilterOption, Offer

from ..api.documents import COMMON, checker, described, make_document

PATH = "/api/inquiries"
READ = {
    "GET /meta/types": "list_inquiry_types",
    "GET /meta/statuses": "list_pipelines",
    "GET /meta/filter-options": "list_filter_options",
    "GET /list": "list_inquiries",
    "GET /{id}": "get_inquiry",
    "GET /{id}/history": "get_inquiry_history",
}
ACTION = f"POST {PATH}/{{id}}/action"


@pytest.fixture
def written():
    return make_document(inquiries_api)


def whole(name):
    return name.replace(" ", f" {PATH}", 1)


def test_the_operations(written):
    operations = described(written)
    for name, id in READ.items():
        with_query = [] if "{id}" in name else ["422"]
        operation = operations[whole(name)]
        assert (operation["operationId"], sorted(operation["responses"])) == (
            id,
            sorted(["200", *COMMON, *with_query, *(["304"] if name == "GET /{id}" else [])]),
        )
    operation = operations[ACTION]
    assert operation["operationId"] == "perform_inquiry_action"
    assert sorted(operation["responses"]) == sorted(["200", "400", *COMMON, "409", "412", "413", "415", "422"])
    assert operation["security"] == [{"inquiries.write": []}]


@pytest.mark.parametrize(
    ("status", "descriptions"),
    [
        (500, {"500": "`Server error`, `Failed to perform action`"}),
        (409, {"409": "`Failed to perform action`, `Request in progress`", "500": "`Server error`"}),
    ],
)
def test_the_refusal_of_a_move_is_declared(settings, status, descriptions):
    settings.INQUIRY_TRANSITION_ERROR_STATUS = status
    responses = described(make_document(inquiries_api))[ACTION]["responses"]
    assert {number: responses[number]["description"] for number in descriptions} == descriptions
    other = described(make_document(inquiries_api))[f"GET {PATH}/list"]["responses"]
    assert (other["500"]["description"], "409" in other) == ("`Server error`", False)


def test_the_parameters_of_the_list(written):
    parameters = described(written)[f"GET {PATH}/list"]["parameters"]
    assert {p["name"]: p["schema"] for p in parameters} == {
        "inquiry_type": {"type": "string", "minLength": 1, "maxLength": 50},
        "status": {"enum": ["cancelled", "closed", "in_progress", "open"], "type": "string"},
        "category": {"type": "string", "minLength": 1, "maxLength": 100},
        "user_id": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
        "open_only": {"type": "boolean"},
        "unassigned_only": {"type": "boolean"},
        "include_linked_to_case": {"type": "boolean"},
        "page": {"type": "integer", "minimum": 1, "maximum": 2**53 - 1},
        "per_page": {"type": "integer", "minimum": 1, "maximum": 100},
        "updated_since": {"type": "string", "format": "date-time"},
        "cursor": {"type": "string", "maxLength": 500},
        "order_by": {"enum": ["created_at", "updated_at"], "type": "string"},
    }
    assert [p["name"] for p in parameters if p["required"] or not p["description"]] == []


def test_the_action_is_described_in_words(written):
    body = written["components"]["schemas"]["ActionBody"]
    assert (body["additionalProperties"], body["required"], "oneOf" in body) == (False, ["action"], False)
    assert {
        name: field.get("description", "").partition(":")[0].partition(" A whole")[0]
        for name, field in body["properties"].items()
    } == {
        "action": "",
        "status": "`update_status`",
        "outcome": "`close`",
        "case_id": "`link_case`",
        "note": "For the history; of a link to a case it is not kept.",
        "changed_by": "The UserHub user who does it; else the token's actor.",
    }


def test_real_answers_are_as_described(api, nobody, jan, written):
    check = checker(written)
    jan.filter_options.add(FilterOption.objects.create(group="Region", label="Groningen"))
    Offer.objects.create(inquiry=jan, title="Keuken", amount=1)
    act = lambda **body: api.post(f"{PATH}/42/action", body)  # noqa: E731 - as short as what it stands for
    answers = [
        *(
            (whole(name), api.get(PATH + name.split(" ")[1].format(id=42)), 200)
            for name in ("GET /{id}", "GET /{id}/history", *READ)
        ),
        (f"GET {PATH}/list", api.get(f"{PATH}/list", per_page=0, status="x"), 422),
        (f"GET {PATH}/list", nobody.get(f"{PATH}/list"), 401),
        (f"GET {PATH}/meta/statuses", api.get(f"{PATH}/meta/statuses", type="none"), 404),
        (f"GET {PATH}/{{id}}", api.get(f"{PATH}/43"), 404),
        (f"GET {PATH}/{{id}}", api.delete(f"{PATH}/42"), 405),
        (ACTION, act(action="update_status", status="closed"), 500),
        (ACTION, act(action="update_status", status="in_review", note="x"), 200),
        (ACTION, act(action="link_case", case_id=2**63 - 1), 200),
        (ACTION, act(action="close", outcome="cancelled"), 200),
        (ACTION, act(action="close", status="closed"), 422),
        (ACTION, api.post(f"{PATH}/42/action", "{"), 400),
        (ACTION, api.post(f"{PATH}/42/action", " " * 2_000_000), 413),
        (ACTION, api.post(f"{PATH}/42/action", {}, content_type="text/plain"), 415),
    ]
    for name, response, status in answers:
        assert (name, response.status_code, check(name, response)) == (name, status, True)


def test_the_reference_shows_the_routes(browser):
    html = browser.get("/docs/api").content.decode()
    for shown in (
        "/api/inquiries/{id}/action",
        "perform_inquiry_action",
        "data{}[].maps_to_case_status",
        "data.inquiry.business.invoice_address.city",
        "data.offers[].amount",
    ):
        assert shown in html, shown
