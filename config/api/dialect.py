"""How one API words its errors."""

from collections.abc import Iterator, Mapping
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
from django.http import Http404, HttpRequest, HttpResponse

from .errors import FieldError, Problem, invalid


class Detail(msgspec.Struct):
    field: str
    message: str


class Error(msgspec.Struct, rename="camel", omit_defaults=True):
    code: str
    message: str
    details: list[Detail] = []
    request_id: str | None = None


class ErrorBody(msgspec.Struct):
    error: Error


class Dialect:
    """The error shape of every path at and below `prefix`.

    Here `{"error": {"code", "message"}}`, with `details` for validation errors and `requestId` for a 500;
    an API that speaks otherwise overrides `body` and `error_type`. `codes` gives kind -> (status, code).
    """

    error_type: type[msgspec.Struct] = ErrorBody
    registered: ClassVar[list["Dialect"]] = []

    def __init__(self, prefix: str, codes: dict[str, tuple[int, str]]) -> None:
        self.prefix, self.codes = prefix, codes
        Dialect.registered.append(self)

    @classmethod
    def at(cls, path: str) -> "Dialect | None":
        """The dialect spoken at `path`, if any."""
        spoken: Iterator[Dialect] = (d for d in cls.registered if f"{path}/".startswith(f"{d.prefix}/"))
        return next(spoken, None)

    def problem(self, error: Exception) -> Problem | None:
        """The meaning of an exception that a model raised; None when it is a fault of the program."""
        match error:
            case Problem():
                return error
            case Http404() | ObjectDoesNotExist():
                return Problem("not_found", "There is nothing here under this id.")
            case ValidationError():
                return invalid(*_field_errors(error))
            case PermissionDenied():
                return Problem("forbidden", "This is not open to the caller.")
            case RequestDataTooBig():
                # The body of a repeat is compared before it is read as JSON.
                return Problem("too_large", "The body is too large.")
            case SuspiciousOperation():
                # Django refuses to read it, such as a query of a thousand parameters.
                return Problem("unreadable", "The request could not be read.")
            case OperationalError() | InterfaceError():
                return Problem("unavailable", "The database does not answer. Try again.", headers={"Retry-After": "10"})
        return None

    def body(self, code: str, problem: Problem, request: HttpRequest) -> msgspec.Struct:
        details = [Detail(d.field, d.message) for d in problem.details]
        request_id = getattr(request, "request_id", None) if problem.kind == "server_error" else None
        return ErrorBody(Error(code, problem.message, details, request_id))

    def meaning(self, kind: str) -> tuple[int, str]:
        """The status and the code of one kind of problem."""
        return self.codes[kind]

    def respond(self, problem: Problem, request: HttpRequest) -> HttpResponse:
        status, code = self.meaning(problem.kind)
        response = json_response(self.body(code, problem, request), status)
        return with_headers(response, problem.headers)


def with_headers(response: HttpResponse, headers: Mapping[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response.headers[name] = value
    return response


def json_response(body: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")


def _field_errors(error: ValidationError) -> Iterator[FieldError]:
    if not hasattr(error, "error_dict"):
        yield FieldError("body", " ".join(error.messages))
        return
    for field, messages in error.message_dict.items():
        yield FieldError("body" if field == NON_FIELD_ERRORS else field, " ".join(messages))
