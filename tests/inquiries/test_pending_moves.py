"""Moves that take effect when the seconds to undo are over."""

import random
import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from inquiries.models import Inquiry, PendingMove
from inquiries.pipeline.moves import InvalidTransitionError, close_inquiry, move_inquiry
from inquiries.pipeline.pending import make_pending_move, plan_close, plan_move, show_pending_moves, undo_move

from ..factories import InquiryFactory
from .engine import state, trail

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(work_tasks):
    """Lets the seconds to undo be over, and works the jobs."""

    def let():
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        work_tasks()

    return let


def states(inquiry):
    return list(inquiry.pending_moves.values_list("to_step", "state"))


def test_a_move_takes_effect_when_the_seconds_are_over(inquiry, user, over):
    pending = plan_move(inquiry, to="in_review", by=user, note=" I look ", expected_step="submitted")
    assert (state(inquiry), trail(inquiry)) == (("submitted", "open"), [(None, "submitted")])
    job = DBTaskResult.objects.get(pk=pending.job_id)
    assert job.run_after == pending.due_at
    assert timedelta(seconds=9) < pending.due_at - timezone.now() <= timedelta(seconds=10)
    over()
    assert state(inquiry) == ("in_review", "in_progress")
    last = inquiry.history.last()
    assert (last.by_user_id, last.by_name, last.note) == (user.pk, str(user), "I look")
    assert states(inquiry) == [("in_review", "made")]
    inquiry.refresh_from_db()
    assert inquiry.responded_at


def test_without_seconds_it_moves_at_once(inquiry, user):
    user.undo_seconds = 0
    assert plan_move(inquiry, to="in_review", by=user) is None
    assert plan_close(inquiry, outcome="cancelled", by=user) is None
    assert (state(inquiry), states(inquiry)) == (("closed", "cancelled"), [])


@pytest.mark.parametrize(("outcome", "status"), [("completed", "closed"), ("cancelled", "cancelled")])
def test_closing_takes_effect_when_the_seconds_are_over(inquiry, user, over, outcome, status):
    plan_close(inquiry, outcome=outcome, by=user, note="Enough")
    assert state(inquiry) == ("submitted", "open")
    over()
    assert (state(inquiry), inquiry.history.last().note) == (("closed", status), "Enough")


def test_undone_means_never_made(inquiry, user, over):
    pending = plan_move(inquiry, to="in_review", by=user)
    assert undo_move(pending)
    assert not DBTaskResult.objects.filter(pk=pending.job_id).exists()
    over()
    make_pending_move.call(str(pending.pk))
    assert (state(inquiry), trail(inquiry)) == (("submitted", "open"), [(None, "submitted")])
    assert states(inquiry) == [("in_review", "undone")]
    assert not undo_move(pending)


def test_a_move_that_was_made_is_not_undone(inquiry, user, over):
    pending = plan_move(inquiry, to="in_review", by=user)
    over()
    assert not undo_move(pending)
    assert state(inquiry) == ("in_review", "in_progress")


def test_a_second_move_makes_the_first_one_at_once(inquiry, user, over):
    plan_move(inquiry, to="in_review", by=user, expected_step="submitted")
    plan_move(inquiry, to="answered", by=user, expected_step="in_review")
    assert state(inquiry) == ("in_review", "in_progress")
    assert states(inquiry) == [("in_review", "made"), ("answered", "waiting")]
    over()
    assert trail(inquiry) == [(None, "submitted"), ("submitted", "in_review"), ("in_review", "answered")]


def test_a_second_move_that_is_refused_leaves_the_first_one_pending(inquiry, user):
    plan_move(inquiry, to="in_review", by=user)
    with pytest.raises(InvalidTransitionError) as caught:
        plan_move(inquiry, to="in_review", by=user, expected_step="submitted")
    assert caught.value.current == "in_review"
    assert (state(inquiry), states(inquiry)) == (("submitted", "open"), [("in_review", "waiting")])


def test_a_program_that_is_quicker_wins_and_the_pending_move_is_refused(inquiry, user, over):
    pending = plan_move(inquiry, to="in_review", by=user)
    close_inquiry(inquiry, by=None)
    assert states(inquiry) == [("in_review", "refused")]
    over()
    assert (state(inquiry), len(trail(inquiry))) == (("closed", "closed"), 2)
    assert not undo_move(pending)


def test_a_program_that_makes_the_same_move_makes_it(inquiry, user, over):
    plan_move(inquiry, to="in_review", by=user)
    move_inquiry(inquiry, to="in_review", by=None)
    over()
    assert (states(inquiry), len(trail(inquiry))) == ([("in_review", "made")], 2)


def test_a_pipeline_that_staff_changed_meanwhile_refuses_it(inquiry, user, inquiry_type, over):
    plan_move(inquiry, to="in_review", by=user)
    inquiry_type.steps.filter(key="in_review").update(key="reviewing")
    over()
    assert (state(inquiry), states(inquiry)) == (("submitted", "open"), [("in_review", "refused")])


def test_what_is_refused_at_once_is_not_planned(inquiry, user):
    for refused in (
        lambda: plan_move(inquiry, to="closed", by=user),
        lambda: plan_move(inquiry, to="in_review", by=user, expected_step="answered"),
        lambda: plan_close(inquiry, outcome="completed", by=user, expected_step="answered"),
    ):
        with pytest.raises(InvalidTransitionError):
            refused()
    assert states(inquiry) == [] and not DBTaskResult.objects.exists()


def test_pages_show_it_as_made(pro, inquiry, inquiry_type, user, django_assert_num_queries):
    other = InquiryFactory(pro=pro, inquiry_type=inquiry_type)
    pending = plan_move(inquiry, to="in_review", by=user)
    plan_close(other, outcome="cancelled", by=user)
    shown = list(Inquiry.objects.select_related("step").order_by("pk"))
    with django_assert_num_queries(2):
        show_pending_moves(shown)
    assert [(each.step.key, each.status) for each in shown] == [("in_review", "in_progress"), ("closed", "cancelled")]
    assert shown[0].pending_move == pending and shown[0].moved_at == pending.created_at
    assert state(inquiry) == ("submitted", "open")


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_undone_or_made_never_both(pro, user, inquiry_type, at_once):
    rounds = 100
    outcomes = []
    for _ in range(rounds):
        inquiry = InquiryFactory(pro=pro, inquiry_type=inquiry_type)
        pending = plan_move(inquiry, to="in_review", by=user)
        first = random.randrange(2)
        gate = threading.Event()

        def run(number, pending=pending, first=first, gate=gate):
            if number == first:
                gate.set()
            else:
                gate.wait(30)
            if number:
                return undo_move(PendingMove.objects.select_related("inquiry").get(pk=pending.pk))
            return make_pending_move.call(str(pending.pk))

        is_undone = at_once(2, run)[1]
        moved = state(inquiry)[0] == "in_review"
        assert is_undone != moved
        assert states(inquiry) == [("in_review", "undone" if is_undone else "made")]
        assert len(trail(inquiry)) == (1 if is_undone else 2)
        outcomes.append(is_undone)
    assert {True, False} == set(outcomes)
