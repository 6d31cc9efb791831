"""Where an inquiry has been: written once per move, read oldest first.

An entry is made of plain values, so that it means the same wherever it is kept.
"""

import uuid
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

from django.utils import timezone

from config.accounts.models import ApiToken, User

from .models import InquiryHistory, PipelineStep


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One move; the fields are those of InquiryHistory. `uid` tells the same entry apart from an equal one."""

    inquiry_id: int
    from_status: str | None
    from_label: str
    to_status: str
    to_label: str
    changed_by: int | None
    by_user_id: int | None
    by_token_id: int | None
    by_name: str
    note: str
    uid: uuid.UUID = field(default_factory=uuid.uuid4)
    created_at: datetime = field(default_factory=timezone.now)


def record(
    inquiry_id: int,
    before: PipelineStep | None,
    after: PipelineStep,
    *,
    by: User | ApiToken | None,
    changed_by: int | None,
    note: str,
) -> None:
    """Write down one move; `before` is None for the first. Call it in the transaction that makes the move."""
    entry = Entry(
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
    )
    InquiryHistory(**asdict(entry)).save(force_insert=True)


def entries(inquiry_id: int) -> list[Entry]:
    """Every move of one inquiry, oldest first."""
    names = [column.name for column in fields(Entry)]
    return [Entry(**row) for row in InquiryHistory.objects.filter(inquiry_id=inquiry_id).values(*names)]
