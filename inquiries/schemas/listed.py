"""Columns of an inquiry that the list reads, by their names in the model."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from ..models.summary import Summary
from .answers import TypeBrief


class StepKey(Struct):
    key: str


class ListedInquiry(Summary, Struct):
    id: int
    inquiry_type_id: int
    person: dict[str, Any]
    subject: str
    status: str
    priority: str
    category: str
    budget: Decimal | None
    message: str
    created_at: datetime
    responded_at: datetime | None
    user_id: int | None
    created_by: int | None
    case_id: int | None
    inquiry_type: TypeBrief
    step: StepKey
