"""Write the history: one sealed row for each move, in its transaction, and a job that shares the row."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from config.accounts.models import ApiToken, User
from config.instances import make_instance
from config.saving import insert, insert_soon

from ..models import InquiryHistory, PipelineStep
from .chain import seal_new
from .entry import Entry
from .package import configured_package
from .sharing import share_later

BATCH = 1000


def record_move(
    inquiry_id: int,
    before: PipelineStep | None,
    after: PipelineStep,
    *,
    by: User | ApiToken | None,
    changed_by: int | None,
    note: str,
    at: datetime | None = None,
) -> None:
    """Save one move; `before` is None for the first one, `at` is now by default. Call it in the move's transaction."""
    at = at or timezone.now()
    entry = _entry(inquiry_id, before, after, by=by, changed_by=changed_by, note=note, at=at)
    (row,) = _sealed_rows([entry])
    if configured_package():
        insert(row)
        share_later([row])
    else:
        insert_soon(row)


def record_moves(
    inquiry_ids: Iterable[int],
    before: PipelineStep | None,
    after: PipelineStep,
    *,
    by: User | ApiToken | None,
    changed_by: int | None,
    note: str,
    at: datetime | None = None,
) -> None:
    """Save the same move of many inquiries, a row for each."""
    at = at or timezone.now()
    entries = [_entry(pk, before, after, by=by, changed_by=changed_by, note=note, at=at) for pk in inquiry_ids]
    rows = InquiryHistory.objects.bulk_create(_sealed_rows(entries), batch_size=BATCH)
    share_later(rows)


def _sealed_rows(entries: list[Entry]) -> list[InquiryHistory]:
    seals = seal_new(entries)
    return [make_instance(InquiryHistory, **vars(entry), seal=seal) for entry, seal in zip(entries, seals, strict=True)]


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
