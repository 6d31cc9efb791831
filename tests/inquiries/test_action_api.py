"""POST /api/inquiries/{id}/action: moves, closing, the link to a case."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inquiries.models import AllowedMove, Inquiry
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..conftest import Api
from ..factories import InquiryFactory, InquiryTypeFactory, ProFactory, make_token
from . import actions
from .actions import domain_error, done, trail
from .conftest import WHEN
from .engine import state
from .test_detail_api import WHOLE
from .test_list_api import of_type

act = actions.act


# --- update_status


def test_the_next_step_answers_the_whole_inquiry(api, jan):
    before = timezone.now()
    data = done(api.post("/api/inquiries/42/action", {"action": "update_status", "status": "in_review"}))
    jan.refresh_from_db()
    assert before <= jan.responded_at <= jan.updated_at <= timezone.now()
    expected = {
        **of_type(WHOLE, jan.inquiry_type),
        "status": "in_progress",
        "pipeline_status": "in_review",
        "responded_at": jan.responded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "updated_at": jan.updated_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    assert data == expected
    assert list(data) == list(expected)
    assert api.get("/api/inquiries/42").json()["data"]["inquiry"] == data


def test_step_by_step_with_notes(act, inquiry):
    for step, status in (("in_review", "in_progress"), ("answered", "in_progress"), ("closed", "closed")):
        data = done(act(action="update_status", status=step, note=f"to {step}", changed_by=7))
        assert (data["pipeline_status"], data["status"]) == (step, status) == state(inquiry)
    assert trail(inquiry) == [
        ("submitted", "in_review", 7, "to in_review"),
        ("in_review", "answered", 7, "to answered"),
        ("answered", "closed", 7, "to closed"),
    ]


def test_a_move_that_staff_allowed(act, inquiry, inquiry_type):
    step = {s.key: s for s in inquiry_type.steps.all()}
    AllowedMove.objects.create(from_step=step["submitted"], to_step=step["closed"])
    AllowedMove.objects.create(from_step=step["closed"], to_step=step["submitted"])
    assert done(act(action="update_status", status="closed"))["status"] == "closed"
    assert done(act(action="update_status", status="submitted"))["status"] == "open"


# --- Who did it


@pytest.mark.parametrize(
    ("actor", "given", "expected"),
    [
        (None, {}, None),
        (None, {"changed_by": None}, None),
        (None, {"changed_by": 5}, 5),
        (31, {}, 31),
        (31, {"changed_by": None}, 31),
        (31, {"changed_by": 5}, 5),
        (31, {"changed_by": 2**63 - 1}, 2**63 - 1),
    ],
)
def test_changed_by_is_the_given_one_or_the_tokens_actor(api_with, inquiry, actor, given, expected):
    program = api_with(actor_id=actor)
    done(program.post(f"/api/inquiries/{inquiry.pk}/action", {"action": "close", **given}))
    assert trail(inquiry) == [("submitted", "closed", expected, "")]


def test_a_number_with_a_fraction_of_nothing_is_an_integer(api, inquiry):
    path = f"/api/inquiries/{inquiry.pk}/action"
    assert done(api.post(path, '{"action": "link_case", "case_id": 7.0, "changed_by": 5e0}'))["case_id"] == 7


@pytest.mark.parametrize("note", [{}, {"note": None}, {"note": ""}, {"note": " \n "}])
def test_without_a_note_the_history_says_null(api, act, inquiry, note):
    done(act(action="update_status", status="in_review", **note))
    entry = api.get(f"/api/inquiries/{inquiry.pk}/history").json()["data"][-1]
    assert (entry["note"], trail(inquiry)[-1][-1]) == (None, "")


def test_a_note_of_many_languages_stays_as_it_is(api, act, inquiry):
    note = "Rappelé ; “à bientôt” — こんにちは 🏳️‍🌈\nsecond line"
    done(act(action="update_status", status="in_review", note=note))
    assert api.get(f"/api/inquiries/{inquiry.pk}/history").json()["data"][-1]["note"] == note


def test_actions_of_the_customer_by_api_are_no_response(act):
    assert done(act(action="update_status", status="in_review", changed_by=456))["responded_at"] is None
    assert done(act(action="update_status", status="answered", changed_by=789))["responded_at"] is not None


# --- close


@pytest.mark.parametrize(
    ("given", "status"),
    [({}, "closed"), ({"outcome": "completed"}, "closed"), ({"outcome": "cancelled"}, "cancelled")],
)
@pytest.mark.parametrize("start", ["submitted", "in_review", "answered"])
def test_close_from_every_step(act, inquiry, start, given, status):
    for step in ("in_review", "answered")[: ["submitted", "in_review", "answered"].index(start)]:
        move_inquiry(inquiry, to=step, by=None)
    data = done(act(action="close", note="Enough", **given))
    assert (data["pipeline_status"], data["status"]) == ("closed", status) == state(inquiry)
    assert trail(inquiry)[-1] == (start, "closed", None, "Enough")


def test_closing_twice_is_the_domain_error(act, inquiry):
    done(act(action="close", outcome="cancelled"))
    for outcome in ({}, {"outcome": "completed"}, {"outcome": "cancelled"}):
        response = act(action="close", **outcome)
        assert (response.status_code, response.json()) == (500, domain_error("closed", "closed"))
    assert (state(inquiry), len(trail(inquiry))) == (("closed", "cancelled"), 1)


# --- link_case


def test_a_case_is_linked_and_unlinked(api, act, inquiry):
    def listed():
        return [row["id"] for row in api.get("/api/inquiries/list").json()["data"]]

    assert done(act(action="link_case", case_id=7))["case_id"] == 7
    assert listed() == []
    assert done(act(action="link_case", case_id=2**63 - 1, changed_by=5))["case_id"] == 2**63 - 1
    assert done(act(action="link_case", case_id=None))["case_id"] is None
    assert listed() == [inquiry.pk]
    assert trail(inquiry) == []


@pytest.mark.parametrize("note", ["As agreed by phone", None, ""])
def test_a_note_about_a_case_is_accepted_and_not_stored(act, inquiry, note):
    assert done(act(action="link_case", case_id=7, note=note))["case_id"] == 7
    assert trail(inquiry) == []


@pytest.mark.parametrize("case_id", [7, None])
def test_the_same_case_again_changes_nothing(act, inquiry, case_id):
    Inquiry.objects.update(case_id=case_id, updated_at=WHEN)
    before = Inquiry.objects.values().get()
    assert done(act(action="link_case", case_id=case_id))["case_id"] == case_id
    assert Inquiry.objects.values().get() == before


def test_a_closed_one_may_be_linked(act, inquiry):
    close_inquiry(inquiry, by=None)
    data = done(act(action="link_case", case_id=7))
    assert (data["case_id"], data["status"]) == (7, "closed")


def test_linking_is_an_act_of_the_pro_unless_the_customer_does_it(act):
    assert done(act(action="link_case", case_id=7, changed_by=456))["responded_at"] is None
    assert done(act(action="link_case", case_id=8))["responded_at"] is not None


# --- At once


@pytest.mark.django_db(transaction=True)
def test_twelve_equal_moves_at_once_leave_one_row_of_history(at_once):
    pro = ProFactory()
    inquiry = InquiryFactory(pro=pro, inquiry_type=InquiryTypeFactory())
    programs = [Api(make_token(pro)) for _ in range(12)]
    body = {"action": "update_status", "status": "in_review"}
    answers = at_once(12, lambda n: programs[n].post(f"/api/inquiries/{inquiry.pk}/action", body))
    won = [a for a in answers if a.status_code == 200]
    assert [done(a)["pipeline_status"] for a in won] == ["in_review"]
    others = [(a.status_code, a.json()) for a in answers if a not in won]
    assert others == [(500, domain_error("in_review", "in_review"))] * 11
    assert trail(inquiry) == [("submitted", "in_review", None, "")]


@pytest.mark.django_db(transaction=True)
def test_concurrent_moves_to_two_steps_run_one_after_the_other(at_once):
    """A concurrent move and close: both are made if the move came first, else the inquiry is closed already."""
    pro = ProFactory()
    programs, inquiry_type = [Api(make_token(pro)) for _ in range(2)], InquiryTypeFactory()
    bodies = [{"action": "update_status", "status": "in_review"}, {"action": "close"}]
    for _ in range(5):
        inquiry = InquiryFactory(pro=pro, inquiry_type=inquiry_type, created_at=timezone.now() - timedelta(hours=1))
        path = f"/api/inquiries/{inquiry.pk}/action"
        codes = at_once(2, lambda n, path=path: programs[n].post(path, bodies[n]).status_code)
        steps = [row[:2] for row in trail(inquiry)]
        whole = [("submitted", "in_review"), ("in_review", "closed")]
        assert (codes, steps) in (([200, 200], whole), ([500, 200], [("submitted", "closed")]))
        assert state(inquiry) == ("closed", "closed")
