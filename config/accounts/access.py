"""Who is calling a JSON route."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware

from config.api.errors import Problem
from config.web.client import client_place
from config.web.limits import Limit

from .models import ApiToken, Pro, User

REQUESTS = Limit("api", settings.API_REQUESTS_PER_MINUTE, 60, batch=10)
REFUSALS = Limit("api-refused", 60, 60)


@dataclass(frozen=True)
class Caller:
    """A Pro, and the program (`token`) or the person (`user`, by session) that speaks for it."""

    pro: Pro
    token: ApiToken | None = None
    user: User | None = None

    @property
    def tenant(self) -> str:
        return str(self.pro.pk)

    def allows(self, scope: str) -> bool:
        return self.token is None or self.token.allows(scope)


def by_token(request: HttpRequest) -> Caller:
    """The caller by `Authorization: Bearer`. Raises Problem: unauthenticated or rate_limited."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    is_bearer = kind.lower() == "bearer" and text.isprintable()  # PostgreSQL would choke on a NUL
    token = ApiToken.objects.authenticate(text.strip()) if is_bearer else None
    if token is None:
        raise _refusal(request)
    _count(f"token:{token.pk}")
    token.note_use()
    return Caller(token.pro, token=token)


def by_token_or_session(request: HttpRequest) -> Caller:
    """As `by_token`; without that header also the browser's session, then with its CSRF token."""
    if "Authorization" in request.headers:
        return by_token(request)
    user = request.user
    if not user.is_authenticated or user.pro is None:
        raise _refusal(request)
    if reason := _csrf_fault(request):
        raise Problem("forbidden", f"The CSRF token is missing or wrong ({reason}).")
    _count(f"user:{user.pk}")
    return Caller(user.pro, user=user)


def _count(key: str) -> None:
    if wait := REQUESTS.hit(key):
        raise _too_many(wait)


def _refusal(request: HttpRequest) -> Problem:
    # A request without credentials is no guess at any: it costs nothing and counts nothing.
    if "Authorization" in request.headers and (wait := REFUSALS.hit(client_place(request))):
        return _too_many(wait)
    message = "Send a valid token as Authorization: Bearer."
    return Problem("unauthenticated", message, headers={"WWW-Authenticate": "Bearer"})


def _too_many(wait: int) -> Problem:
    return Problem("rate_limited", f"Too many requests. Try again in {wait} s.", headers={"Retry-After": str(wait)})


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _csrf_fault(request: HttpRequest) -> str | None:
    """Why the CSRF check of a session request fails; None when it passes or is not asked for."""
    check = _CsrfCheck(lambda request: None)  # type: ignore[arg-type]
    check.process_request(request)
    return check.process_view(request, None, (), {})  # type: ignore[return-value, arg-type]
