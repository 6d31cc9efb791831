"""POST /api/inquiries."""

from decimal import Decimal

from django.http import HttpResponse

from config.accounts.access import Caller
from config.api.dialect import created
from config.api.idempotency import RequestKey

from ..dialect import dialect, offset_moment
from ..models import Inquiry
from ..schemas.answers import SubmissionAnswer, SubmittedInquiry
from ..schemas.input import InquirySubmission
from ..submission import Submission, prepare
from .base import api


@api.endpoint(
    "POST",
    "",
    scope="inquiries:write",
    body=InquirySubmission,
    answer=SubmissionAnswer,
    is_creating=True,
)
def submit_inquiry(caller: Caller, body: InquirySubmission, key: RequestKey) -> HttpResponse:
    """Submit an inquiry.

    The customer's name, e-mail and address are not sent: they come from UserHub, by `user_id`, and are copied as they
    are that day. While UserHub does not answer the inquiry is accepted without them, and they follow.
    """
    # UserHub may take seconds.
    submission = _prepare(caller, body)
    with key.hold():
        return key.answer(_to_response(submission.save(by=caller.token)))


def _prepare(caller: Caller, body: InquirySubmission) -> Submission:
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
    type_id = body.inquiry_type_id
    return prepare(caller.pro, fields, by=caller.token, inquiry_type_id=type_id, filter_option_ids=options)


def _to_response(inquiry: Inquiry) -> HttpResponse:
    # Null in inquiries that the workspace wrote down alone.
    data = SubmittedInquiry(
        inquiry_id=inquiry.pk,
        reference=inquiry.reference,
        status=inquiry.status,  # type: ignore[arg-type]
        user_id=inquiry.user_id,  # type: ignore[arg-type]
        created_by=inquiry.created_by,  # type: ignore[arg-type]
        created_at=offset_moment(inquiry.created_at),
    )
    answer = SubmissionAnswer(message="Inquiry submitted successfully", data=data)
    return created(answer, f"{dialect.prefix}/{inquiry.pk}")


def _decimal(budget: int | float | str | None) -> Decimal | None:
    """Convert a number by its first 15 digits, the precision of a float: 0.1 + 0.2 is 0.3."""
    if budget is None:
        return None
    return Decimal(f"{budget:.15g}" if isinstance(budget, float) else budget)
