"""Change the pipeline of a type: its steps, their order, the allowed moves, and where affected inquiries go.

Nothing else removes a step or changes its meaning. Locks are taken in the order of a move: the type, then inquiries.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Count, F, Max, Value, When
from django.utils.translation import gettext as _

from config.accounts.models import User

from ..models import AllowedMove, Inquiry, InquiryType, PipelineStep
from ..models.inquiry_type import check_steps
from .moves import relocate_inquiries

# The fields of a step that staff edit; its place follows from the order.
FIELDS = ["key", "label", "description", "color", "is_initial", "is_terminal", "maps_to_case_status"]
NOTE = "Pipeline changed"


class Change(StrEnum):
    """The change of a step that has inquiries."""

    REMOVED = "removed"
    ENDS = "ends"  # it becomes, or is no longer, initial or terminal
    PLACE = "place"


@dataclass(frozen=True)
class AffectedStep:
    """A step before the change, the `count` of its inquiries, and the key of the `target` step chosen for them."""

    step: PipelineStep
    change: Change
    count: int
    target: str | None = None


class TargetStepsMissingError(Exception):
    """Steps with inquiries are removed or changed, and no valid target step is chosen for all of them."""

    def __init__(self, affected: list[AffectedStep]) -> None:
        super().__init__("Choose where the inquiries go.")
        self.affected = affected


def change_pipeline(
    inquiry_type: InquiryType,
    steps: list[PipelineStep],
    *,
    removed: Collection[PipelineStep] = (),
    targets: Mapping[int, str] | None = None,
    by: User,
    note: str = "",
) -> int:
    """Make `steps`, in this order, the pipeline of the type; returns the number of affected inquiries.

    `steps` are new and edited steps; `removed` are the existing ones left out. `targets` maps the primary key of each
    affected step to the key of the step that its inquiries go to; its own key lets them stay. Raises
    TargetStepsMissingError, and changes nothing, unless all affected steps have a target; ValidationError when the
    steps make no valid pipeline or the existing pipeline was changed meanwhile.
    """
    with transaction.atomic():
        InquiryType.objects.select_for_update().get(pk=inquiry_type.pk)
        existing = {step.pk: step for step in PipelineStep.objects.filter(inquiry_type=inquiry_type)}
        check_steps(steps)
        _check_not_stale(inquiry_type, existing, steps, removed)
        affected = find_affected_steps(inquiry_type, existing.values(), steps, targets or {})
        by_key = {step.key: step for step in steps}
        if any(change.target not in by_key for change in affected):
            raise TargetStepsMissingError(affected)
        _save_steps(inquiry_type, existing, steps, removed)
        relocations = [(change.step, by_key[str(change.target)]) for change in affected]
        count = relocate_inquiries(relocations, by=by, note=note.strip() or NOTE)
        PipelineStep.objects.filter(pk__in=[step.pk for step in removed]).delete()
        arrange_steps(inquiry_type, [step.key for step in steps])
    return count


def find_affected_steps(
    inquiry_type: InquiryType,
    existing: Iterable[PipelineStep],
    steps: list[PipelineStep],
    targets: Mapping[int, str],
) -> list[AffectedStep]:
    """Existing steps with inquiries that are removed, moved to another place, or get another coarse status."""
    rows = Inquiry.objects.filter(inquiry_type=inquiry_type)
    counts = dict(rows.values_list("step").annotate(Count("pk")).order_by())
    old = sorted(existing, key=lambda step: step.sort_order)
    new = {step.pk: step for step in steps if step.pk}
    # Compared among the remaining steps: adding or removing one leaves the order of the others.
    remaining = [step.pk for step in old if step.pk in new]
    is_moved = {before: before != after for before, after in zip(remaining, new, strict=True)}
    affected = []
    for step in old:
        change = _find_change(step, new.get(step.pk), is_moved.get(step.pk, False))
        if change and counts.get(step.pk):
            affected.append(AffectedStep(step, change, counts[step.pk], targets.get(step.pk)))
    return affected


def _find_change(old: PipelineStep, new: PipelineStep | None, is_moved: bool) -> Change | None:
    if new is None:
        return Change.REMOVED
    if (old.is_initial, old.is_terminal) != (new.is_initial, new.is_terminal):
        return Change.ENDS
    return Change.PLACE if is_moved else None


def _check_not_stale(
    inquiry_type: InquiryType,
    existing: Mapping[int, PipelineStep],
    steps: list[PipelineStep],
    removed: Collection[PipelineStep],
) -> None:
    known = [step.pk for step in steps if step.pk] + [step.pk for step in removed]
    if sorted(known) != sorted(existing):
        raise ValidationError(
            _("The pipeline has been changed in the meantime. Nothing was saved; check it and try again."), "stale"
        )
    if any(step.pk and step.key != existing[step.pk].key for step in steps) and inquiry_type.has_inquiries():
        raise ValidationError(_("The type has inquiries, so the keys of its steps cannot change."), "key")


def _save_steps(
    inquiry_type: InquiryType,
    existing: Mapping[int, PipelineStep],
    steps: list[PipelineStep],
    removed: Collection[PipelineStep],
) -> None:
    """Save the steps, new ones behind all others.

    SQLite cannot defer a unique constraint, so flags and keys that may collide are cleared first.
    """
    inquiry_type.steps.update(is_initial=False)
    renamed = [step for step in steps if step.pk and step.key != existing[step.pk].key]
    for step in [*removed, *renamed]:
        inquiry_type.steps.filter(pk=step.pk).update(key=f"step_{step.pk}_leaves")
    last = inquiry_type.steps.aggregate(last=Max("sort_order"))["last"] or 0
    for place, step in enumerate(steps, start=last + 1):
        if step.pk:
            step.save(update_fields=FIELDS)
        else:
            step.inquiry_type, step.sort_order = inquiry_type, place
            step.save(force_insert=True)


def arrange_steps(inquiry_type: InquiryType, keys: list[str]) -> None:
    """Number the steps 1, 2, 3 … in the order of `keys`. Raises ValidationError unless `keys` has each step once."""
    with transaction.atomic():
        InquiryType.objects.select_for_update().get(pk=inquiry_type.pk)
        if sorted(keys) != sorted(inquiry_type.steps.values_list("key", flat=True)):
            raise ValidationError(_("Name every step of the pipeline once."), code="steps")
        # SQLite cannot defer the unique constraint: all steps go behind the last one first, then each to its place.
        last = inquiry_type.steps.aggregate(last=Max("sort_order"))["last"] or 0
        inquiry_type.steps.update(sort_order=F("sort_order") + last)
        places = [When(key=key, then=Value(place)) for place, key in enumerate(keys, start=1)]
        if places:
            inquiry_type.steps.update(sort_order=Case(*places))


def next_moves(inquiry_type: InquiryType) -> set[tuple[int, int]]:
    """Moves to the next step in order, always allowed, as (from, to) primary keys of steps."""
    return {(step.pk, following.pk) for step, following in pairwise(inquiry_type.steps.all()) if not step.is_terminal}


def extra_moves(inquiry_type: InquiryType) -> set[tuple[int, int]]:
    """Allowed moves besides `next_moves`, as (from, to) primary keys of steps."""
    moves = AllowedMove.objects.filter(from_step__inquiry_type=inquiry_type)
    return set(moves.values_list("from_step_id", "to_step_id")) - next_moves(inquiry_type)


def allow_moves(inquiry_type: InquiryType, moves: set[tuple[int, int]]) -> None:
    """Allow these moves besides `next_moves`, and no others. `moves` are (from, to) primary keys of steps.

    Raises ValidationError when a move is not between two steps of this type.
    """
    with transaction.atomic():
        InquiryType.objects.select_for_update().get(pk=inquiry_type.pk)
        known = set(inquiry_type.steps.values_list("pk", flat=True))
        if any(start == end or not {start, end} <= known for start, end in moves):
            raise ValidationError(
                _("The pipeline has been changed in the meantime. Nothing was saved; check it and try again."),
                code="stale",
            )
        current, moves = extra_moves(inquiry_type), moves - next_moves(inquiry_type)
        for start, end in current - moves:
            AllowedMove.objects.filter(from_step=start, to_step=end).delete()
        AllowedMove.objects.bulk_create(
            AllowedMove(from_step_id=start, to_step_id=end) for start, end in sorted(moves - current)
        )
