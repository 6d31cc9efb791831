import uuid
from dataclasses import dataclass, field, fields
from datetime import datetime

from django.utils import timezone


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One move, with the fields of InquiryHistory. `uid` identifies the entry in every system."""

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


FIELDS = [column.name for column in fields(Entry)]
