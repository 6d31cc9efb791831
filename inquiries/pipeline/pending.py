"""Moves made on a page: they take effect when the user's seconds to undo are over.

Undo and taking effect lock the inquiry and then the move, so that never both happen. The JSON API and the admin move at
once; a pending move that they were quicker than is refused.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import User
from config.jobs.turns import in_turn

from ..models import Inquiry, PendingMove, PipelineStep
from .moves import (
    InvalidTransitionError,
    clean_note,
    close_inquiry,
    coarse_status,
    find_end,
    find_target,
    move_inquiry,
    status_of_outcome,
)


def plan_move(
    inquiry: Inquiry, *, to: str, by: User, note: str = "", expected_step: str | None = None
) -> PendingMove | None:
    """Move as `move_inquiry` does, but after the user's seconds to undo; None where there are none, so it is done.

    A move of the inquiry that is still pending takes effect first, as whoever moves on from there agrees with it.
    Raises InvalidTransitionError and ValidationError as `move_inquiry` does.
    """
    note = clean_note(note)
    with transaction.atomic():
        inquiry.lock()
        _make_waiting(inquiry)
        step = find_target(inquiry, to, expected_step)
        if by.undo_seconds:
            return _store_pending_move(inquiry, step, by=by, note=note)
        move_inquiry(inquiry, to=to, by=by, note=note)
        return None


def plan_close(
    inquiry: Inquiry, *, outcome: str, by: User, note: str = "", expected_step: str | None = None
) -> PendingMove | None:
    """Close as `close_inquiry` does, but after the user's seconds to undo, as `plan_move` does."""
    status_of_outcome(outcome)
    note = clean_note(note)
    with transaction.atomic():
        inquiry.lock()
        _make_waiting(inquiry)
        end = find_end(inquiry, expected_step)
        if by.undo_seconds:
            return _store_pending_move(inquiry, end, by=by, note=note, outcome=outcome)
        close_inquiry(inquiry, outcome=outcome, by=by, note=note)
        return None


def undo_move(pending: PendingMove) -> bool:
    """Undo a move that has not taken effect yet; returns False, changing nothing, if it has, or cannot any more."""
    with transaction.atomic():
        pending.inquiry.lock()
        pending.lock()
        if pending.state != PendingMove.State.WAITING:
            return False
        pending.set_state(PendingMove.State.UNDONE)
        # One that runs already finds the move undone.
        if pending.job_id:
            DBTaskResult.objects.filter(pk=pending.job_id, status=TaskResultStatus.READY).delete()
        return True


@task
def make_pending_move(id: str) -> None:
    """Make a move whose seconds are over, unless it was undone or refused meanwhile."""
    pending = PendingMove.objects.select_related("inquiry", "by").filter(pk=id).first()
    if pending is None:
        return
    with transaction.atomic():
        pending.inquiry.lock()
        pending.lock()
        if pending.state == PendingMove.State.WAITING:
            _make_move(pending)


def show_pending_moves(inquiries: Collection[Inquiry]) -> None:
    """Show these unsaved as if their pending moves were made, each with its move as `pending_move`, in one query."""
    by_id = {inquiry.pk: inquiry for inquiry in inquiries}
    rows = PendingMove.objects.waiting().filter(inquiry__in=by_id).select_related("by")
    waiting = [pending for pending in rows if by_id[pending.inquiry_id].step.key == pending.from_step]
    if not waiting:
        return
    types = {by_id[pending.inquiry_id].inquiry_type_id for pending in waiting}
    steps = {(step.inquiry_type_id, step.key): step for step in PipelineStep.objects.filter(inquiry_type__in=types)}
    for pending in waiting:
        inquiry = by_id[pending.inquiry_id]
        if step := steps.get((inquiry.inquiry_type_id, pending.to_step)):
            _show_as_moved(inquiry, pending, step)


def _show_as_moved(inquiry: Inquiry, pending: PendingMove, step: PipelineStep) -> None:
    inquiry.pending_move, inquiry.step, inquiry.moved_at = pending, step, pending.created_at
    terminal = status_of_outcome(pending.outcome) if pending.outcome else Inquiry.Status.CLOSED
    inquiry.status = coarse_status(step, terminal)


def _store_pending_move(inquiry: Inquiry, step: PipelineStep, *, by: User, note: str, outcome: str = "") -> PendingMove:
    due_at = timezone.now() + timedelta(seconds=by.undo_seconds)
    pending = PendingMove(
        inquiry=inquiry,
        from_step=inquiry.step.key,
        to_step=step.key,
        outcome=outcome,
        note=note,
        by=by,
        due_at=due_at,
    )
    pending.job_id = in_turn(make_pending_move, inquiry.pro_id).using(run_after=due_at).enqueue(str(pending.pk)).id
    pending.save(force_insert=True)
    return pending


def _make_waiting(inquiry: Inquiry) -> None:
    """Make the pending move of a locked inquiry now, if there is one, and reload the inquiry."""
    pending = PendingMove.objects.waiting().filter(inquiry=inquiry).first()
    if pending:
        pending.lock()
        _make_move(pending)
        inquiry.lock()


def _make_move(pending: PendingMove) -> None:
    """Make a waiting move, with the inquiry and the move locked; a refusal is noted on it."""
    arguments: dict[str, Any] = {"by": pending.by, "note": pending.note, "expected_step": pending.from_step}
    # Before the move, which refuses all that wait.
    pending.set_state(PendingMove.State.MADE)
    try:
        if pending.outcome:
            close_inquiry(pending.inquiry, outcome=pending.outcome, **arguments)
        else:
            move_inquiry(pending.inquiry, to=pending.to_step, **arguments)
    except InvalidTransitionError:
        pending.set_state(PendingMove.State.REFUSED)
