"""A JSON route: a plain function with its method, scope, query, body and answer declared beside it.

    api = Api(dialect, title="…", authenticate=by_token)

    @api.endpoint("GET", "/<uuid:id>", scope="contacts:read", answer=ContactAnswer)
    def get_contact(caller, id): …

The function gets the caller, the path's parameters, and `query` and `body` where they are declared. It returns
the answer, or a `Reply` when status or headers differ from the declared ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from .dialect import Dialect, json_response, with_headers
from .errors import Problem
from .idempotency import HEADER, answered, once
from .reading import check_length, read_body, read_query
from .uploads import read_form


class CallerLike(Protocol):
    """Who is calling: for which tenant, and with which scopes."""

    @property
    def tenant(self) -> str: ...

    def allows(self, scope: str) -> bool: ...


@dataclass(frozen=True)
class Reply:
    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    method: str
    route: str
    scope: str
    handler: Callable[..., Any]
    query: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None
    answer: type[msgspec.Struct] | None
    status: int
    errors: tuple[str, ...]
    is_creating: bool
    is_slow: bool = False
    form: type[msgspec.Struct] | None = None
    is_file: bool = False

    def run(self, request: HttpRequest, caller: CallerLike, parameters: Mapping[str, Any]) -> HttpResponse:
        """Check the caller's scope and answer; what creates is answered once for one Idempotency-Key."""
        if not caller.allows(self.scope):
            raise Problem("forbidden", f"This token lacks the scope {self.scope}.")
        if self.body:
            check_length(request)
        if self.is_slow or self.form:
            return self._run_slowly(request, caller, parameters)
        if self.is_creating:
            return once(request, caller.tenant, lambda: self._call(request, caller, parameters))
        return self._call(request, caller, parameters)

    def _call(self, request: HttpRequest, caller: CallerLike, parameters: Mapping[str, Any]) -> HttpResponse:
        """Read what was sent, call the handler and encode what it returns."""
        return self._respond(self.handler(caller, **self._read(request, parameters)))

    def _read(self, request: HttpRequest, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What the handler gets: the path's parameters and what was sent."""
        arguments = dict(parameters)
        if self.body:
            arguments["body"] = read_body(request, self.body)
        if self.query:
            arguments["query"] = read_query(request, self.query)
        return arguments

    def _run_slowly(self, request: HttpRequest, caller: CallerLike, parameters: Mapping[str, Any]) -> HttpResponse:
        """The handler does what takes long, then calls `once` with what writes the rows.

        The transaction of an Idempotency-Key begins there: no other writer waits for an upload or another machine.
        """
        upload = read_form(request, self.form) if self.form else None
        sent = upload.digest() if upload and HEADER in request.headers else None
        if found := answered(request, caller.tenant, sent):
            return found

        def finish(write: Callable[[], Any]) -> HttpResponse:
            return once(request, caller.tenant, lambda: self._respond(write()), sent=sent)

        arguments = self._read(request, parameters)
        if upload and self.form:
            arguments |= {"form": upload.read(self.form), "file": upload.file}
        return self.handler(caller, once=finish, **arguments)

    def _respond(self, result: Any) -> HttpResponse:
        if isinstance(result, FileResponse):
            return result  # type: ignore[return-value]
        reply = result if isinstance(result, Reply) else Reply(result, self.status)
        if reply.status == 204:
            response = HttpResponse(status=204)
            del response.headers["Content-Type"]  # There is nothing that would have one.
            return with_headers(response, reply.headers)
        return with_headers(json_response(reply.body, reply.status), reply.headers)


class Api:
    """The routes of one documented system, all in one dialect, all behind one way of knowing the caller.

    `authenticate(request)` returns the caller or raises Problem; `scopes` are the ones that exist.
    """

    registered: ClassVar[list["Api"]] = []

    def __init__(
        self,
        dialect: Dialect,
        *,
        title: str,
        authenticate: Callable[[HttpRequest], CallerLike],
        scopes: list[str],
        has_session: bool = False,
    ) -> None:
        self.dialect, self.title, self.authenticate = dialect, title, authenticate
        self.scopes, self.has_session = scopes, has_session
        self.operations: list[Operation] = []
        Api.registered.append(self)

    def endpoint(
        self,
        method: str,
        route: str,
        *,
        scope: str,
        answer: type[msgspec.Struct] | None = None,
        query: type[msgspec.Struct] | None = None,
        body: type[msgspec.Struct] | None = None,
        status: int = 200,
        errors: tuple[str, ...] = (),
        is_creating: bool = False,
        is_slow: bool = False,
        form: type[msgspec.Struct] | None = None,
        is_file: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route below the dialect's prefix.

        `errors` are the meanings it adds to the common ones; `is_creating` makes it honour Idempotency-Key, in one
        transaction. One that `is_slow` gets `once` and returns what that returns: what takes long comes before, what
        writes is given to it as a function of no arguments. So does one with `form`, the fields beside the file of a
        multipart body, which it gets as `form` and `file`. `is_file` says that the answer is a FileResponse.
        """
        if scope not in self.scopes:
            raise ImproperlyConfigured(f"{method} {self.dialect.prefix}{route} needs one of the scopes {self.scopes}")
        if (is_slow or form) and not is_creating:
            # `once` honours the key, whether or not the reference would say so.
            raise ImproperlyConfigured(f"{method} {self.dialect.prefix}{route} gets `once`: declare it is_creating")

        def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
            self.operations.append(
                Operation(
                    method,
                    route,
                    scope,
                    handler,
                    query,
                    body,
                    answer,
                    status,
                    errors,
                    is_creating,
                    is_slow,
                    form,
                    is_file,
                )
            )
            return handler

        return declare

    @property
    def urls(self) -> list[URLPattern]:
        """One pattern a route, and one for everything else at and below the prefix: 404 in the dialect."""
        prefix = self.dialect.prefix.lstrip("/")
        routes = dict.fromkeys(operation.route for operation in self.operations)
        views = [path(prefix + route, self._view(route)) for route in routes]
        return [*views, re_path(rf"^{prefix}(?:/|\Z)", self._view(None))]

    def _view(self, route: str | None) -> Callable[..., HttpResponse]:
        operations = {o.method: o for o in self.operations if o.route == route}
        if "GET" in operations:
            operations["HEAD"] = operations["GET"]

        # Bearer tokens need no CSRF token; `authenticate` asks for one where it accepts a session.
        @csrf_exempt
        @login_not_required
        def view(request: HttpRequest, **parameters: Any) -> HttpResponse:
            try:
                return self._answer(request, operations, parameters)
            except Exception as error:
                if (problem := self.dialect.problem(error)) is None:
                    raise
                return self.dialect.respond(problem, request)

        return view

    def _answer(
        self, request: HttpRequest, operations: Mapping[str, Operation], parameters: Mapping[str, Any]
    ) -> HttpResponse:
        if not operations:
            raise Problem("not_found", "There is no such address.")
        operation = operations.get(request.method or "")
        if operation is None:
            allowed = ", ".join(sorted(operations))
            raise Problem("method_not_allowed", f"Allowed here: {allowed}.", headers={"Allow": allowed})
        return operation.run(request, self.authenticate(request), parameters)
