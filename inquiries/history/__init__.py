"""Where an inquiry has been: written once per move, read oldest first.

An entry is made of plain values, so that it means the same wherever it is kept. The own table always has it; an
installation may have a shared status package too (`package`), which gets every entry after the move (`sharing`).
"""

import heapq
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.utils import timezone

from config.accounts.models import ApiToken, User

from ..models import InquiryHistory, PipelineStep
from . import package
from .entry import FIELDS, Entry
from .sharing import catch_up, hand_over, hand_over_later, remember

__all__ = ["Entry", "catch_up", "entries", "hand_over", "hand_over_later", "record", "record_many"]

BATCH = 1000


def record(
    inquiry_id: int,
    before: PipelineStep | None,
    after: PipelineStep,
    *,
    by: User | ApiToken | None,
    changed_by: int | None,
    note: str,
    at: datetime | None = None,
) -> None:
    """Write down one move; `before` is None for the first. Call it in the transaction that makes the move.

    `at` is when it was made, else now.
    """
    record_many([inquiry_id], before, after, by=by, changed_by=changed_by, note=note, at=at)


def record_many(
    inquiry_ids: Iterable[int],
    before: PipelineStep | None,
    after: PipelineStep,
    *,
    by: User | ApiToken | None,
    changed_by: int | None,
    note: str,
    at: datetime | None = None,
) -> None:
    """Write down the same move of many inquiries, a row for each."""
    at = at or timezone.now()
    entries = [_entry(pk, before, after, by=by, changed_by=changed_by, note=note, at=at) for pk in inquiry_ids]
    rows = InquiryHistory.objects.bulk_create([InquiryHistory(**asdict(entry)) for entry in entries], batch_size=BATCH)
    remember(rows)


def _entry(
    inquiry_id: int,
    before: PipelineStep | None,
    after: PipelineStep,
    *,
    by: User | ApiToken | None,
    changed_by: int | None,
    note: str,
    at: datetime,
) -> Entry:
    return Entry(
        inquiry_id=inquiry_id,
        from_status=before.key if before else None,
        from_label=before.label if before else "",
        to_status=after.key,
        to_label=after.label,
        changed_by=changed_by,
        by_user_id=by.pk if isinstance(by, User) else None,
        by_token_id=by.pk if isinstance(by, ApiToken) else None,
        by_name=(by.name if isinstance(by, ApiToken) else str(by)) if by else "",
        note=note,
        created_at=at,
    )


def entries(inquiry_id: int) -> list[Entry]:
    """Every move of one inquiry, oldest first: the own rows, and what other programs told the shared status package.

    A package that fails, says nonsense or takes longer than STATUS_HISTORY_TIMEOUT is logged; the own rows are whole
    without it.
    """
    rows = InquiryHistory.objects.filter(inquiry_id=inquiry_id).values(*FIELDS)
    own = [Entry(**row) for row in rows]
    known = {entry.uid for entry in own}
    others = [entry for entry in package.entries_or_nothing(inquiry_id) if entry.uid not in known]
    # The own ones stay in the order of writing, whatever a clock says.
    return list(heapq.merge(own, others, key=lambda entry: entry.created_at))
