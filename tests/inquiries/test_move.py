"""The engine of moves: allowed and refused moves, closing, and their effects."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from config.accounts.models import ApiToken
from inquiries.history.reading import read_history
from inquiries.models import AllowedMove, Inquiry, InquiryHistory
from inquiries.pipeline.moves import InvalidTransitionError, close_inquiry, move_inquiry

from ..factories import InquiryFactory, InquiryTypeFactory, UserFactory

pytestmark = pytest.mark.django_db


def allow(inquiry_type, start, end):
    AllowedMove.objects.create(from_step=inquiry_type.steps.get(key=start), to_step=inquiry_type.steps.get(key=end))


def state(inquiry):
    """(pipeline status, coarse status) as stored."""
    return Inquiry.objects.values_list("step__key", "status").get(pk=inquiry.pk)


def trail(inquiry):
    return [(entry.from_status, entry.to_status) for entry in read_history(inquiry.pk)]


def refused(work):
    """Asserts a refusal; returns (current, requested, allowed)."""
    with pytest.raises(InvalidTransitionError) as caught:
        work()
    error = caught.value
    assert str(error) == f"Invalid inquiry status transition from {error.current} to {error.requested}"
    return error.current, error.requested, error.allowed


# --- Step by step


def test_it_goes_along_the_pipeline_step_by_step(inquiry, user):
    seen = []
    for key in ("in_review", "answered", "closed"):
        move_inquiry(inquiry, to=key, by=user)
        assert (inquiry.pipeline_status, inquiry.status) == state(inquiry)
        seen.append(state(inquiry))
    assert seen == [("in_review", "in_progress"), ("answered", "in_progress"), ("closed", "closed")]
    assert trail(inquiry) == [
        (None, "submitted"),
        ("submitted", "in_review"),
        ("in_review", "answered"),
        ("answered", "closed"),
    ]


def test_the_refusal_is_the_documented_one(inquiry, user):
    with pytest.raises(InvalidTransitionError) as caught:
        move_inquiry(inquiry, to="closed", by=user)
    assert str(caught.value) == "Invalid inquiry status transition from submitted to closed"
    assert (caught.value.current, caught.value.requested, caught.value.allowed) == (
        "submitted",
        "closed",
        ["in_review"],
    )


@pytest.mark.parametrize("wanted", ["submitted", "answered", "closed", "other", "", "IN_REVIEW", "in_review ", "a\0b"])
def test_nothing_else_is_a_move(inquiry, user, wanted):
    before = Inquiry.objects.values().get()
    assert refused(lambda: move_inquiry(inquiry, to=wanted, by=user)) == ("submitted", wanted, ["in_review"])
    assert (Inquiry.objects.values().get(), trail(inquiry)) == (before, [(None, "submitted")])


def test_a_repeat_is_refused(inquiry, user):
    move_inquiry(inquiry, to="in_review", by=user)
    assert refused(lambda: move_inquiry(inquiry, to="in_review", by=user)) == ("in_review", "in_review", ["answered"])
    assert len(trail(inquiry)) == 2


def test_a_step_of_another_type_is_none(inquiry, user):
    InquiryTypeFactory(steps=["submitted", "sent", "done"])
    assert refused(lambda: move_inquiry(inquiry, to="sent", by=user)) == ("submitted", "sent", ["in_review"])


def test_a_move_to_another_type_leads_nowhere(inquiry, user):
    """An allowed move that no form accepts, but the database does."""
    other = InquiryTypeFactory(steps=["first", "last"])
    AllowedMove.objects.create(from_step=inquiry.step, to_step=other.steps.get(key="last"))
    assert refused(lambda: move_inquiry(inquiry, to="last", by=user)) == ("submitted", "last", ["in_review"])


def test_the_next_step_is_the_next_in_order_whatever_the_gaps(inquiry, inquiry_type, user):
    inquiry_type.steps.filter(key="closed").update(sort_order=90)
    inquiry_type.steps.filter(key="answered").update(sort_order=70)
    inquiry_type.steps.filter(key="in_review").update(sort_order=80)
    assert [step.key for step in inquiry.allowed_steps()] == ["answered"]
    move_inquiry(inquiry, to="answered", by=user)
    move_inquiry(inquiry, to="in_review", by=user)
    assert state(inquiry) == ("in_review", "in_progress")


# --- Extra moves


def test_an_extra_move_is_a_skip(inquiry, inquiry_type, user):
    allow(inquiry_type, "submitted", "answered")
    assert [step.key for step in inquiry.allowed_steps()] == ["in_review", "answered"]
    move_inquiry(inquiry, to="answered", by=user)
    assert (state(inquiry), trail(inquiry)[1:]) == (("answered", "in_progress"), [("submitted", "answered")])


def test_an_extra_move_can_lead_back(inquiry, inquiry_type, user):
    allow(inquiry_type, "in_review", "submitted")
    move_inquiry(inquiry, to="in_review", by=user)
    move_inquiry(inquiry, to="submitted", by=user)
    assert (state(inquiry), len(trail(inquiry))) == (("submitted", "open"), 3)


def test_an_extra_move_that_is_the_next_step_too_is_named_once(inquiry, inquiry_type, user):
    allow(inquiry_type, "submitted", "in_review")
    assert refused(lambda: move_inquiry(inquiry, to="x", by=user)) == ("submitted", "x", ["in_review"])


def test_a_terminal_step_leads_on_by_extra_moves_alone(inquiry_type, pro, user):
    inquiry_type.steps.create(key="lost", label="Lost", sort_order=5, is_terminal=True)
    inquiry = InquiryFactory(pro=pro, inquiry_type=inquiry_type)
    for key in ("in_review", "answered", "closed"):
        move_inquiry(inquiry, to=key, by=user)
    assert refused(lambda: move_inquiry(inquiry, to="lost", by=user)) == ("closed", "lost", [])
    allow(inquiry_type, "closed", "in_review")
    move_inquiry(inquiry, to="in_review", by=user)
    assert state(inquiry) == ("in_review", "in_progress")


# --- Closing


@pytest.mark.parametrize(("outcome", "status"), [("completed", "closed"), ("cancelled", "cancelled")])
@pytest.mark.parametrize("steps", [[], ["in_review"], ["in_review", "answered"]], ids=str)
def test_it_closes_from_every_step(inquiry, user, steps, outcome, status):
    for key in steps:
        move_inquiry(inquiry, to=key, by=user)
    close_inquiry(inquiry, outcome=outcome, note="Done", by=user)
    assert (inquiry.pipeline_status, inquiry.status) == state(inquiry) == ("closed", status)
    last = read_history(inquiry.pk)[-1]
    assert (last.from_status, last.to_status, last.note) == ((["submitted", *steps])[-1], "closed", "Done")


def test_it_is_completed_unless_somebody_says_otherwise(inquiry, user):
    close_inquiry(inquiry, by=user)
    assert state(inquiry) == ("closed", "closed")


@pytest.mark.parametrize("first", ["completed", "cancelled"])
@pytest.mark.parametrize("second", ["completed", "cancelled"])
def test_closing_twice_is_refused(inquiry, user, first, second):
    close_inquiry(inquiry, outcome=first, by=user)
    before = Inquiry.objects.values().get()
    assert refused(lambda: close_inquiry(inquiry, outcome=second, by=user)) == ("closed", "closed", [])
    assert refused(lambda: move_inquiry(inquiry, to="closed", by=user)) == ("closed", "closed", [])
    assert (Inquiry.objects.values().get(), len(trail(inquiry))) == (before, 2)


def test_a_cancelled_inquiry_can_be_taken_up_again_where_staff_allow_it(inquiry, inquiry_type, user):
    allow(inquiry_type, "closed", "in_review")
    close_inquiry(inquiry, outcome="cancelled", by=user)
    assert refused(lambda: close_inquiry(inquiry, by=user)) == ("closed", "closed", ["in_review"])
    move_inquiry(inquiry, to="in_review", by=user)
    assert state(inquiry) == ("in_review", "in_progress")
    close_inquiry(inquiry, by=user)
    assert state(inquiry) == ("closed", "closed")


def test_of_several_terminal_steps_the_last_one_ends_it(inquiry, inquiry_type, user):
    inquiry_type.steps.filter(key="in_review").update(is_terminal=True)
    close_inquiry(inquiry, by=user)
    assert state(inquiry) == ("closed", "closed")


def test_on_one_terminal_step_it_does_not_close_onto_another(inquiry, inquiry_type, user):
    inquiry_type.steps.filter(key="in_review").update(is_terminal=True)
    move_inquiry(inquiry, to="in_review", by=user)
    assert state(inquiry) == ("in_review", "closed")
    assert refused(lambda: close_inquiry(inquiry, by=user)) == ("in_review", "closed", [])


def test_a_pipeline_without_an_end_has_nowhere_to_close(inquiry, inquiry_type, user):
    inquiry_type.steps.update(is_terminal=False)
    assert refused(lambda: close_inquiry(inquiry, by=user)) == ("submitted", "closed", ["in_review"])
    transaction.set_rollback(True)  # At its end the database would refuse it.


@pytest.mark.parametrize("outcome", ["", "closed", "COMPLETED", "completed "])
def test_an_outcome_is_one_of_two(inquiry, user, outcome):
    with pytest.raises(ValidationError) as caught:
        close_inquiry(inquiry, outcome=outcome, by=user)
    assert caught.value.message_dict == {"outcome": ["Choose one of: completed, cancelled."]}
    assert state(inquiry) == ("submitted", "open")


# --- Who and what


def token(pro, **fields):
    return ApiToken.objects.issue(pro, "Portal", ["inquiries:write"], **fields)[0]


def test_history_says_who_did_what(inquiry, pro, user):
    program = token(pro, actor_id=77)
    user.userhub_id = 12
    user.save()
    move_inquiry(inquiry, to="in_review", by=user, note="  Read\r\ntwice ")
    move_inquiry(inquiry, to="answered", by=program)
    close_inquiry(inquiry, by=None, changed_by=5, note="By itself")
    who = [
        (entry.changed_by, entry.by_user_id, entry.by_token_id, entry.by_name, entry.note)
        for entry in read_history(inquiry.pk)
    ]
    assert who == [
        (789, None, None, "", "Inquiry created"),
        (12, user.pk, None, "Olive Owner", "Read\ntwice"),
        (77, None, program.pk, "Portal", ""),
        (5, None, None, "", "By itself"),
    ]


def test_an_actor_that_is_named_comes_first(inquiry, pro):
    move_inquiry(inquiry, to="in_review", by=token(pro, actor_id=77), changed_by=5)
    move_inquiry(inquiry, to="answered", by=token(pro))
    assert [entry.changed_by for entry in read_history(inquiry.pk)] == [789, 5, None]


@pytest.mark.parametrize(
    ("note", "message"),
    [("a\0b", "Null characters are not allowed."), ("x" * 2001, "Use at most 2000 characters.")],
    ids=["null", "long"],
)
def test_an_invalid_note_moves_nothing_by_the_engine(inquiry, user, note, message):
    for work in (
        lambda: move_inquiry(inquiry, to="in_review", by=user, note=note),
        lambda: close_inquiry(inquiry, by=user, note=note),
    ):
        with pytest.raises(ValidationError) as caught:
            work()
        assert caught.value.message_dict == {"note": [message]}
    assert (state(inquiry), trail(inquiry)) == (("submitted", "open"), [(None, "submitted")])


def test_the_longest_note_is_kept(inquiry, user):
    move_inquiry(inquiry, to="in_review", by=user, note="é" * 2000)
    assert read_history(inquiry.pk)[-1].note == "é" * 2000


# --- The first answer


def test_the_first_act_of_the_pros_side_is_the_answer(inquiry, user):
    assert inquiry.responded_at is None
    started = timezone.now()
    move_inquiry(inquiry, to="in_review", by=user)
    first = Inquiry.objects.get().responded_at
    assert started <= first <= timezone.now()
    move_inquiry(inquiry, to="answered", by=user)
    close_inquiry(inquiry, by=user)
    assert Inquiry.objects.get().responded_at == first


def test_a_program_answers_for_the_pro(inquiry, pro):
    close_inquiry(inquiry, by=token(pro))
    assert Inquiry.objects.get().responded_at is not None


@pytest.mark.parametrize("named", [True, False], ids=["named", "as the token's actor"])
def test_actions_of_the_customer_are_no_response(inquiry, pro, named):
    program = token(pro, actor_id=None if named else inquiry.user_id)
    close_inquiry(inquiry, outcome="cancelled", by=program, changed_by=inquiry.user_id if named else None)
    assert (state(inquiry), Inquiry.objects.get().responded_at) == (("closed", "cancelled"), None)


def test_an_automatic_move_is_no_response(inquiry):
    move_inquiry(inquiry, to="in_review", by=None)
    assert Inquiry.objects.get().responded_at is None


# --- One transaction, the row as it is


def test_without_its_history_there_is_no_move(inquiry, user, monkeypatch):
    def broken(*args, **fields):
        raise ZeroDivisionError

    before = Inquiry.objects.values().get()
    monkeypatch.setattr("inquiries.pipeline.moves.record_move", broken)
    for work in (lambda: move_inquiry(inquiry, to="in_review", by=user), lambda: close_inquiry(inquiry, by=user)):
        with pytest.raises(ZeroDivisionError):
            work()
    with pytest.raises(ZeroDivisionError):
        InquiryFactory(pro=inquiry.pro, inquiry_type=inquiry.inquiry_type)
    assert (list(Inquiry.objects.values()), trail(inquiry)) == ([before], [(None, "submitted")])


def test_a_copy_from_before_sees_the_row_as_it_is(inquiry, user):
    stale = Inquiry.objects.select_related("step").get()
    move_inquiry(inquiry, to="in_review", by=user)
    move_inquiry(stale, to="answered", by=user)
    assert trail(stale)[1:] == [("submitted", "in_review"), ("in_review", "answered")]


def test_a_move_writes_nothing_but_its_own(inquiry, user):
    stale = Inquiry.objects.get()
    Inquiry.objects.update(subject="Changed meanwhile", case_id=7)
    move_inquiry(stale, to="in_review", by=user)
    found = Inquiry.objects.get()
    assert (found.subject, found.case_id, found.updated_at > inquiry.updated_at) == ("Changed meanwhile", 7, True)


def test_inquiries_of_an_inactive_type_can_still_move(inquiry, inquiry_type, user):
    inquiry_type.is_active = False
    inquiry_type.save()
    move_inquiry(inquiry, to="in_review", by=user)
    close_inquiry(inquiry, by=user)
    assert state(inquiry) == ("closed", "closed")


def test_one_that_is_gone_is_not_found(pro, inquiry_type, user):
    """It never had a history, which could not be deleted."""
    gone = Inquiry(
        pro=pro,
        inquiry_type=inquiry_type,
        step=inquiry_type.steps.get(is_initial=True),
        user_id=1,
        created_by=1,
        subject="S",
    )
    gone.save()
    Inquiry.objects.all().delete()
    for work in (lambda: move_inquiry(gone, to="in_review", by=user), lambda: close_inquiry(gone, by=user)):
        with pytest.raises(Inquiry.DoesNotExist):
            work()
    assert InquiryHistory.objects.count() == 0


def test_a_move_takes_a_fixed_number_of_queries(inquiry, user, django_assert_num_queries):
    # The savepoint and its release, the row, its step, what is allowed, the move, its history; on PostgreSQL the
    # pipeline is held first. The first one is the answer to the customer too.
    many = 7 if connection.vendor == "sqlite" else 8
    for key, answer in (("in_review", 1), ("answered", 0)):
        with django_assert_num_queries(many + answer):
            move_inquiry(inquiry, to=key, by=user)


# --- Shipped pipelines


def test_a_question_is_refused_as_documented(shipped, pro, user):
    inquiry = InquiryFactory(pro=pro, inquiry_type=shipped["question"])
    assert refused(lambda: move_inquiry(inquiry, to="closed", by=user)) == ("submitted", "closed", ["in_review"])


@pytest.mark.parametrize("slug", ["question", "callback_request", "offer_request"])
def test_a_shipped_pipeline_is_walked_from_end_to_end(shipped, pro, user, slug):
    inquiry = InquiryFactory(pro=pro, inquiry_type=shipped[slug])
    keys = list(shipped[slug].steps.values_list("key", flat=True))
    for key in keys[1:]:
        move_inquiry(inquiry, to=key, by=user)
    assert (state(inquiry), [to for _, to in trail(inquiry)]) == (("closed", "closed"), keys)


# --- At once


@pytest.mark.django_db(transaction=True)
def test_of_twelve_equal_moves_one_wins(inquiry, user, at_once):
    def work(_n):
        try:
            move_inquiry(Inquiry.objects.get(), to="in_review", by=user)
        except InvalidTransitionError as error:
            return error.current, error.requested, error.allowed
        return "moved"

    results = at_once(12, work)
    assert results.count("moved") == 1
    assert [result for result in results if result != "moved"] == [("in_review", "in_review", ["answered"])] * 11
    assert trail(inquiry) == [(None, "submitted"), ("submitted", "in_review")]


@pytest.mark.django_db(transaction=True)
def test_moves_and_closings_at_once_leave_one_unbroken_trail(pro, user, at_once):
    inquiry_type = InquiryTypeFactory(steps=["a", "b", "c", "d", "e", "f"])
    InquiryFactory(pro=pro, inquiry_type=inquiry_type, created_at=timezone.now() - timedelta(seconds=1))

    def work(n):
        mine = Inquiry.objects.get()
        try:
            close_inquiry(mine, by=user) if n == 11 else move_inquiry(mine, to="bcde"[n % 4], by=user)
        except InvalidTransitionError:
            return 0
        return 1

    moved = sum(at_once(12, work))
    found = trail(Inquiry.objects.get())
    assert found[-1][1] == "f" and len(found) == moved + 1
    assert [start for start, _ in found] == [None, *(end for _, end in found[:-1])]


@pytest.mark.django_db(transaction=True)
def test_of_closings_at_once_one_wins(inquiry, at_once):
    by = UserFactory()

    def work(n):
        try:
            close_inquiry(Inquiry.objects.get(), outcome=["completed", "cancelled"][n % 2], by=by)
        except InvalidTransitionError as error:
            return str(error)
        return n

    results = at_once(12, work)
    [winner] = [result for result in results if isinstance(result, int)]
    assert results.count("Invalid inquiry status transition from closed to closed") == 11
    assert (state(inquiry), len(trail(inquiry))) == (("closed", ["closed", "cancelled"][winner % 2]), 2)
