"""Answers of /api/inquiries, keys and order as documented. Source: the inquiries API.

Amounts are numbers; what is not known is null.
"""

import uuid
from datetime import date
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from .types import Moment, OfferStatus, OffsetMoment, Priority, Status


class Answer(Struct, kw_only=True):
    success: bool = True


class StepBrief(Struct):
    key: str
    label: str
    color: str
    is_initial: bool
    is_terminal: bool


class InquiryTypeBody(Struct):
    id: int
    name: str
    slug: str
    icon: str
    icon_type: Literal["emoji", "lucide"]
    icon_display: str
    color: str
    description: str
    is_active: bool
    sort_order: int
    statuses: list[StepBrief]


class TypesAnswer(Answer, kw_only=True):
    data: list[InquiryTypeBody]


class StepBody(Struct):
    key: str
    label: str
    description: str
    color: str
    sort_order: int
    is_initial: bool
    is_terminal: bool
    maps_to_case_status: str | None


class StatusesAnswer(Answer, kw_only=True):
    data: dict[str, list[StepBody]]


class FilterOptionBody(Struct):
    id: int
    group: str
    label: str
    is_active: bool


class FilterOptionsAnswer(Answer, kw_only=True):
    data: list[FilterOptionBody]


class TypeBrief(Struct):
    id: int
    name: str
    slug: str
    icon: str
    color: str


class InquiryRow(Struct, kw_only=True):
    """The name, e-mail and phone are null while the inquiry waits for its customer's profile.

    `user_id` is null where the workspace wrote the inquiry down for a customer without a UserHub id, and `created_by`
    where its user has none either.
    """

    id: int
    inquiry_type_id: int
    inquiry_type: TypeBrief
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    subject: str
    status: Status
    priority: Priority
    category: str | None
    budget: float | None
    budget_display: str | None
    full_name: str | None
    truncated_message: str
    created_at: Moment
    responded_at: Moment | None
    pipeline_status: str
    user_id: int | None
    created_by: int | None
    case_id: int | None


class Pagination(Struct):
    current_page: int
    per_page: int
    total: int
    last_page: int


class InquiryChanges(Struct):
    next: str | None


class InquiryPage(Answer, kw_only=True):
    """`changes` is there when the list is asked for in the order of changes. No inquiry is ever deleted."""

    data: list[InquiryRow]
    pagination: Pagination
    changes: InquiryChanges | UnsetType = UNSET


class Address(Struct):
    street: str | None
    postal_code: str | None
    city: str | None
    country: str | None


class Business(Struct):
    company: str | None
    vat_number: str | None
    address: Address | None
    invoice_email: str | None
    invoice_address: Address | None


class InquiryBody(InquiryRow, kw_only=True):
    message: str
    source: str | None
    language: str | None
    address: Address | None
    business: Business | None
    filter_options: list[FilterOptionBody]
    contact_id: uuid.UUID | None
    is_waiting_for_profile: bool
    acknowledged_at: Moment | None
    updated_at: Moment


class OfferBody(Struct):
    id: int
    title: str
    amount: float
    currency: str
    valid_until: date | None
    status: OfferStatus
    made_by: str | None
    created_at: Moment
    sent_at: Moment | None


class InquiryDetail(Struct):
    inquiry: InquiryBody
    offers: list[OfferBody]
    offers_count: int


class DetailAnswer(Answer, kw_only=True):
    data: InquiryDetail


class HistoryEntry(Struct):
    from_status: str | None
    to_status: str
    changed_by: int | None
    note: str | None
    created_at: OffsetMoment


class HistoryAnswer(Answer, kw_only=True):
    data: list[HistoryEntry]


class ActedOn(Struct):
    inquiry: InquiryBody


class ActionAnswer(Answer, kw_only=True):
    message: str
    data: ActedOn


class SubmittedInquiry(Struct):
    inquiry_id: int
    reference: int
    status: Status
    user_id: int
    created_by: int
    created_at: OffsetMoment


class SubmissionAnswer(Answer, kw_only=True):
    message: str
    data: SubmittedInquiry
