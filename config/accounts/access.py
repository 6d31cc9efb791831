"""The caller of a JSON route, by token or session."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, resolve_url

from config.api.dialect import Error, ErrorBody, json_response
from config.api.errors import ProblemError
from config.wall.naming import name_pro
from config.web.aside import write_aside
from config.web.client import client_place
from config.web.isolation import is_foreign_fetch
from config.web.limits import Limit
from config.web.logs import note_caller

from .models import ApiToken, Pro, User

REQUESTS = Limit("api", settings.API_REQUESTS_PER_MINUTE, 60, batch=10)
# What members may not do by their session, as on the pages that are marked `for_owners`.
OWNERS_SYSTEMS = {"privacy", "webhooks"}
REFUSALS = Limit("api-refused", 60, 60)


@dataclass(frozen=True)
class Caller:
    """A Pro, with the token or the user (by session) that calls for it."""

    pro: Pro
    token: ApiToken | None = None
    user: User | None = None

    @property
    def tenant(self) -> str:
        return str(self.pro.pk)

    @property
    def actor(self) -> Any:
        """The token or the user, for the record."""
        return self.token or self.user

    def allows(self, scope: str) -> bool:
        """True when the token has this scope, or the user's role covers it."""
        if self.token is not None:
            return self.token.allows(scope)
        return self.user is not None and (self.user.is_owner or scope.partition(":")[0] not in OWNERS_SYSTEMS)


def by_token(request: HttpRequest) -> Caller:
    """The caller by `Authorization: Bearer`. Raises ProblemError: unauthenticated or rate_limited."""
    scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    is_bearer = scheme.lower() == "bearer" and text.isprintable()  # PostgreSQL fails on a NUL
    token = ApiToken.objects.authenticate(text.strip()) if is_bearer else None
    if token is None:
        raise _unauthenticated(request)
    note_caller(f"token:{token.pk}", token.pro_id)
    _count_request(request, f"token:{token.pk}")
    name_pro(token.pro_id)
    write_aside(token.note_use)
    return Caller(token.pro, token=token)


def by_token_or_session(request: HttpRequest) -> Caller:
    """The caller by `Authorization: Bearer`, or without that header by session and CSRF token.

    Raises ProblemError: unauthenticated, forbidden or rate_limited.
    """
    if "HTTP_AUTHORIZATION" in request.META:
        return by_token(request)
    user = request.user
    if not user.is_authenticated or user.pro is None:
        raise _unauthenticated(request)
    if user.has_to_set_up:
        raise ProblemError("forbidden", "A second factor is required of the user, which has yet to be set up.")
    if is_foreign_fetch(request):
        raise ProblemError("forbidden", "A page of another site may not ask this with somebody's session.")
    if reason := _check_csrf(request):
        raise ProblemError("forbidden", f"The CSRF token is missing or wrong ({reason}).")
    note_caller(f"user:{user.pk}", user.pro.pk)
    _count_request(request, f"user:{user.pk}")
    name_pro(user.pro.pk)
    return Caller(user.pro, user=user)


def open_to_tokens[**P](view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view that needs a sign-in be read with a token of any scope too. A bad token is refused as JSON."""

    @login_not_required
    @wraps(view)
    def open_view(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if "HTTP_AUTHORIZATION" in request.META:
            try:
                by_token(request)
            except ProblemError as problem:
                status = 429 if problem.kind == "rate_limited" else 401
                return json_response(ErrorBody(Error(problem.kind, problem.message)), status, problem.headers)
        elif not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
        elif request.user.has_to_set_up:
            return redirect("accounts:second_factor")
        return view(request, *args, **kwargs)

    return open_view


def _count_request(request: HttpRequest, key: str) -> None:
    wait = REQUESTS.hit(key)
    # Sent by `config.api.endpoint`.
    request.limit_headers = REQUESTS.describe(key)  # type: ignore[attr-defined]
    if wait:
        raise _rate_limited(wait)


def _unauthenticated(request: HttpRequest) -> ProblemError:
    # A request without credentials guesses no token, so it is not counted.
    if "HTTP_AUTHORIZATION" in request.META and (wait := REFUSALS.hit(client_place(request))):
        return _rate_limited(wait)
    message = "Send a valid token as Authorization: Bearer."
    return ProblemError("unauthenticated", message, headers={"WWW-Authenticate": "Bearer"})


def _rate_limited(wait: int) -> ProblemError:
    return ProblemError(
        "rate_limited", f"Too many requests. Try again in {wait} s.", headers={"Retry-After": str(wait)}
    )


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _check_csrf(request: HttpRequest) -> str | None:
    """The reason why the CSRF check of a session request fails; None when it passes or is not needed."""
    check = _CsrfCheck(lambda request: None)  # type: ignore[arg-type]
    check.process_request(request)
    return check.process_view(request, None, (), {})  # type: ignore[return-value, arg-type]
