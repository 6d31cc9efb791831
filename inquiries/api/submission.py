"""POST /api/inquiries."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from config.accounts.access import Caller
from config.api.endpoint import Reply

from ..dialect import dialect, offset_moment
from ..submission import GREATEST_ID, Draft, prepare
from .base import api

Id = Annotated[int, Meta(ge=1, le=GREATEST_ID)]
Priority = Literal["low", "normal", "high", "urgent"]
Status = Literal["open", "in_progress", "closed", "cancelled"]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-04-16T10:30:00+00:00"])]
Words = {"pattern": r"\S"}
GREATEST_BUDGET = 9_999_999_999.99
Budget = (
    Annotated[int, Meta(ge=0, le=9_999_999_999)]
    | Annotated[float, Meta(ge=0, le=GREATEST_BUDGET, extra_json_schema={"multipleOf": 0.01})]
    | Annotated[str, Meta(pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$")]
)
PERSONAL = "Personal data is not taken from here: it comes from UserHub, by user_id."


class InquirySubmission(Struct):
    # What callers may think of sending; every other unknown field is refused too.
    refused: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            *("person", "profile", "contact", "customer", "name", "full_name", "first_name", "last_name"),
            *("email", "phone", "phone_number", "mobile", "language", "locale", "address", "street", "house_number"),
            *("postal_code", "postcode", "zip", "city", "country", "business", "company", "company_name"),
            *("business_address", "vat", "vat_number", "invoice_email", "invoice_address"),
        ),
        PERSONAL,
    )

    user_id: Annotated[Id, Meta(description="UserHub id of the customer, who owns the inquiry.")]
    subject: Annotated[str, Meta(min_length=1, max_length=255, extra_json_schema=Words)]
    message: Annotated[str, Meta(min_length=1, max_length=10_000, extra_json_schema=Words)]
    inquiry_type_id: Annotated[Id | None, Meta(description="An active type; by default the first one.")] = None
    created_by: Annotated[
        Id | None,
        Meta(description="UserHub id of who submits it; by default whom the token acts for, else the customer."),
    ] = None
    category: Annotated[str, Meta(max_length=100)] | None = None
    budget: Annotated[Budget | None, Meta(description="In euros, with two decimals at most.")] = None
    priority: Priority | None = None
    source: Annotated[str, Meta(max_length=100, description="The platform it was sent from.")] | None = None
    filter_option_ids: Annotated[list[Id], Meta(max_length=100)] | None = None


class SubmittedInquiry(Struct):
    inquiry_id: int
    reference: int
    status: Status
    user_id: int
    created_by: int
    created_at: Moment


class SubmissionAnswer(Struct):
    success: bool
    message: str
    data: SubmittedInquiry


def prepare_submission(caller: Caller, body: InquirySubmission) -> Draft:
    """Check it and ask UserHub, which may take seconds: not in the transaction of the Idempotency-Key."""
    fields = {
        "user_id": body.user_id,
        "created_by": body.created_by,
        "subject": body.subject,
        "message": body.message,
        "category": body.category or "",
        "budget": _decimal(body.budget),
        "priority": body.priority or "normal",
        "source": body.source or "",
    }
    options = body.filter_option_ids or []
    kind = body.inquiry_type_id
    return prepare(caller.pro, fields, by=caller.token, inquiry_type_id=kind, filter_option_ids=options)


@api.endpoint(
    "POST",
    "",
    scope="inquiries:write",
    body=InquirySubmission,
    answer=SubmissionAnswer,
    status=201,
    is_creating=True,
    prepare=prepare_submission,
)
def submit_inquiry(caller: Caller, body: InquirySubmission, prepared: Draft) -> Reply:
    """Submit an inquiry.

    The customer's name, e-mail and address are not sent: they come from UserHub, by `user_id`, and are copied as they
    are that day. While UserHub does not answer the inquiry is accepted without them, and they follow.
    """
    found = prepared.keep(by=caller.token)
    data = SubmittedInquiry(
        inquiry_id=found.pk,
        reference=found.reference,
        status=found.status,  # type: ignore[arg-type]
        user_id=found.user_id,
        created_by=found.created_by,
        created_at=offset_moment(found.created_at),
    )
    location = f"{dialect.prefix}/{found.pk}"
    return Reply(SubmissionAnswer(True, "Inquiry submitted successfully", data), 201, {"Location": location})


def _decimal(budget: int | float | str | None) -> Decimal | None:
    """A number is what its first 15 digits say, all that a float can be relied on for: 0.1 + 0.2 is 0.3."""
    if budget is None:
        return None
    return Decimal(f"{budget:.15g}" if isinstance(budget, float) else budget)
