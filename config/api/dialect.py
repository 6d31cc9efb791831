"""Error responses of one API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
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


class Dialect:
    """Error format of all paths at and below `prefix`; `codes` maps the kind of a problem to (status, code).

    The default body is `{"error": {"code", "message"}}`, with `details` for validation errors and `requestId` for a
    500. An API with another format overrides `error_body` and `error_type`.
    """

    error_type: type[msgspec.Struct] = ErrorBody
    registered: ClassVar[list["Dialect"]] = []

    def __init__(self, prefix: str, codes: dict[str, tuple[int, str]]) -> None:
        self.prefix, self.codes = prefix, codes
        Dialect.registered.append(self)

    @classmethod
    def at(cls, path: str) -> "Dialect | None":
        """Dialect of `path`, None outside of every API."""
        return next((d for d in cls.registered if f"{path}/".startswith(f"{d.prefix}/")), None)

    def translate(self, error: Exception) -> ProblemError | None:
        """Turn an exception of a handler or model into a problem; None for a bug, which becomes a 500."""
        match error:
            case ProblemError():
                return error
            case Http404() | ObjectDoesNotExist():
                return ProblemError("not_found", "There is nothing here under this id.")
            case ValidationError():
                return invalid_fields(*_details(error))
            case PermissionDenied():
                return ProblemError("forbidden", "This is not open to the caller.")
            case RequestDataTooBig():
                return ProblemError("too_large", "The body is too large.")
            case SuspiciousOperation() | UnreadablePostError():
                # For example a query of a thousand parameters, or a caller that disconnected.
                return ProblemError("unreadable", "The request could not be read.")
            case OperationalError() | InterfaceError():
                message = "The database does not answer. Try again."
                return ProblemError("unavailable", message, headers={"Retry-After": "10"})
        return None

    def error_body(self, code: str, problem: ProblemError, request: HttpRequest) -> msgspec.Struct:
        """Body of an error response, an instance of `error_type`."""
        request_id = getattr(request, "request_id", None) if problem.kind == "server_error" else None
        return ErrorBody(Error(code, problem.message, problem.details, request_id))

    def status_and_code(self, kind: str) -> tuple[int, str]:
        """HTTP status and error code of a kind of problem."""
        return self.codes[kind]

    def respond(self, problem: ProblemError, request: HttpRequest) -> HttpResponse:
        """Response for a problem, with its headers."""
        status, code = self.status_and_code(problem.kind)
        return json_response(self.error_body(code, problem, request), status, problem.headers)


class CamelDialect(Dialect):
    """Default error format of an API whose fields are in camel case."""

    def translate(self, error: Exception) -> ProblemError | None:
        problem = super().translate(error)
        if problem and isinstance(error, ValidationError):
            return invalid_fields(*(Detail(camel(d.field), d.message) for d in problem.details))
        return problem


def camel(name: str) -> str:
    """ "channel_preference" -> "channelPreference"."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Response with `body` (a Struct or plain data) as JSON."""
    headers = {"Content-Type": "application/json", **(headers or {})}
    return HttpResponse(msgspec.json.encode(body), status=status, headers=headers)


def created(body: Any, location: str) -> HttpResponse:
    """201 response with the address of the new resource."""
    return json_response(body, 201, {"Location": location})


def _details(error: ValidationError) -> list[Detail]:
    errors = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    return [Detail("body" if name == NON_FIELD_ERRORS else name, " ".join(texts)) for name, texts in errors.items()]
