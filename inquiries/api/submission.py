"""POST /api/inquiries."""

from decimal import Decimal
from typing import Any

from config.accounts.access import Caller
from config.api.endpoint import Reply

from ..dialect import dialect, offset_moment
from ..models import Inquiry
from ..schemas import InquirySubmission, SubmissionAnswer, SubmittedInquiry
from ..submission import Draft, prepare
from .base import api


@api.endpoint(
    "POST",
    "",
    scope="inquiries:write",
    body=InquirySubmission,
    answer=SubmissionAnswer,
    status=201,
    is_creating=True,
    is_slow=True,
)
def submit_inquiry(caller: Caller, body: InquirySubmission, once: Any) -> Any:
    """Submit an inquiry.

    The customer's name, e-mail and address are not sent: they come from UserHub, by `user_id`, and are copied as they
    are that day. While UserHub does not answer the inquiry is accepted without them, and they follow.
    """
    # UserHub may take seconds.
    draft = _prepare(caller, body)
    return once(lambda: _submitted(draft.keep(by=caller.token)))


def _prepare(caller: Caller, body: InquirySubmission) -> Draft:
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


def _submitted(found: Inquiry) -> Reply:
    data = SubmittedInquiry(
        inquiry_id=found.pk,
        reference=found.reference,
        status=found.status,  # type: ignore[arg-type]
        user_id=found.user_id,
        created_by=found.created_by,
        created_at=offset_moment(found.created_at),
    )
    location = f"{dialect.prefix}/{found.pk}"
    return Reply(SubmissionAnswer(message="Inquiry submitted successfully", data=data), 201, {"Location": location})


def _decimal(budget: int | float | str | None) -> Decimal | None:
    """A number is what its first 15 digits say, all that a float can be relied on for: 0.1 + 0.2 is 0.3."""
    if budget is None:
        return None
    return Decimal(f"{budget:.15g}" if isinstance(budget, float) else budget)
