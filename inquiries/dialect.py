"""The dialect of /api/inquiries: its envelope, its error messages and its times."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.log import log_response

from config.api.dialect import Dialect
from config.api.errors import Detail, ProblemError, invalid_fields
from config.api.times import format_utc
from config.files.storage import StorageFullError, StorageUnavailableError
from config.web.paging import InvalidCursorError

from .history.entry import Entry
from .models import FilterOption, Inquiry, InquiryType, Offer, PipelineStep
from .pipeline.moves import InvalidTransitionError
from .schemas.answers import (
    Address,
    Business,
    FilterOptionBody,
    HistoryEntry,
    InquiryBody,
    InquiryRow,
    InquiryTypeBody,
    OfferBody,
    StepBody,
    StepBrief,
    TypeBrief,
)
from .schemas.listed import ListedInquiry


class ErrorBody(msgspec.Struct, omit_defaults=True):
    """`message` names the refusal, `error` the reason; `errors` by field, for validation errors alone."""

    success: bool
    message: str
    error: str
    errors: dict[str, list[str]] = {}
    request_id: str | None = None


class InquiriesDialect(Dialect):
    error_type = ErrorBody

    def status_and_code(self, kind: str) -> tuple[int, str]:
        status, message = super().status_and_code(kind)
        return (
            (settings.INQUIRY_TRANSITION_ERROR_STATUS, message) if kind == "invalid_transition" else (status, message)
        )

    def translate(self, error: Exception) -> ProblemError | None:
        if isinstance(error, InvalidTransitionError):
            return ProblemError("invalid_transition", str(error))
        if isinstance(error, InvalidCursorError):
            return invalid_fields(Detail("cursor", str(error)))
        if isinstance(error, StorageFullError):
            return ProblemError("unavailable", "The storage of attachments is full. Try again later.")
        if isinstance(error, StorageUnavailableError):
            return ProblemError("unavailable", "The storage of attachments does not answer. Try again.")
        return super().translate(error)

    def error_body(self, code: str, problem: ProblemError, request_id: str | None) -> msgspec.Struct:
        errors: dict[str, list[str]] = {}
        for detail in problem.details:
            errors.setdefault(detail.field, []).append(detail.message)
        return ErrorBody(False, code, problem.message, errors, request_id)

    def respond(self, problem: ProblemError, request: HttpRequest) -> HttpResponse:
        response = super().respond(problem, request)
        if problem.kind == "invalid_transition":
            # Logged as a warning: Django would log the documented status 500 as a crash.
            log_response("Refused move: %s", request.path, response=response, request=request, level="warning")
        return response


dialect = InquiriesDialect(
    "/api/inquiries",
    {
        "unreadable": (400, "Unreadable request"),
        "unauthenticated": (401, "Unauthenticated"),
        "forbidden": (403, "Forbidden"),
        "not_found": (404, "Not found"),
        "method_not_allowed": (405, "Method not allowed"),
        "idempotency_in_progress": (409, "Request in progress"),
        "invalid_offer_transition": (409, "Offer not changed"),
        "precondition_failed": (412, "Precondition failed"),
        "too_large": (413, "Payload too large"),
        "unsupported_media_type": (415, "Unsupported media type"),
        "invalid": (422, "Validation failed"),
        "idempotency_mismatch": (422, "Idempotency key mismatch"),
        "rate_limited": (429, "Too many requests"),
        "server_error": (500, "Server error"),
        "invalid_transition": (500, "Failed to perform action"),
        "unavailable": (503, "Service unavailable"),
    },
)


def _brief(inquiry_type: InquiryType | TypeBrief) -> TypeBrief:
    return TypeBrief(inquiry_type.id, inquiry_type.name, inquiry_type.slug, inquiry_type.icon, inquiry_type.color)


def to_type(inquiry_type: InquiryType) -> InquiryTypeBody:
    """A type with its pipeline in short; prefetch `steps` for it."""
    steps = [StepBrief(s.key, s.label, s.color, s.is_initial, s.is_terminal) for s in inquiry_type.steps.all()]
    return InquiryTypeBody(
        id=inquiry_type.pk,
        name=inquiry_type.name,
        slug=inquiry_type.slug,
        icon=inquiry_type.icon,
        icon_type=inquiry_type.icon_type,  # type: ignore[arg-type]
        icon_display=inquiry_type.icon_display,
        color=inquiry_type.color,
        description=inquiry_type.description,
        is_active=inquiry_type.is_active,
        sort_order=inquiry_type.sort_order,
        statuses=steps,
    )


def to_step(step: PipelineStep) -> StepBody:
    return StepBody(
        key=step.key,
        label=step.label,
        description=step.description,
        color=step.color,
        sort_order=step.sort_order,
        is_initial=step.is_initial,
        is_terminal=step.is_terminal,
        maps_to_case_status=step.maps_to_case_status or None,
    )


def to_filter_option(option: FilterOption) -> FilterOptionBody:
    return FilterOptionBody(option.pk, option.group, option.label, option.is_active)


def to_row(row: Inquiry | ListedInquiry) -> InquiryRow:
    """An inquiry as the list shows it; its type and step must be loaded."""
    person = row.person
    return InquiryRow(
        id=row.id,
        inquiry_type_id=row.inquiry_type_id,
        inquiry_type=_brief(row.inquiry_type),
        first_name=person.get("first_name") or None,
        last_name=person.get("last_name") or None,
        email=person.get("email") or None,
        phone=person.get("phone") or None,
        subject=row.subject,
        status=row.status,  # type: ignore[arg-type]
        priority=row.priority,  # type: ignore[arg-type]
        category=row.category or None,
        budget=None if row.budget is None else float(row.budget),
        budget_display=row.budget_display,
        full_name=row.full_name or None,
        truncated_message=row.truncated_message,
        created_at=moment(row.created_at),
        responded_at=moment(row.responded_at) if row.responded_at else None,
        pipeline_status=row.pipeline_status,
        user_id=row.user_id,
        created_by=row.created_by,
        case_id=row.case_id,
    )


def to_inquiry_body(row: Inquiry) -> InquiryBody:
    """An inquiry as the detail shows it: the row of the list, and the rest after it."""
    return InquiryBody(
        **msgspec.structs.asdict(to_row(row)),
        message=row.message,
        source=row.source or None,
        language=row.person.get("language") or None,
        address=_to_address(row.person.get("address")),
        business=_business(row.business),
        filter_options=[to_filter_option(option) for option in row.filter_options.all()],
        contact_id=row.contact_id,
        is_waiting_for_profile=row.is_waiting_for_profile,
        acknowledged_at=moment(row.acknowledged_at) if row.acknowledged_at else None,
        updated_at=moment(row.updated_at),
    )


def _to_address(parts: Mapping[str, str] | None) -> Address | None:
    values = [(parts or {}).get(name) or None for name in ("street", "postal_code", "city", "country")]
    return Address(*values) if any(values) else None


def _business(known: Mapping[str, Any]) -> Business | None:
    if not known:
        return None
    return Business(
        company=known.get("company") or None,
        vat_number=known.get("vat_number") or None,
        address=_to_address(known.get("address")),
        invoice_email=known.get("invoice_email") or None,
        invoice_address=_to_address(known.get("invoice_address")),
    )


def to_offer(offer: Offer) -> OfferBody:
    return OfferBody(
        id=offer.pk,
        title=offer.title,
        amount=float(offer.amount),
        currency=offer.currency,
        valid_until=offer.valid_until,
        status=offer.status,  # type: ignore[arg-type]
        made_by=offer.made_by_name or None,
        created_at=moment(offer.created_at),
        sent_at=moment(offer.sent_at) if offer.sent_at else None,
    )


def to_history(entry: Entry) -> HistoryEntry:
    return HistoryEntry(
        from_status=entry.from_status,
        to_status=entry.to_status,
        changed_by=entry.changed_by,
        note=entry.note or None,
        created_at=offset_moment(entry.created_at),
    )


def moment(time: datetime) -> str:
    """ "2025-11-06T10:30:00.000000Z", as in the list and the detail."""
    return format_utc(time, "microseconds")


def offset_moment(time: datetime) -> str:
    """ "2026-04-16T10:30:00+00:00", as in the history and the answer to a submission."""
    return time.astimezone(UTC).isoformat(timespec="seconds")
