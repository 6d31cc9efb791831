"""Staff give a type another pipeline, and say where the inquiries go whose step is removed or changed.

Nothing else removes a step or changes what it means. The order of locks is that of a move: the type, then inquiries.
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
from .moves import rehome

# What staff edit of a step; its place follows from the order.
FIELDS = ["key", "label", "description", "color", "is_initial", "is_terminal", "maps_to_case_status"]
NOTE = "Pipeline changed"


class Change(StrEnum):
    """What happens to a step that inquiries stand on."""

    REMOVED = "removed"
    ENDS = "ends"  # it becomes, or is no longer, initial or terminal
    PLACE = "place"


@dataclass(frozen=True)
class Affected:
    """A step, as it is before the change, with how many inquiries stand on it, and the home that was asked for."""

    step: PipelineStep
    change: Change
    count: int
    home: str | None = None


class HomesNeeded(Exception):
    """Inquiries stand on steps that are removed or changed, and nobody said where they go."""

    def __init__(self, affected: list[Affected]) -> None:
        super().__init__("Say where the inquiries go.")
        self.affected = affected


def change_pipeline(
    kind: InquiryType,
    steps: list[PipelineStep],
    *,
    removed: Collection[PipelineStep] = (),
    homes: Mapping[int, str] | None = None,
    by: User,
    note: str = "",
) -> int:
    """Make `steps`, in this order, the pipeline of `kind`; returns how many inquiries were affected.

    `steps` are new ones and present ones with what was changed in them; `removed` are the present ones left out.
    `homes` says for each step (its key in the database) whose inquiries are affected to which key of the new pipeline
    they go; its own key lets them stay. Raises HomesNeeded, and changes nothing, unless it says so for all; and
    ValidationError when the steps make no pipeline or the present one is no longer what it was.
    """
    with transaction.atomic():
        InquiryType.objects.select_for_update().get(pk=kind.pk)
        present = {step.pk: step for step in PipelineStep.objects.filter(inquiry_type=kind)}
        check_steps(steps)
        _check_against(kind, present, steps, removed)
        affected = find_affected(kind, present.values(), steps, homes or {})
        by_key = {step.key: step for step in steps}
        if any(one.home not in by_key for one in affected):
            raise HomesNeeded(affected)
        _write(kind, present, steps, removed)
        count = rehome([(one.step, by_key[str(one.home)]) for one in affected], by=by, note=note.strip() or NOTE)
        PipelineStep.objects.filter(pk__in=[step.pk for step in removed]).delete()
        arrange_steps(kind, [step.key for step in steps])
    return count


def find_affected(
    kind: InquiryType, present: Iterable[PipelineStep], steps: list[PipelineStep], homes: Mapping[int, str]
) -> list[Affected]:
    """The present steps that inquiries stand on and that are removed, lead elsewhere or mean another coarse status."""
    counts = dict(Inquiry.objects.filter(inquiry_type=kind).values_list("step").annotate(Count("pk")).order_by())
    old = sorted((step for step in present), key=lambda step: step.sort_order)
    new = {step.pk: step for step in steps if step.pk}
    # Places among the steps that stay: one that is added or removed leaves the others in their order.
    before = [step.pk for step in old if step.pk in new]
    is_moved = {was: was != now for was, now in zip(before, new, strict=True)}
    found = []
    for step in old:
        change = _change(step, new.get(step.pk), is_moved.get(step.pk, False))
        if change and counts.get(step.pk):
            found.append(Affected(step, change, counts[step.pk], homes.get(step.pk)))
    return found


def _change(old: PipelineStep, new: PipelineStep | None, is_moved: bool) -> Change | None:
    if new is None:
        return Change.REMOVED
    if (old.is_initial, old.is_terminal) != (new.is_initial, new.is_terminal):
        return Change.ENDS
    return Change.PLACE if is_moved else None


def _check_against(
    kind: InquiryType,
    present: Mapping[int, PipelineStep],
    steps: list[PipelineStep],
    removed: Collection[PipelineStep],
) -> None:
    named = [step.pk for step in steps if step.pk] + [step.pk for step in removed]
    if sorted(named) != sorted(present):
        raise ValidationError(_("The pipeline was changed meanwhile; nothing was saved. Look at it again."), "stale")
    if any(step.pk and step.key != present[step.pk].key for step in steps) and kind.has_inquiries():
        raise ValidationError(_("The type has inquiries: the keys of its steps stay as they are."), "key")


def _write(
    kind: InquiryType, present: Mapping[int, PipelineStep], steps: list[PipelineStep], removed: Collection[PipelineStep]
) -> None:
    """Store the steps, the new ones behind all others. Nothing may be there twice, not for a moment either, as SQLite
    cannot defer a constraint: so first nothing is initial, and no key is in the way of another."""
    kind.steps.update(is_initial=False)
    leaving = [*removed, *(step for step in steps if step.pk and step.key != present[step.pk].key)]
    for step in leaving:
        kind.steps.filter(pk=step.pk).update(key=f"step_{step.pk}_leaves")
    last = kind.steps.aggregate(last=Max("sort_order"))["last"] or 0
    for place, step in enumerate(steps, start=last + 1):
        if step.pk:
            step.save(update_fields=FIELDS)
        else:
            step.inquiry_type, step.sort_order = kind, place
            step.save(force_insert=True)


def arrange_steps(kind: InquiryType, keys: list[str]) -> None:
    """Put the steps into this order, 1, 2, 3 … Raises ValidationError unless `keys` names each step once."""
    with transaction.atomic():
        InquiryType.objects.select_for_update().get(pk=kind.pk)
        if sorted(keys) != sorted(kind.steps.values_list("key", flat=True)):
            raise ValidationError(_("Name every step of the pipeline once."), code="steps")
        # Not two may have one place, not for a moment either, as SQLite cannot defer a constraint: first all go
        # behind the last one, then each to its own.
        last = kind.steps.aggregate(last=Max("sort_order"))["last"] or 0
        kind.steps.update(sort_order=F("sort_order") + last)
        places = [When(key=key, then=Value(place)) for place, key in enumerate(keys, start=1)]
        if places:
            kind.steps.update(sort_order=Case(*places))


def next_moves(kind: InquiryType) -> set[tuple[int, int]]:
    """(from, to) as keys in the database: the moves to the next step in order, which need no allowing."""
    return {(step.pk, following.pk) for step, following in pairwise(kind.steps.all()) if not step.is_terminal}


def extra_moves(kind: InquiryType) -> set[tuple[int, int]]:
    """(from, to) as keys in the database: the moves that staff allowed, without those to the next step."""
    moves = AllowedMove.objects.filter(from_step__inquiry_type=kind)
    return set(moves.values_list("from_step_id", "to_step_id")) - next_moves(kind)


def allow_moves(kind: InquiryType, wanted: set[tuple[int, int]]) -> None:
    """Allow these moves beside those to the next step, and no others. Each is (from, to), keys in the database.

    Raises ValidationError when one of them is not between two steps of this type.
    """
    with transaction.atomic():
        InquiryType.objects.select_for_update().get(pk=kind.pk)
        known = set(kind.steps.values_list("pk", flat=True))
        if any(start == end or not {start, end} <= known for start, end in wanted):
            raise ValidationError(
                _("The pipeline was changed meanwhile; nothing was saved. Look at it again."), code="stale"
            )
        present, wanted = extra_moves(kind), wanted - next_moves(kind)
        for start, end in present - wanted:
            AllowedMove.objects.filter(from_step=start, to_step=end).delete()
        AllowedMove.objects.bulk_create(
            AllowedMove(from_step_id=start, to_step_id=end) for start, end in sorted(wanted - present)
        )
