"""POST /api/inquiries/{id}/action: moves that the pipeline refuses, invalid bodies, inquiries of others, no scope."""

import logging

import pytest

from inquiries.models import Inquiry

from ..factories import InquiryFactory
from . import actions
from .actions import domain_error, trail
from .engine import state
from .test_detail_api import NOTHING

act = actions.act


# --- Refused moves


def test_the_documented_refusal(api, jan):
    response = api.post("/api/inquiries/42/action", {"action": "update_status", "status": "closed"})
    assert (response.status_code, response["Content-Type"]) == (500, "application/json")
    assert response.content.decode() == (
        '{"success":false,"message":"Failed to perform action",'
        '"error":"Invalid inquiry status transition from submitted to closed"}'
    )
    assert (state(jan), trail(jan)) == (("submitted", "open"), [])


@pytest.mark.parametrize(
    "wanted", ["submitted", "answered", "closed", "open", "cancelled", "In Review", "é'\"<b>", "x" * 50]
)
def test_any_other_move_is_refused(act, inquiry, wanted):
    response = act(action="update_status", status=wanted, note="never kept")
    assert (response.status_code, response.json()) == (500, domain_error("submitted", wanted))
    assert (state(inquiry), trail(inquiry)) == (("submitted", "open"), [])


def test_the_refusal_may_be_409(act, inquiry, settings):
    settings.INQUIRY_TRANSITION_ERROR_STATUS = 409
    for body in ({"action": "update_status", "status": "closed"}, {"action": "close"}, {"action": "close"}):
        response = act(**body)
    assert (response.status_code, response.json()) == (409, domain_error("closed", "closed"))


def test_the_refusal_is_no_crash_in_the_logs(act, inquiry, caplog):
    with caplog.at_level(logging.INFO):
        response = act(action="update_status", status="closed")
    assert response.status_code == 500 and "request_id" not in response.json()
    [record] = [r for r in caplog.records if r.name == "django.request"]
    entry = (record.levelname, record.exc_info, record.getMessage())
    assert entry == ("WARNING", None, f"Refused move: /api/inquiries/{inquiry.pk}/action")
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


# --- Refused bodies, programs and inquiries


@pytest.mark.parametrize("number", ["7.5", "0." + "9" * 5000, "9007199254740993.0", "1e400", "0e" + "9" * 30, "1e-400"])
def test_a_number_that_only_rounds_to_an_integer_is_none(api, inquiry, refused, number):
    body = f'{{"action": "link_case", "case_id": {number}}}'
    refused(api.post(f"/api/inquiries/{inquiry.pk}/action", body), "case_id")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"action": "This field is required."}),
        ({"action": "delete"}, {"action": "Choose one of: close, link_case, update_status."}),
        ({"action": ""}, {"action": "Choose one of: close, link_case, update_status."}),
        ({"action": ["close"]}, {"action": "Expected str, got array"}),
        ({"action": None}, {"action": "Expected str, got null"}),
        ({"action": "update_status"}, {"status": "The action update_status requires this field."}),
        ({"action": "update_status", "status": ""}, {"status": "Expected str of length >= 1"}),
        ({"action": "update_status", "status": None}, {"status": "Expected str, got null"}),
        ({"action": "update_status", "status": "x" * 51}, {"status": "Expected str of length <= 50"}),
        (
            {"action": "update_status", "status": "a\0"},
            {"status": "Text must not contain NUL or an unpaired surrogate."},
        ),
        (
            {"action": "update_status", "status": "in_review", "outcome": "completed", "case_id": None},
            {
                "outcome": "The action update_status does not take this field.",
                "case_id": "The action update_status does not take this field.",
            },
        ),
        ({"action": "close", "outcome": "won"}, {"outcome": "Choose one of: cancelled, completed."}),
        ({"action": "close", "outcome": None}, {"outcome": "Expected str, got null"}),
        ({"action": "close", "status": "closed"}, {"status": "The action close does not take this field."}),
        ({"action": "close", "note": "x" * 2001}, {"note": "Expected str of length <= 2000"}),
        ({"action": "close", "note": 5}, {"note": "Expected str | null, got int"}),
        ({"action": "close", "note": "a\0b"}, {"note": "Text must not contain NUL or an unpaired surrogate."}),
        ({"action": "close", "changed_by": 0}, {"changed_by": "Expected int >= 1"}),
        ({"action": "close", "changed_by": -1}, {"changed_by": "Expected int >= 1"}),
        ({"action": "close", "changed_by": 2**63}, {"changed_by": "Expected int <= 9223372036854775807"}),
        ({"action": "close", "changed_by": "5x"}, {"changed_by": "Expected int | null, got str"}),
        ({"action": "close", "changed_by": True}, {"changed_by": "Expected int | null, got bool"}),
        ({"action": "close", "changed_by": 5.5}, {"changed_by": "Expected int | null, got float"}),
        ({"action": "link_case"}, {"case_id": "The action link_case requires this field."}),
        ({"action": "link_case", "case_id": 0}, {"case_id": "Expected int >= 1"}),
        ({"action": "link_case", "case_id": "7x"}, {"case_id": "Expected int | null, got str"}),
        ({"action": "link_case", "case_id": 7, "note": "x" * 2001}, {"note": "Expected str of length <= 2000"}),
        ({"action": "close", "by": 5}, {"by": "This field is not known here."}),
        (
            {"action": "update_status", "note": 5, "changed_by": 2**80, "more": 1, "case_id": 7},
            {
                "more": "This field is not known here.",
                "note": "Expected str | null, got int",
                "changed_by": "Expected int <= 9223372036854775807",
                "status": "The action update_status requires this field.",
                "case_id": "The action update_status does not take this field.",
            },
        ),
    ],
)
def test_invalid_submissions_are_refused(act, inquiry, refused, body, errors):
    before = Inquiry.objects.values().get()
    messages = refused(act(**body), *errors)
    assert messages == {field: [message] for field, message in errors.items()}
    assert (Inquiry.objects.values().get(), trail(inquiry)) == (before, [])


@pytest.mark.parametrize("body", [{"action": "close"}, {"action": "link_case", "case_id": 7}])
def test_another_pros_and_an_unknown_one_are_404(api, body):
    foreign = InquiryFactory()
    for id in (foreign.pk, 999_999_999, 2**63, 2**80):
        response = api.post(f"/api/inquiries/{id}/action", body)
        assert (response.status_code, response.json()) == (404, NOTHING)
    assert (state(foreign), trail(foreign)) == (("submitted", "open"), [])


def test_a_reader_may_not(api_with, inquiry):
    reader = api_with("inquiries:read", "contacts:write", "contact_requests:write")
    response = reader.post(f"/api/inquiries/{inquiry.pk}/action", {"action": "close"})
    assert (response.status_code, response.json()) == (
        403,
        {"success": False, "message": "Forbidden", "error": "This token lacks the scope inquiries:write."},
    )
    assert state(inquiry) == ("submitted", "open")
