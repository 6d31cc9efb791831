"""Hostile values in every field of the JSON routes of inquiries: refused in the dialect, or harmless."""

import json
from contextlib import contextmanager
from itertools import product
from urllib.parse import quote

import pytest

from inquiries.models import Inquiry, InquiryHistory

from ..api.test_hostile import BODIES, KEYS, NO_TEXTS, TEXTS, VALUES

API = "/api/inquiries"
# Route -> the parameters of its query.
QUERIES = {
    "list": [
        "inquiry_type",
        "status",
        "category",
        "user_id",
        "open_only",
        "unassigned_only",
        "include_linked_to_case",
        "page",
        "per_page",
    ],
    "meta/types": ["include_inactive"],
    "meta/statuses": ["type"],
    "meta/filter-options": ["include_inactive"],
}
MESSAGES = {400: "Unreadable request", 404: "Not found", 413: "Payload too large", 422: "Validation failed"}


def is_in_dialect(response, *statuses):
    """Refused with one of these statuses, in the dialect, without echoing the whole value."""
    assert response["Content-Type"] == "application/json"
    assert response.status_code in statuses, response.content[:500]
    body = json.loads(response.content)
    expected = ["success", "message", "error", *(["errors"] if response.status_code == 422 else [])]
    assert (list(body), body["success"], body["message"]) == (expected, False, MESSAGES[response.status_code])
    assert len(response.content) < 3000
    return True


@pytest.fixture
def case(case, inquiry):
    """Checks that no case of this file changes stored rows."""
    before = Inquiry.objects.values().get()

    @contextmanager
    def run(label, /, **more):
        with case(label, **more):
            yield
            assert Inquiry.objects.values().get() == before
            assert InquiryHistory.objects.count() == 1

    return run


@pytest.mark.parametrize("route", QUERIES)
def test_a_query_parameter(api, case, route):
    for name, (label, text) in product(QUERIES[route], TEXTS.items()):
        with case(label, name=name):
            response = api.get(f"{API}/{route}", **{name: text})
            if response.status_code == 200:
                # A category is any text, and a number is one; there is nothing under either.
                assert (name in ("category", "user_id", "page"), response.json()["data"]) == (True, [])
            else:
                assert is_in_dialect(response, 404 if name == "type" else 422, 422)


@pytest.mark.parametrize("route", QUERIES)
def test_a_query_that_is_no_text(api, case, route):
    for name, raw in product(QUERIES[route], NO_TEXTS):
        with case(raw, name=name):
            response = api.client.get(f"{API}/{route}?{name}={raw}", headers=api.headers)
            if name == "category" and response.status_code == 200:
                assert response.json()["data"] == []
            else:
                assert is_in_dialect(response, 404 if name == "type" else 422, 422)


def test_an_unknown_query_parameter_is_ignored(api, inquiry, case):
    for label, text in TEXTS.items():
        with case(label):
            for response in (api.get(f"{API}/list", **{text: "1"}), api.get(f"{API}/list", unknown=text)):
                assert (response.status_code, [r["id"] for r in response.json()["data"]]) == (200, [inquiry.pk])


ACTIONS = {
    "action": '{"action": %s}',
    "status": '{"action": "update_status", "status": %s}',
    "outcome": '{"action": "close", "outcome": %s}',
    "case_id": '{"action": "link_case", "case_id": %s}',
    # The rest is at fault, so that a usable value is refused as well.
    "note": '{"action": "close", "outcome": 1, "note": %s}',
    "changed_by": '{"action": "close", "outcome": 1, "changed_by": %s}',
    "unknown": '{"action": "link_case", "case_id": null, "more": %s}',
}
HARMLESS = [("case_id", "bare null")]


@pytest.mark.parametrize("field", ACTIONS)
def test_a_body_field(api, inquiry, case, field):
    for label, value in VALUES.items():
        with case(label):
            response = api.post(f"{API}/{inquiry.pk}/action", ACTIONS[field] % value)
            if (field, label) in HARMLESS:
                assert (response.status_code, response.json()["data"]["inquiry"]["case_id"]) == (200, None)
            elif field == "status" and response.status_code == 500:
                assert is_an_unknown_status(response, json.loads(value))
            elif (field, label) == ("case_id", "integer 2^31"):
                assert response.json()["data"]["inquiry"]["case_id"] == 2**31
                api.post(f"{API}/{inquiry.pk}/action", {"action": "link_case", "case_id": None})
                Inquiry.objects.update(updated_at=inquiry.updated_at, responded_at=None)
            else:
                assert is_in_dialect(response, 400, 422)


def is_an_unknown_status(response, status):
    error = f"Invalid inquiry status transition from submitted to {status}"
    assert response.json() == {"success": False, "message": "Failed to perform action", "error": error}
    assert len(status) <= 50
    return True


def test_the_name_of_a_body_field(api, inquiry, case):
    for label, key in KEYS.items():
        with case(label):
            body = '{"action": "close", %s: 1}' % key  # noqa: UP031 - braces
            response = api.post(f"{API}/{inquiry.pk}/action", body)
            assert is_in_dialect(response, 422)
            assert list(response.json()["errors"].values()) == [["This field is not known here."]]


def test_a_whole_body(api, inquiry, case):
    for label, body in BODIES.items():
        with case(label):
            # The test client leaves the type out where there is no body.
            response = api.post(f"{API}/{inquiry.pk}/action", body, **{"Content-Type": "application/json"})
            assert is_in_dialect(response, 400, 422)


def test_a_body_of_three_megabytes(api, inquiry, case):
    with case("three megabytes"):
        response = api.post(f"{API}/{inquiry.pk}/action", b'{"action": "' + b"x" * 3_000_000 + b'"}')
        assert is_in_dialect(response, 413)


@pytest.mark.parametrize("tail", ["", "/history", "/action"])
def test_the_id_in_the_path(api, case, tail):
    for label, text in TEXTS.items():
        with case(label):
            path = f"{API}/{quote(text, safe='')}{tail}"
            assert is_in_dialect(api.post(path, {"action": "close"}) if tail == "/action" else api.get(path), 404)


def test_a_path_below_meta(api, case):
    for label, text in TEXTS.items():
        with case(label):
            assert is_in_dialect(api.get(f"{API}/meta/{quote(text, safe='')}"), 404)
