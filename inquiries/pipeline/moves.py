"""The one engine that moves inquiries along the pipelines of their types, whoever asks for it.

Every move holds the pipeline as it is and the inquiry's row, and commits with its row of history, the coarse status
and `responded_at`.
"""

from itertools import batched

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import ApiToken, User
from config.web.compiled import Compiled
from config.web.text import unix_lines

from ..history.recording import record_move, record_moves
from ..ids import GREATEST_ID
from ..models import Inquiry, InquiryHistory, PipelineStep
from ..models.inquiry_type import initial_of

Actor = User | ApiToken | None
BATCH = 1000
# A type's whole pipeline, each step with the type.
_STEPS = Compiled(lambda type_id: PipelineStep.objects.filter(inquiry_type=type_id).select_related("inquiry_type"))
NOTE_LENGTH = InquiryHistory._meta.get_field("note").max_length


class InvalidTransitionError(Exception):
    """A move that the pipeline does not allow, in the documented words. All three are keys of steps.

    `wanted` is what was asked for, whether or not there is such a step; `allowed` is in the pipeline's order.
    """

    def __init__(self, present: str, wanted: str, allowed: list[str]) -> None:
        super().__init__(f"Invalid inquiry status transition from {present} to {wanted}")
        self.present, self.wanted, self.allowed = present, wanted, allowed


def start_inquiry(inquiry: Inquiry, *, by: Actor) -> None:
    """Store a new inquiry on its type's initial step, and that as the first row of its history.

    Call it in a transaction. Raises ValidationError when the type is not active, or gone, or its pipeline not whole.
    """
    inquiry.inquiry_type.hold_pipeline()
    steps = _STEPS.rows(inquiry.inquiry_type_id)
    # As it is by now.
    if not steps or not steps[0].inquiry_type.is_active:
        raise ValidationError({"inquiry_type_id": _("This inquiry type is not active.")})
    inquiry.step = initial_of(steps)
    inquiry.status = Inquiry.Status.OPEN
    now = inquiry.moved_at = inquiry.created_at
    inquiry.search_text = inquiry.make_search_text()
    inquiry.save(force_insert=True)
    changed_by, note = inquiry.created_by, "Inquiry created"
    record_move(inquiry.pk, None, inquiry.step, by=by, changed_by=changed_by, note=note, at=now)


def move_inquiry(
    inquiry: Inquiry,
    *,
    to: str,
    by: Actor,
    changed_by: int | None = None,
    note: str = "",
    seen: str | None = None,
) -> None:
    """Move to the next step in order, or along an extra move that staff allowed.

    `changed_by` is the UserHub id of whoever asked for it; without one it is that of `by`. `seen` is the key of the
    step on which it stood when somebody chose this move: from elsewhere it would be another move.

    Raises InvalidTransitionError for every other step, the present one too, and ValidationError for a note that
    cannot be kept.
    """
    note = clean_note(note)
    with transaction.atomic():
        inquiry.lock()
        allowed = {step.key: step for step in inquiry.allowed_steps()}
        if to not in allowed or (seen is not None and seen != inquiry.step.key):
            raise InvalidTransitionError(inquiry.step.key, to, list(allowed))
        _put(inquiry, allowed[to], Inquiry.Status.CLOSED, by=by, changed_by=changed_by, note=note)


def close_inquiry(
    inquiry: Inquiry,
    *,
    outcome: str = Inquiry.Outcome.COMPLETED,
    by: Actor,
    changed_by: int | None = None,
    note: str = "",
) -> None:
    """Go to the terminal step from any other; where there are several, to the last one in order.

    Raises InvalidTransitionError on a terminal step, ValidationError for an unknown outcome or an unusable note.
    """
    if outcome not in Inquiry.Outcome:
        raise ValidationError({"outcome": _("Choose one of: %(values)s.") % {"values": ", ".join(Inquiry.Outcome)}})
    note = clean_note(note)
    at_end = Inquiry.Status.CANCELLED if outcome == Inquiry.Outcome.CANCELLED else Inquiry.Status.CLOSED
    with transaction.atomic():
        inquiry.lock()
        end = PipelineStep.objects.filter(inquiry_type=inquiry.inquiry_type_id, is_terminal=True).last()
        if inquiry.step.is_terminal or end is None:
            allowed = [step.key for step in inquiry.allowed_steps()]
            raise InvalidTransitionError(inquiry.step.key, end.key if end else "closed", allowed)
        _put(inquiry, end, at_end, by=by, changed_by=changed_by, note=note)


def link_case(inquiry: Inquiry, case_id: int | None, *, by: Actor, changed_by: int | None = None) -> None:
    """Link it to a case of another system, or to none; to the present one again changes nothing.

    Raises ValidationError for a number that no case has.
    """
    if case_id is not None and not 0 < case_id <= GREATEST_ID:
        raise ValidationError({"case_id": _("Enter a whole number from 1 to %(n)s.") % {"n": GREATEST_ID}})
    with transaction.atomic():
        inquiry.lock()
        if inquiry.case_id == case_id:
            return
        inquiry.case_id = case_id
        _mark_responded(inquiry, by, changed_by if changed_by is not None else userhub_id_of(by))
        inquiry.save(update_fields=["case_id", "updated_at"])


def rehome(homes: list[tuple[PipelineStep, PipelineStep]], *, by: Actor, note: str) -> int:
    """Move all inquiries of each first step to the second one, as staff changed the pipeline; returns how many.

    The steps are `before`, as it was, and `after`, as it is from now on; they may be one and the same, whose coarse
    status is then made anew. Each inquiry gets a row of history. It is no answer to the customer: `responded_at`
    stays as it is. To be called with the type's row locked, so that nobody moves meanwhile.
    """
    note, changed_by = clean_note(note), userhub_id_of(by)
    # All are read before one is moved: what comes to a step must not go on from there with those that stood on it.
    rows = Inquiry.objects.select_for_update().order_by("pk")
    standing = [list(rows.filter(step=before.pk).values_list("pk", flat=True)) for before, _after in homes]
    for (before, after), ids in zip(homes, standing, strict=True):
        for some in batched(ids, BATCH):
            status, now = _status_in_its_new_home(after), timezone.now()
            # Who stays where they stood has stood there all the time.
            since = {} if after.pk == before.pk else {"moved_at": now}
            Inquiry.objects.filter(pk__in=some).update(step=after, status=status, updated_at=now, **since)
            record_moves(some, before, after, by=by, changed_by=changed_by, note=note)
    return sum(map(len, standing))


def clean_note(note: str) -> str:
    """The note without the space around it. Raises ValidationError when it cannot be kept."""
    words = unix_lines(note).strip()
    if "\0" in words:
        raise ValidationError({"note": _("Null characters are not allowed.")})
    if NOTE_LENGTH and len(words) > NOTE_LENGTH:
        raise ValidationError({"note": _("A note may have %(n)s characters.") % {"n": NOTE_LENGTH}})
    return words


def _put(inquiry: Inquiry, step: PipelineStep, at_end: str, *, by: Actor, changed_by: int | None, note: str) -> None:
    """Put the locked inquiry on `step`; `at_end` is its coarse status if that is a terminal one."""
    changed_by = changed_by if changed_by is not None else userhub_id_of(by)
    before, inquiry.step, inquiry.moved_at = inquiry.step, step, timezone.now()
    inquiry.status = coarse_status(step, at_end)
    _mark_responded(inquiry, by, changed_by)
    inquiry.save(update_fields=["step", "status", "moved_at", "updated_at"])
    record_move(inquiry.pk, before, step, by=by, changed_by=changed_by, note=note, at=inquiry.moved_at)


def userhub_id_of(by: Actor) -> int | None:
    """The UserHub id of whoever acts; None for nobody, and for who has none."""
    if by is None:
        return None
    return by.actor_id if isinstance(by, ApiToken) else by.userhub_id


def _mark_responded(inquiry: Inquiry, by: Actor, changed_by: int | None) -> None:
    # What the customer does, or what happens by itself, is no answer to the customer.
    if inquiry.responded_at is None and by is not None and changed_by != inquiry.user_id:
        inquiry.note_response()


def _status_in_its_new_home(step: PipelineStep) -> Case:
    """What was cancelled stays so as long as it stands at an end."""
    cancelled = Inquiry.Status.CANCELLED
    return Case(
        When(status=cancelled, then=Value(coarse_status(step, cancelled))),
        default=Value(coarse_status(step, Inquiry.Status.CLOSED)),
    )


def coarse_status(step: PipelineStep, at_end: str) -> str:
    """The status that follows from the step; `at_end` is the one of a terminal step."""
    if step.is_terminal:
        return at_end
    return Inquiry.Status.OPEN if step.is_initial else Inquiry.Status.IN_PROGRESS
