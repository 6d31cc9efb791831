"""The one engine that moves inquiries along the pipelines of their types. Pages, API and admin all call it.

Each move locks the pipeline and the inquiry, and commits together with its history row, the coarse status and
`responded_at`.
"""

from collections.abc import Sequence
from itertools import batched, groupby
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import ApiToken, Pro, User
from config.events.kinds import EventType
from config.events.publishing import publish
from config.round_trips import Asked
from config.saving import ask_next_key, insert_soon
from config.web.compiled import Compiled
from config.web.text import unix_lines
from contacts.models import StaleEditError

from ..history.recording import record_move, record_moves
from ..ids import GREATEST_ID
from ..models import Inquiry, PendingMove, PipelineStep
from ..models.inquiry_type import find_initial_step
from ..models.pending_move import NOTE_LENGTH
from ..waiting import end_closed_inquiry

Actor = User | ApiToken | None
BATCH = 1000
# The whole pipeline of an active type.
_STEPS = Compiled(
    lambda type_id: PipelineStep.objects.filter(inquiry_type=type_id, inquiry_type__is_active=True), keeps_plan=True
)


class InvalidTransitionError(Exception):
    """A move that the pipeline does not allow, with the documented message. Source: inquiries API, "Actions".

    `current`, `requested` and `allowed` are keys of steps; `requested` may be unknown, `allowed` is in pipeline order.
    """

    def __init__(self, current: str, requested: str, allowed: list[str]) -> None:
        super().__init__(f"Invalid inquiry status transition from {current} to {requested}")
        self.current, self.requested, self.allowed = current, requested, allowed


def ask_start(inquiry: Inquiry) -> list[Asked]:
    """Questions of `find_start` and `start_inquiry`, for `ask_ahead`."""
    return [_STEPS.question(inquiry.inquiry_type_id).asked(), ask_next_key(Inquiry)]


def ask_held_start(inquiry: Inquiry) -> list[Asked]:
    """Questions of `hold_start`, for `ask_ahead`."""
    return [inquiry.inquiry_type.ask_pipeline(), _STEPS.question(inquiry.inquiry_type_id).asked()]


def find_start(inquiry: Inquiry) -> PipelineStep:
    """The initial step of an inquiry's type. Raises ValidationError when the type is inactive or deleted."""
    steps = _STEPS.rows(inquiry.inquiry_type_id)
    if not steps:
        raise ValidationError({"inquiry_type_id": _("This inquiry type is not active.")})
    return find_initial_step(steps)


def hold_start(inquiry: Inquiry) -> PipelineStep:
    """The same, with the pipeline held against changes until the transaction ends."""
    inquiry.inquiry_type.hold_pipeline()
    # Read again under the lock: the type may have been deactivated.
    return find_start(inquiry)


def start_inquiry(inquiry: Inquiry, *, by: Actor, step: PipelineStep | None = None) -> None:
    """Store a new inquiry on the initial step of its type, with the first row of its history.

    Call it in a transaction; a `search_text` that is made stays. With `step` the pipeline is not held: that is the
    caller's, who compares the step afterwards. Raises ValidationError when the type is inactive or deleted, or its
    pipeline invalid.
    """
    inquiry.step = step or hold_start(inquiry)
    inquiry.status = Inquiry.Status.OPEN
    now = inquiry.moved_at = inquiry.created_at
    inquiry.search_text = inquiry.search_text or inquiry.make_search_text()
    insert_soon(inquiry, needs_key=True)
    changed_by, note = inquiry.created_by, "Inquiry created"
    record_move(inquiry.pk, None, inquiry.step, by=by, changed_by=changed_by, note=note, at=now)


def move_inquiry(
    inquiry: Inquiry,
    *,
    to: str,
    by: Actor,
    changed_by: int | None = None,
    note: str = "",
    expected_step: str | None = None,
) -> None:
    """Move to the step with the key `to`: the next one in order, or one that an allowed move leads to.

    `changed_by` is a UserHub id, by default that of `by`. `expected_step` is the key of the step that the caller saw
    the inquiry on. Raises InvalidTransitionError for any other step, the current one included, and when the inquiry is
    not on `expected_step`; ValidationError for an invalid note.
    """
    note = clean_note(note)
    with transaction.atomic():
        inquiry.lock()
        step = find_target(inquiry, to, expected_step)
        _save_move(inquiry, step, Inquiry.Status.CLOSED, by=by, changed_by=changed_by, note=note)


def close_inquiry(
    inquiry: Inquiry,
    *,
    outcome: str = Inquiry.Outcome.COMPLETED,
    by: Actor,
    changed_by: int | None = None,
    note: str = "",
    expected_step: str | None = None,
) -> None:
    """Move from any step to the terminal one; to the last in order where there are several.

    Raises InvalidTransitionError on a terminal step and when the inquiry is not on `expected_step`, ValidationError for
    an unknown outcome or an invalid note.
    """
    status, note = status_of_outcome(outcome), clean_note(note)
    with transaction.atomic():
        inquiry.lock()
        end = find_end(inquiry, expected_step)
        _save_move(inquiry, end, status, by=by, changed_by=changed_by, note=note)


def find_target(inquiry: Inquiry, to: str, expected_step: str | None = None) -> PipelineStep:
    """The step with the key `to`. Raises InvalidTransitionError as `move_inquiry` does. Call it with the row locked."""
    allowed = {step.key: step for step in inquiry.allowed_steps()}
    if to not in allowed or (expected_step is not None and expected_step != inquiry.step.key):
        raise InvalidTransitionError(inquiry.step.key, to, list(allowed))
    return allowed[to]


def find_end(inquiry: Inquiry, expected_step: str | None = None) -> PipelineStep:
    """The step to close on. Raises InvalidTransitionError as `close_inquiry` does. Call it with the row locked."""
    end = PipelineStep.objects.filter(inquiry_type=inquiry.inquiry_type_id, is_terminal=True).last()
    is_elsewhere = expected_step is not None and expected_step != inquiry.step.key
    if inquiry.step.is_terminal or end is None or is_elsewhere:
        allowed = [step.key for step in inquiry.allowed_steps()]
        raise InvalidTransitionError(inquiry.step.key, end.key if end else "closed", allowed)
    return end


def status_of_outcome(outcome: str) -> str:
    """The coarse status of an inquiry that is closed with this outcome. Raises ValidationError for an unknown one."""
    if outcome not in Inquiry.Outcome:
        raise ValidationError({"outcome": _("Choose one of: %(values)s.") % {"values": ", ".join(Inquiry.Outcome)}})
    return Inquiry.Status.CANCELLED if outcome == Inquiry.Outcome.CANCELLED else Inquiry.Status.CLOSED


def link_case(
    inquiry: Inquiry, case_id: int | None, *, by: Actor, changed_by: int | None = None, was: str | None = None
) -> None:
    """Link to a case of another system, or to none; linking the current case again changes nothing.

    `was` is the case that the caller saw, as text, "" for none; without it any case is overwritten. Raises
    ValidationError for a number out of range, and StaleEditError when the inquiry has got another case meanwhile.
    """
    if case_id is not None and not 0 < case_id <= GREATEST_ID:
        raise ValidationError({"case_id": _("Enter a whole number from 1 to %(n)s.") % {"n": GREATEST_ID}})
    with transaction.atomic():
        inquiry.lock()
        if inquiry.case_id == case_id:
            return
        current = str(inquiry.case_id or "")
        if was is not None and was != current:
            raise StaleEditError("case_id", current)
        inquiry.case_id = case_id
        _record_response(inquiry, by, changed_by if changed_by is not None else userhub_id_of(by))
        inquiry.save(update_fields=["case_id", "updated_at"])


def relocate_inquiries(relocations: list[tuple[PipelineStep, PipelineStep]], *, by: Actor, note: str) -> int:
    """Move all inquiries of each first step to the second one, because staff changed the pipeline; returns how many.

    The steps are (before, after) the change; both may be the same step, whose inquiries then get the coarse status that
    it means now. Every inquiry gets a history row. It does not count as a response. Call it with the type locked, so
    that nobody moves an inquiry meanwhile.
    """
    note, changed_by = clean_note(note), userhub_id_of(by)
    # All ids are read before the first move, so that inquiries moved to a step are not moved on from there.
    rows = Inquiry.objects.select_for_update().order_by("pk")
    ids_by_step = [list(rows.filter(step=before.pk).values_list("pk", flat=True)) for before, _after in relocations]
    for (before, after), ids in zip(relocations, ids_by_step, strict=True):
        for batch in batched(ids, BATCH):
            now = timezone.now()
            # Staying on the step does not reset the time of arrival.
            moved = {} if after.pk == before.pk else {"moved_at": now}
            status = _status_after_relocation(after)
            Inquiry.objects.filter(pk__in=batch).update(step=after, status=status, updated_at=now, **moved)
            record_moves(batch, before, after, by=by, changed_by=changed_by, note=note)
            if moved:
                _publish_relocation(batch, after)
    return sum(map(len, ids_by_step))


def clean_note(note: str) -> str:
    """Strip the note and normalize its line ends. Raises ValidationError when it cannot be stored."""
    text = unix_lines(note).strip()
    if "\0" in text:
        raise ValidationError({"note": _("Null characters are not allowed.")})
    if NOTE_LENGTH and len(text) > NOTE_LENGTH:
        raise ValidationError({"note": _("Use at most %(n)s characters.") % {"n": NOTE_LENGTH}})
    return text


def _save_move(
    inquiry: Inquiry, step: PipelineStep, terminal_status: str, *, by: Actor, changed_by: int | None, note: str
) -> None:
    """Save the move of a locked inquiry; `terminal_status` is its coarse status if `step` is terminal."""
    changed_by = changed_by if changed_by is not None else userhub_id_of(by)
    before, inquiry.step, inquiry.moved_at = inquiry.step, step, timezone.now()
    inquiry.status = coarse_status(step, terminal_status)
    _record_response(inquiry, by, changed_by)
    inquiry.save(update_fields=["step", "status", "moved_at", "updated_at"])
    _refuse_pending_move(inquiry)
    if step.is_terminal:
        end_closed_inquiry(inquiry, by=by)
    record_move(inquiry.pk, before, step, by=by, changed_by=changed_by, note=note, at=inquiry.moved_at)
    _publish_move(inquiry.pro, step, [inquiry])


def _publish_move(pro: Pro, step: PipelineStep, inquiries: Sequence[Inquiry]) -> None:
    """Tell the Pro's programs that inquiries have come to a step."""
    publish(pro, EventType.INQUIRY_MOVED, *inquiries)
    if step.is_terminal:
        publish(pro, EventType.INQUIRY_CLOSED, *inquiries)


def _publish_relocation(ids: Sequence[int], step: PipelineStep) -> None:
    """Tell the programs of all Pros whose inquiries staff have moved."""
    rows = Inquiry.objects.filter(pk__in=ids).exclude(pro__event_types="").order_by("pro", "pk")
    for pro, inquiries in groupby(rows.select_related("pro", "inquiry_type", "step"), attrgetter("pro")):
        _publish_move(pro, step, list(inquiries))


def _refuse_pending_move(inquiry: Inquiry) -> None:
    """End the move that somebody made on a page and that this one was quicker than; one to the same step is made."""
    states = PendingMove.State
    is_same = When(to_step=inquiry.step.key, then=Value(states.MADE))
    state = Case(is_same, default=Value(states.REFUSED))
    PendingMove.objects.waiting().filter(inquiry=inquiry).update(state=state)


def userhub_id_of(by: Actor) -> int | None:
    """The actor's UserHub id, if any."""
    if by is None:
        return None
    return by.actor_id if isinstance(by, ApiToken) else by.userhub_id


def _record_response(inquiry: Inquiry, by: Actor, changed_by: int | None) -> None:
    # Actions of the customer and automatic ones are no response to the customer.
    is_by_customer = changed_by is not None and changed_by == inquiry.user_id
    if inquiry.responded_at is None and by is not None and not is_by_customer:
        inquiry.record_response()


def _status_after_relocation(step: PipelineStep) -> Case:
    """The coarse status on `step`; a cancelled inquiry stays cancelled on a terminal step."""
    cancelled = Inquiry.Status.CANCELLED
    return Case(
        When(status=cancelled, then=Value(coarse_status(step, cancelled))),
        default=Value(coarse_status(step, Inquiry.Status.CLOSED)),
    )


def coarse_status(step: PipelineStep, terminal_status: str) -> str:
    """The coarse status of an inquiry on `step`; `terminal_status` applies to a terminal one."""
    if step.is_terminal:
        return terminal_status
    return Inquiry.Status.OPEN if step.is_initial else Inquiry.Status.IN_PROGRESS
