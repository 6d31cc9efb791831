"""JSON routes: plain functions, each declared with its method, scope, query, body and answer.

    api = Api(dialect, title="…", authenticate=by_token)

    @api.endpoint("GET", "/<uuid:id>", scope="contacts:read", answer=ContactAnswer)
    def get_contact(caller, id): …

The function gets the caller, the parameters of the path, and `query`, `body` and `key` if they are declared. It returns
the answer, or an HttpResponse if it sets headers.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import ResolverMatch, URLPattern, URLResolver, path, re_path
from django.urls.resolvers import RegexPattern
from django.views.decorators.csrf import csrf_exempt

from config.origins import open_to_origins

from .conditions import check_match, with_etag
from .dialect import Dialect, json_response, no_content
from .errors import ProblemError
from .idempotency import AlreadyAnsweredError, read_key
from .reading import Body, Input, read_query

type Handler = Callable[..., Any]
# Scope of a route that every token may call.
ANY_SCOPE = "any"
# Parameters named in X-Ignored-Parameters, and characters of each.
MAX_IGNORED, MAX_NAME = 20, 50
NO_ADDRESS = "There is no such address."


class CallerLike(Protocol):
    """Caller of a route, with its tenant and scopes."""

    @property
    def tenant(self) -> str: ...

    def allows(self, scope: str) -> bool: ...


@dataclass(eq=False, kw_only=True)
class Operation:
    """Declaration of one route; `route` is relative to the prefix of the dialect."""

    method: str
    route: str
    handler: Handler
    scope: str
    query: type[Input] | None = None
    body: type[Body] | None = None
    answer: type[msgspec.Struct | FileResponse] | None = None
    # Kinds of problems in addition to the common ones.
    errors: tuple[str, ...] = ()
    # Accepts Idempotency-Key: the handler gets `key`, and holds it while it writes. Slow work comes before, so that no
    # other writer waits for an upload or another server.
    is_creating: bool = False
    # The same for a route that creates nothing.
    takes_key: bool = False
    # A PUT that creates what is not there, with 201.
    may_create: bool = False
    # Pages of origins that the caller's Pro allows may call it from a browser.
    is_open_to_browsers: bool = False
    # One of the Api's tags, if it is not the first.
    tag: str = ""
    # Locks the row that the route changes and returns what its GET answers, for If-Match.
    current: Handler | None = None

    def run(self, request: HttpRequest, caller: CallerLike, arguments: dict[str, Any]) -> HttpResponse:
        """Check the scope, add the input to `arguments`, the parameters of the path, and call the handler.

        Raises ProblemError, and AlreadyAnsweredError for a repeated request.
        """
        ids = dict(arguments)
        if self.scope != ANY_SCOPE and not caller.allows(self.scope):
            raise ProblemError("forbidden", f"This token lacks the scope {self.scope}.")
        if self.body:
            if request.content_type != self.body.media_type:
                raise ProblemError("unsupported_media_type", f"Send the body as {self.body.media_type}.")
            received = self.body.receive(request)
            # A repeated request is answered before its body is validated.
            if self.has_key:
                arguments["key"] = read_key(request, caller.tenant, received)
            arguments["body"] = self.body.parse(received)
        if self.query:
            arguments["query"] = read_query(request, self.query)
        if self.has_key and not self.body:
            arguments["key"] = read_key(request, caller.tenant, msgspec.json.encode(arguments.get("query")))
        with self._matching(request, caller, ids):
            answer = self.handler(caller, **arguments)
        return self._respond(request, answer)

    @contextmanager
    def _matching(self, request: HttpRequest, caller: CallerLike, ids: dict[str, Any]) -> Iterator[None]:
        """Run the block if the row is as If-Match says, and keep it so meanwhile."""
        expected = request.headers.get("If-Match")
        if expected is None or self.current is None:
            yield
            return
        with transaction.atomic():
            check_match(expected, self.current(caller, **ids))
            yield

    def _respond(self, request: HttpRequest, answer: Any) -> HttpResponse:
        if isinstance(answer, HttpResponse | FileResponse):
            return with_etag(request, answer) if self.has_etag else answer  # type: ignore[return-value, arg-type]
        if self.answer:
            return with_etag(request, json_response(answer)) if self.has_etag else json_response(answer)
        return no_content()

    @property
    def has_key(self) -> bool:
        """True for a route that accepts Idempotency-Key."""
        return self.is_creating or self.takes_key

    @property
    def has_etag(self) -> bool:
        """True for an answer that is one resource, whose address ends in its id."""
        return self.method in ("GET", "PUT", "PATCH") and self.route.endswith(">")

    @cached_property
    def parameters(self) -> set[str]:
        """Parameters of the query that the route reads."""
        inputs = [self.query] if self.query else [self.body] if self.body and self.body.reads_query else []
        return {field.encode_name for each in inputs for field in msgspec.structs.fields(each)}


@dataclass(eq=False)
class Api:
    """Documented API with its routes. `authenticate` returns the caller of a request or raises ProblemError."""

    dialect: Dialect
    title: str
    description: str
    # Groups of routes by name, with what they are about; the first is that of a route which names none.
    tags: Mapping[str, str]
    authenticate: Callable[[HttpRequest], CallerLike]
    scopes: list[str]
    has_session: bool = False
    # By name of a Struct a value that fits it, for the document.
    examples: Mapping[str, Any] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    registered: ClassVar[list["Api"]] = []

    def __post_init__(self) -> None:
        Api.registered.append(self)

    @classmethod
    def at(cls, path: str) -> "Api | None":
        """Api of `path`, None outside of all."""
        return next((api for api in cls.registered if f"{path}/".startswith(f"{api.dialect.prefix}/")), None)

    @classmethod
    def beside(cls, path: str) -> "Api | None":
        """Api of `path`, or else the first one below the same folder: of /api/v1/contacts for /api/v1/contatcs."""
        folders = ((api, api.dialect.prefix.rpartition("/")[0]) for api in cls.registered)
        near = [(api, folder) for api, folder in folders if folder and f"{path}/".startswith(f"{folder}/")]
        return cls.at(path) or max(near, key=lambda pair: len(pair[1]), default=(None, ""))[0]

    @classmethod
    def resolve(cls, path: str) -> ResolverMatch:
        """The view of a path below the prefix of an Api. Raises Http404 for any other."""
        return _resolver().resolve(path)

    def endpoint(self, method: str, route: str, *, scope: str, **declaration: Any) -> Callable[[Handler], Handler]:
        """Declare a route: `declaration` are fields of Operation. Raises ImproperlyConfigured for an unknown scope."""
        if scope not in (*self.scopes, ANY_SCOPE):
            raise ImproperlyConfigured(f"{method} {self.dialect.prefix}{route} needs one of the scopes {self.scopes}")

        def declare(handler: Handler) -> Handler:
            self.operations.append(Operation(method=method, route=route, handler=handler, scope=scope, **declaration))
            return handler

        return declare

    @cached_property
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
            response = answer(request, parameters)
            _set_headers(request, response, operations.get(request.method or ""))
            return response

        if opened := [method for method, operation in operations.items() if operation.is_open_to_browsers]:
            view = open_to_origins(*opened)(view)

        def answer(request: HttpRequest, parameters: dict[str, Any]) -> HttpResponse:
            try:
                if not operations:
                    raise ProblemError("not_found", NO_ADDRESS)
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


def _set_headers(request: HttpRequest, response: HttpResponse, operation: Operation | None) -> None:
    """Say how much of the limit is left, and which parameters of the query mean nothing here."""
    # Most of it is about people.
    response.headers.setdefault("Cache-Control", "private, no-store")
    # Set by `authenticate`.
    for name, value in getattr(request, "limit_headers", {}).items():
        response.headers[name] = value
    # A query of a thousand parameters has been refused, or means nothing here.
    with suppress(SuspiciousOperation):
        if operation and request.META.get("QUERY_STRING"):
            ignored = [name for name in request.GET if name not in operation.parameters]
            if ignored:
                names = (quote(name[:MAX_NAME], safe="") for name in ignored[:MAX_IGNORED])
                response.headers["X-Ignored-Parameters"] = ", ".join(names)


@cache
def _resolver() -> URLResolver:
    """The routes of every Api; all URLs of the product are ten times as many."""
    return URLResolver(RegexPattern(r"^/"), [pattern for api in Api.registered for pattern in api.urls])
