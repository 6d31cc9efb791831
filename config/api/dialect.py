"""How one API words its errors."""

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

from .errors import Detail, Problem, invalid


class Error(msgspec.Struct, rename="camel", omit_defaults=True):
    code: str
    message: str
    details: Sequence[Detail] = ()
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
        return next((d for d in cls.registered if f"{path}/".startswith(f"{d.prefix}/")), None)

    def problem(self, error: Exception) -> Problem | None:
        """The meaning of an exception that a model raised; None when it is a fault of the program."""
        match error:
            case Problem():
                return error
            case Http404() | ObjectDoesNotExist():
                return Problem("not_found", "There is nothing here under this id.")
            case ValidationError():
                return invalid(*_details(error))
            case PermissionDenied():
                return Problem("forbidden", "This is not open to the caller.")
            case RequestDataTooBig():
                return Problem("too_large", "The body is too large.")
            case SuspiciousOperation() | UnreadablePostError():
                # Such as a query of a thousand parameters, or a caller that went away.
                return Problem("unreadable", "The request could not be read.")
            case OperationalError() | InterfaceError():
                return Problem("unavailable", "The database does not answer. Try again.", headers={"Retry-After": "10"})
        return None

    def body(self, code: str, problem: Problem, request: HttpRequest) -> msgspec.Struct:
        request_id = getattr(request, "request_id", None) if problem.kind == "server_error" else None
        return ErrorBody(Error(code, problem.message, problem.details, request_id))

    def meaning(self, kind: str) -> tuple[int, str]:
        """The status and the code of one kind of problem."""
        return self.codes[kind]

    def respond(self, problem: Problem, request: HttpRequest) -> HttpResponse:
        status, code = self.meaning(problem.kind)
        return json_response(self.body(code, problem, request), status, problem.headers)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    headers = {"Content-Type": "application/json", **(headers or {})}
    return HttpResponse(msgspec.json.encode(body), status=status, headers=headers)


def created(body: Any, location: str) -> HttpResponse:
    return json_response(body, 201, {"Location": location})


def _details(error: ValidationError) -> list[Detail]:
    errors = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    return [Detail("body" if name == NON_FIELD_ERRORS else name, " ".join(texts)) for name, texts in errors.items()]
