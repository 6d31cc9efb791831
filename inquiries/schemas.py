"""The shapes of /api/inquiries, keys and order as documented. Source: the inquiries API.

Ids of users and cases are those of other systems; amounts are numbers; what is not known is null.
"""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from config.api.errors import Detail
from config.api.reading import Body, Input

from .ids import GREATEST_ID
from .submission import VISIBLE

# The greatest number that every JSON reader takes for itself.
GREATEST = 2**53 - 1

Status = Literal["open", "in_progress", "closed", "cancelled"]
Priority = Literal["low", "normal", "high", "urgent"]
OfferStatus = Literal["draft", "sent", "viewed", "accepted", "declined", "expired"]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2025-11-06T10:30:00.000000Z"])]
OffsetMoment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-04-16T10:30:00+00:00"])]


# --- What is asked


class MetaQuery(Input):
    include_inactive: Annotated[bool, Meta(description="The inactive ones too.")] = False


class StatusesQuery(Input):
    type: Annotated[str, Meta(max_length=50, description="The slug of one type; without it all types.")] | None = None


class InquiryQuery(Input):
    inquiry_type: (
        Annotated[str, Meta(min_length=1, max_length=50, description="Only this type, by id or slug.")] | None
    ) = None
    status: Annotated[Status, Meta(description="Only this status.")] | None = None
    category: Annotated[str, Meta(min_length=1, max_length=100, description="Only this category.")] | None = None
    user_id: (
        Annotated[int, Meta(ge=1, le=GREATEST_ID, description="Only those of this customer, whoever submitted them.")]
        | None
    ) = None
    open_only: Annotated[bool, Meta(description="Only those with the status `open`.")] = False
    unassigned_only: Annotated[bool, Meta(description="Without those that are linked to a case.")] = True
    include_linked_to_case: Annotated[
        bool, Meta(description="Those that are linked to a case too, whatever `unassigned_only` says.")
    ] = False
    page: Annotated[int, Meta(ge=1, le=GREATEST, description="The page, from 1.")] = 1
    per_page: Annotated[int, Meta(ge=1, le=100, description="Rows a page.")] = 15


class ActionBody(Body):
    action: Literal["update_status", "close", "link_case"]
    status: (
        Annotated[str, Meta(min_length=1, max_length=50, description="`update_status`: the key of a step.")] | UnsetType
    ) = UNSET
    outcome: (
        Annotated[Literal["completed", "cancelled"], Meta(description="`close`: how it ended; else `completed`.")]
        | UnsetType
    ) = UNSET
    case_id: (
        Annotated[int, Meta(ge=1, le=GREATEST_ID, description="`link_case`: the case, or null for none.")]
        | UnsetType
        | None
    ) = UNSET
    note: (
        Annotated[str, Meta(max_length=2000, description="For the history; of a link to a case it is not kept.")]
        | UnsetType
        | None
    ) = UNSET
    changed_by: (
        Annotated[int, Meta(ge=1, le=GREATEST_ID, description="The UserHub user who does it; else the token's actor.")]
        | UnsetType
        | None
    ) = UNSET

    # Action -> field -> whether it is required.
    TAKES: ClassVar = {
        "update_status": {"status": True, "note": False, "changed_by": False},
        "close": {"outcome": False, "note": False, "changed_by": False},
        "link_case": {"case_id": True, "note": False, "changed_by": False},
    }
    # Each action refuses the fields of the others.
    extra_json_schema: ClassVar = {
        "oneOf": [
            {
                "properties": {"action": {"const": action}},
                "required": ["action", *(name for name, is_required in fields.items() if is_required)],
                "propertyNames": {"enum": ["action", *fields]},
            }
            for action, fields in TAKES.items()
        ]
    }

    @classmethod
    def check_combination(cls, data: Mapping[str, Any]) -> list[Detail]:
        takes = cls.TAKES.get(action) if isinstance(action := data.get("action"), str) else None
        if takes is None:
            return []
        missing = [name for name, is_required in takes.items() if is_required and name not in data]
        others = [name for fields in cls.TAKES.values() for name in fields if name in data and name not in takes]
        return [
            *(Detail(name, f"The action {action} requires this field.") for name in missing),
            *(Detail(name, f"The action {action} does not take this field.") for name in dict.fromkeys(others)),
        ]


Id = Annotated[int, Meta(ge=1, le=GREATEST_ID)]
Budget = (
    Annotated[int, Meta(ge=0, le=9_999_999_999)]
    | Annotated[float, Meta(ge=0, le=9_999_999_999.99, extra_json_schema={"multipleOf": 0.01})]
    | Annotated[str, Meta(pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$")]
)
SAYING_SOMETHING = {"pattern": VISIBLE}


class InquirySubmission(Body):
    # What callers may think of sending; every other unknown field is refused too.
    refused: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            *("person", "profile", "contact", "customer", "name", "full_name", "first_name", "last_name"),
            *("email", "phone", "phone_number", "mobile", "language", "locale", "address", "street", "house_number"),
            *("postal_code", "postcode", "zip", "city", "country", "business", "company", "company_name"),
            *("business_address", "vat", "vat_number", "invoice_email", "invoice_address"),
        ),
        "Personal data is not taken from here: it comes from UserHub, by user_id.",
    )

    user_id: Annotated[Id, Meta(description="UserHub id of the customer, who owns the inquiry.")]
    subject: Annotated[str, Meta(min_length=1, max_length=255, extra_json_schema=SAYING_SOMETHING)]
    message: Annotated[str, Meta(min_length=1, max_length=10_000, extra_json_schema=SAYING_SOMETHING)]
    inquiry_type_id: Annotated[Id | None, Meta(description="An active type; without it the first one.")] = None
    created_by: Annotated[
        Id | None,
        Meta(description="UserHub id of who submits it; without it the token's actor, else the customer."),
    ] = None
    category: Annotated[str, Meta(max_length=100)] | None = None
    budget: Annotated[Budget | None, Meta(description="In euros, with two decimals at most.")] = None
    priority: Priority | None = None
    source: Annotated[str, Meta(max_length=100, description="The platform it was sent from.")] | None = None
    filter_option_ids: Annotated[list[Id], Meta(max_length=100)] | None = None


# --- What is answered


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
    """The name, e-mail and phone are null while the inquiry waits for its customer's profile."""

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
    user_id: int
    created_by: int
    case_id: int | None


class Pagination(Struct):
    current_page: int
    per_page: int
    total: int
    last_page: int


class InquiryPage(Answer, kw_only=True):
    data: list[InquiryRow]
    pagination: Pagination


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
