"""JSON routes: plain functions, each declared with its method, scope, query, body and answer.

    api = Api(dialect, title="…", authenticate=by_token)

    @api.endpoint("GET", "/<uuid:id>", scope="contacts:read", answer=ContactAnswer)
    def get_contact(caller, id): …

The function gets the caller, the parameters of the path, and `query`, `body`, `form` and `key` if they are declared. It
returns the answer, or an HttpResponse if it sets headers.
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
from .errors import ProblemError
from .idempotency import AlreadyAnsweredError, RequestKey, read_key
from .reading import Body, Input, check_length, read_body, read_fields, read_query
from .uploads import Form, parse_form

type Handler = Callable[..., Any]


class CallerLike(Protocol):
    """Caller of a route, with its tenant and scopes."""

    @property
    def tenant(self) -> str: ...

    def allows(self, scope: str) -> bool: ...


@dataclass(frozen=True)
class Operation:
    """Declaration of one route; `route` is relative to the prefix of the dialect."""

    method: str
    route: str
    handler: Handler
    _: KW_ONLY
    scope: str
    query: type[Input] | None = None
    body: type[Body] | None = None
    # Fields of a multipart body, one of them `file`.
    form: type[Body] | None = None
    answer: type[msgspec.Struct | FileResponse] | None = None
    # Kinds of problems in addition to the common ones.
    errors: tuple[str, ...] = ()
    # Accepts Idempotency-Key: the handler runs in the transaction that stores its response.
    is_creating: bool = False
    # Does slow work before it creates: the handler gets `key`, and holds it only while it writes. So no other writer
    # waits for an upload or another server.
    is_slow: bool = False

    @property
    def status(self) -> int:
        """HTTP status of success."""
        return 201 if self.is_creating else 200 if self.answer else 204

    def run(self, request: HttpRequest, caller: CallerLike, parameters: Mapping[str, Any]) -> HttpResponse:
        """Check the scope, read the input and call the handler.

        Raises ProblemError, and AlreadyAnsweredError for a repeated request.
        """
        if not caller.allows(self.scope):
            raise ProblemError("forbidden", f"This token lacks the scope {self.scope}.")
        if self.body:
            check_length(request)
        form = parse_form(request, self.form) if self.form else None
        key = read_key(request, caller.tenant, form) if self.is_creating else RequestKey()
        if self.is_slow:
            key.replay()
            return self._respond(self.handler(caller, key=key, **parameters, **self._read_input(request, form)))
        with key.hold():
            return key.answer(self._respond(self.handler(caller, **parameters, **self._read_input(request, form))))

    def _read_input(self, request: HttpRequest, form: Form | None) -> dict[str, Any]:
        """Read what the handler gets of the request, as keyword arguments. Raises ProblemError."""
        arguments: dict[str, Any] = {}
        if self.body:
            arguments["body"] = read_body(request, self.body)
        if self.query:
            arguments["query"] = read_query(request, self.query)
        if self.form and form:
            arguments["form"] = read_fields(form, self.form, is_text=True)
        return arguments

    def _respond(self, result: Any) -> HttpResponse:
        if isinstance(result, HttpResponseBase):
            return result  # type: ignore[return-value]
        if self.status != 204:
            return json_response(result, self.status)
        response = HttpResponse(status=204)
        del response.headers["Content-Type"]
        return response


@dataclass(eq=False)
class Api:
    """Documented API with its routes. `authenticate` returns the caller of a request or raises ProblemError."""

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
        """Declare a route: `declaration` are fields of Operation. Raises ImproperlyConfigured for an unknown scope."""

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
        """URL patterns: one per route, and a last one that answers 404 below the prefix."""
        prefix, routes = self.dialect.prefix.lstrip("/"), dict[str, dict[str, Operation]]()
        for operation in self.operations:
            routes.setdefault(operation.route, {})[operation.method] = operation
        views = [path(prefix + route, self._view(operations)) for route, operations in routes.items()]
        return [*views, re_path(rf"^{prefix}(?:/|\Z)", self._view({}))]

    def _view(self, operations: dict[str, Operation]) -> Callable[..., HttpResponse]:
        """View of one route; `operations` by method, none for a 404."""
        if "GET" in operations:
            operations["HEAD"] = operations["GET"]

        # Bearer tokens need no CSRF token; `authenticate` requires one for a session.
        @csrf_exempt
        @login_not_required
        def view(request: HttpRequest, **parameters: Any) -> HttpResponse:
            try:
                if not operations:
                    raise ProblemError("not_found", "There is no such address.")
                if request.method not in operations:
                    allowed = ", ".join(sorted(operations))
                    raise ProblemError("method_not_allowed", f"Allowed here: {allowed}.", headers={"Allow": allowed})
                return operations[request.method].run(request, self.authenticate(request), parameters)
            except AlreadyAnsweredError as error:
                return error.response
            except Exception as error:
                if (problem := self.dialect.translate(error)) is None:
                    raise
                return self.dialect.respond(problem, request)

        return view
