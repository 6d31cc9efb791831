"""How /api/inquiries speaks: its envelope, its words for refusals and its times."""

from datetime import UTC, datetime

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.log import log_response

from config.api.dialect import Dialect
from config.api.errors import Problem

from .pipeline import InvalidTransition


class ErrorBody(msgspec.Struct, omit_defaults=True):
    """`message` is what kind of refusal it is, `error` the reason; `errors` by field for validation errors alone."""

    success: bool
    message: str
    error: str
    errors: dict[str, list[str]] = {}
    request_id: str | None = None


class InquiriesDialect(Dialect):
    error_type = ErrorBody

    def meaning(self, kind: str) -> tuple[int, str]:
        status, message = super().meaning(kind)
        return (
            (settings.INQUIRY_TRANSITION_ERROR_STATUS, message) if kind == "invalid_transition" else (status, message)
        )

    def problem(self, error: Exception) -> Problem | None:
        if isinstance(error, InvalidTransition):
            return Problem("invalid_transition", str(error))
        return super().problem(error)

    def body(self, code: str, problem: Problem, request: HttpRequest) -> msgspec.Struct:
        errors: dict[str, list[str]] = {}
        for field, message in problem.details:
            errors.setdefault(field, []).append(message)
        request_id = getattr(request, "request_id", None) if problem.kind == "server_error" else None
        return ErrorBody(False, code, problem.message, errors, request_id)

    def respond(self, problem: Problem, request: HttpRequest) -> HttpResponse:
        response = super().respond(problem, request)
        if problem.kind == "invalid_transition":
            # A refusal like any other, whatever its documented status: Django would log a 500 as a crash.
            log_response("%s: %s", problem, request.path, response=response, request=request, level="warning")
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


def moment(time: datetime) -> str:
    """ "2025-11-06T10:30:00.000000Z", as in the list and the detail."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def offset_moment(time: datetime) -> str:
    """ "2026-04-16T10:30:00+00:00", as in the history and the answer to a submission."""
    return time.astimezone(UTC).isoformat(timespec="seconds")
