"""A JSON route: a plain function with its method, scope, query, body and answer declared beside it.

    api = Api(dialect, title="…", authenticate=by_token)

    @api.endpoint("GET", "/<uuid:id>", scope="contacts:read", answer=ContactAnswer)
    def get_contact(caller, id): …

The function gets the caller, the path's parameters, and `query`, `body`, `form` and `key` where they are declared. It
returns the answer, or an HttpResponse when status or headers differ from the declared ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar, Protocol

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from .dialect import Dialect, json_response
from .errors import Problem
from .idempotency import AlreadyAnsweredError, RequestKey, read_key
from .reading import Body, Input, check_length, read_body, read_fields, read_query
from .uploads import Form, parse_form

type Handler = Callable[..., Any]


class CallerLike(Protocol):
    """Who is calling: for which tenant, and with which scopes."""

    @property
    def tenant(self) -> str: ...

    def allows(self, scope: str) -> bool: ...


@dataclass(frozen=True)
class Operation:
    """One declared route, below the prefix of its dialect."""

    method: str
    route: str
    handler: Handler
    _: KW_ONLY
    scope: str
    query: type[Input] | None = None
    body: type[Body] | None = None
    # The fields of a multipart body, the file among them.
    form: type[Body] | None = None
    answer: type[msgspec.Struct | FileResponse] | None = None
    # Kinds of problems beside the common ones.
    errors: tuple[str, ...] = ()
    # Honours Idempotency-Key: the handler runs in the transaction that stores its answer.
    is_creating: bool = False
    # Creates after work that takes long: the handler gets `key`, and holds it round what it writes alone. No other
    # writer waits for an upload or another machine.
    is_slow: bool = False

    @property
    def status(self) -> int:
        """Of success."""
        return 201 if self.is_creating else 200 if self.answer else 204

    def run(self, request: HttpRequest, caller: CallerLike, parameters: Mapping[str, Any]) -> HttpResponse:
        """The answer of the handler. Raises AlreadyAnsweredError for a request that was sent before, and Problem."""
        if not caller.allows(self.scope):
            raise Problem("forbidden", f"This token lacks the scope {self.scope}.")
        if self.body:
            check_length(request)
        form = parse_form(request, self.form) if self.form else None
        key = read_key(request, caller.tenant, form) if self.is_creating else RequestKey()
        if self.is_slow:
            key.replay()
            return self.respond(self.handler(caller, key=key, **parameters, **self._read(request, form)))
        with key.hold():
            return key.answer(self.respond(self.handler(caller, **parameters, **self._read(request, form))))

    def _read(self, request: HttpRequest, form: Form | None) -> dict[str, Any]:
        """What was sent, as the handler gets it. Raises Problem."""
        arguments: dict[str, Any] = {}
        if self.body:
            arguments["body"] = read_body(request, self.body)
        if self.query:
            arguments["query"] = read_query(request, self.query)
        if self.form and form:
            arguments["form"] = read_fields(form, self.form, is_text=True)
        return arguments

    def respond(self, result: Any) -> HttpResponse:
        if isinstance(result, HttpResponseBase):
            return result  # type: ignore[return-value]
        if self.status != 204:
            return json_response(result, self.status)
        response = HttpResponse(status=204)
        del response.headers["Content-Type"]  # There is nothing that would have one.
        return response


@dataclass(eq=False)
class Api:
    """The routes of one documented system, all in one dialect, all behind one way of knowing the caller.

    `authenticate(request)` returns the caller or raises Problem; `scopes` are the ones that exist.
    """

    dialect: Dialect
    _: KW_ONLY
    title: str
    authenticate: Callable[[HttpRequest], CallerLike]
    scopes: list[str]
    has_session: bool = False
    operations: list[Operation] = field(default_factory=list)
    registered: ClassVar[list["Api"]] = []

    def __post_init__(self) -> None:
        Api.registered.append(self)

    def endpoint(self, method: str, route: str, **declaration: Any) -> Callable[[Handler], Handler]:
        """Declare a route by the fields of its Operation."""

        def declare(handler: Handler) -> Handler:
            operation = Operation(method, route, handler, **declaration)
            if operation.scope not in self.scopes:
                address = self.dialect.prefix + route
                raise ImproperlyConfigured(f"{method} {address} needs one of the scopes {self.scopes}")
            self.operations.append(operation)
            return handler

        return declare

    @property
    def urls(self) -> list[URLPattern]:
        """One pattern a route, and one for everything else at and below the prefix: 404 in the dialect."""
        prefix, routes = self.dialect.prefix.lstrip("/"), dict[str, dict[str, Operation]]()
        for operation in self.operations:
            routes.setdefault(operation.route, {})[operation.method] = operation
        views = [path(prefix + route, self._view(operations)) for route, operations in routes.items()]
        return [*views, re_path(rf"^{prefix}(?:/|\Z)", self._view({}))]

    def _view(self, operations: dict[str, Operation]) -> Callable[..., HttpResponse]:
        """The view of one route, by method."""
        if "GET" in operations:
            operations["HEAD"] = operations["GET"]

        # Bearer tokens need no CSRF token; `authenticate` asks for one where it accepts a session.
        @csrf_exempt
        @login_not_required
        def view(request: HttpRequest, **parameters: Any) -> HttpResponse:
            try:
                if not operations:
                    raise Problem("not_found", "There is no such address.")
                if request.method not in operations:
                    allowed = ", ".join(sorted(operations))
                    raise Problem("method_not_allowed", f"Allowed here: {allowed}.", headers={"Allow": allowed})
                return operations[request.method].run(request, self.authenticate(request), parameters)
            except AlreadyAnsweredError as error:
                return error.response
            except Exception as error:
                if (problem := self.dialect.problem(error)) is None:
                    raise
                return self.dialect.respond(problem, request)

        return view
