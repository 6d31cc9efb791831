"""Error responses of one API."""

import errno
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.core import exceptions
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError

from .errors import Detail, ProblemError, invalid_fields


class Error(msgspec.Struct, rename="camel", omit_defaults=True):
    code: str
    message: str
    details: Sequence[Detail] = ()
    request_id: str | None = None


class ErrorBody(msgspec.Struct):
    error: Error


# Refusals by Django: status of its error page -> its exceptions, and the kind and message of the problem.
REFUSALS: dict[int, tuple[tuple[type[Exception], ...], str, str]] = {
    413: ((exceptions.RequestDataTooBig,), "too_large", "The request is too large."),
    # For example a query of a thousand parameters, or a caller that disconnected.
    400: ((exceptions.SuspiciousOperation, UnreadablePostError), "unreadable", "The request could not be read."),
    403: ((exceptions.PermissionDenied,), "forbidden", "This is not open to the caller."),
    404: ((Http404, exceptions.ObjectDoesNotExist), "not_found", "There is nothing here under this id."),
    500: ((), "server_error", "Something went wrong on our side. Quote the request id when you ask about it."),
    503: ((OperationalError, InterfaceError), "unavailable", "The database does not answer. Try again."),
}


DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


class Dialect:
    """Error format of all paths at and below `prefix`; `codes` maps the kind of a problem to (status, code).

    The default body is `{"error": {"code", "message"}}`, with `details` for validation errors and `requestId` for a
    500. An API with another format overrides `error_body` and `error_type`.
    """

    error_type: type[msgspec.Struct] = ErrorBody

    def __init__(self, prefix: str, codes: dict[str, tuple[int, str]]) -> None:
        self.prefix, self.codes = prefix, codes

    def translate(self, error: Exception) -> ProblemError | None:
        """Turn an exception of a handler or model into a problem; None for a bug, which becomes a 500."""
        if isinstance(error, ProblemError):
            return error
        if isinstance(error, exceptions.ValidationError):
            errors = error.message_dict if hasattr(error, "error_dict") else {"body": error.messages}
            return invalid_fields(*(Detail(self.field_name(name), " ".join(texts)) for name, texts in errors.items()))
        # Django keeps a large upload in a temporary file while it reads it.
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            return ProblemError("unavailable", "The disk of the server is full. Try again later.")
        matches = (ProblemError(kind, text) for types, kind, text in REFUSALS.values() if isinstance(error, types))
        return next(matches, None)

    def field_name(self, name: str) -> str:
        """Name of a model's or form's field, as the API calls it."""
        return "body" if name == exceptions.NON_FIELD_ERRORS else name

    def error_body(self, code: str, problem: ProblemError, request_id: str | None) -> msgspec.Struct:
        """Body of an error response, an instance of `error_type`. Only a 500 has a request id."""
        return ErrorBody(Error(code, problem.message, problem.details, request_id))

    def status_and_code(self, kind: str) -> tuple[int, str]:
        """HTTP status and error code of a kind of problem."""
        return self.codes[kind]

    def respond(self, problem: ProblemError, request: HttpRequest) -> HttpResponse:
        """Response for a problem, with its headers."""
        status, code = self.status_and_code(problem.kind)
        request_id = getattr(request, "request_id", None) if problem.kind == "server_error" else None
        headers = {"Retry-After": "10"} if problem.kind == "unavailable" else problem.headers
        return json_response(self.error_body(code, problem, request_id), status, headers)


# By kind of problem the status and code of the addresses below /api/v1.
V1_CODES = {
    "unreadable": (400, "invalid_request"),
    "invalid": (400, "validation_error"),
    "unauthenticated": (401, "unauthorized"),
    "forbidden": (403, "forbidden"),
    "not_found": (404, "not_found"),
    "method_not_allowed": (405, "method_not_allowed"),
    "idempotency_in_progress": (409, "idempotency_in_progress"),
    "precondition_failed": (412, "precondition_failed"),
    "too_large": (413, "payload_too_large"),
    "unsupported_media_type": (415, "unsupported_media_type"),
    "idempotency_mismatch": (422, "idempotency_mismatch"),
    "rate_limited": (429, "rate_limited"),
    "server_error": (500, "internal_error"),
    "unavailable": (503, "unavailable"),
}


class CamelDialect(Dialect):
    """Default error format of an API whose fields are in camel case."""

    def field_name(self, name: str) -> str:
        """ "channel_preference" -> "channelPreference"."""
        first, *rest = super().field_name(name).split("_")
        return first + "".join(word.capitalize() for word in rest)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Response with `body` (a Struct or plain data) as JSON."""
    return HttpResponse(msgspec.json.encode(body), "application/json", status, headers=headers)


def created(body: Any, location: str) -> HttpResponse:
    """201 response with the address of the new resource."""
    return json_response(body, 201, {"Location": location})


def no_content() -> HttpResponse:
    """204 response."""
    response = HttpResponse(status=204)
    del response.headers["Content-Type"]
    return response
