"""Pages of other sites: which may call for a Pro, and what a browser is told that asks (CORS)."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve
from django.utils.cache import patch_vary_headers

from config.api.dialect import no_content
from config.api.endpoint import Api
from config.api.errors import ProblemError
from config.origins import ANSWER_HEADERS, REQUEST_HEADERS, BrowserAccess, access_of, foreign_origin, is_preflight
from config.wall.naming import name_pro

from .models import AllowedOrigin, Pro

CLOSED = "Pages of other sites may not call this address by this method."
NOT_ALLOWED = "This origin is not allowed. The Pro adds it in the workspace, under Settings, Browser programs."
# What the answer to a preflight depends on, and how long a browser keeps it, in seconds.
ASKED = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
MAX_AGE = "600"


class CorsMiddleware:
    """Answers preflights, and lets pages of allowed origins read the answers of the views that are open to them.

    An origin is named as it is, never "*", and never with credentials: no cookie counts here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = foreign_origin(request)
        if origin and is_preflight(request):
            return _answer_preflight(request, origin)
        response = self.get_response(request)
        match = request.resolver_match
        access = access_of(match.func) if match else None
        if match is None or access is None or request.method not in access.methods:
            return response
        patch_vary_headers(response, ["Origin"])
        if origin and _may_read(request, match, access, origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = ", ".join(ANSWER_HEADERS)
        return response


def check_origin(request: HttpRequest, pro: Pro) -> None:
    """Refuse a request from a page of another site whose origin the caller's Pro does not allow.

    Raises ProblemError (forbidden), before anything is done. Routes that are closed to browsers are left alone: no
    browser sends a token there.
    """
    origin, match = foreign_origin(request), request.resolver_match
    access = access_of(match.func) if match else None
    if not origin or access is None or request.method not in access.methods:
        return
    request.is_readable = AllowedOrigin.objects.is_allowed(origin, pro)  # type: ignore[attr-defined]
    if not request.is_readable:  # type: ignore[attr-defined]
        raise ProblemError("forbidden", NOT_ALLOWED)


def _may_read(request: HttpRequest, match: ResolverMatch, access: BrowserAccess, origin: str) -> bool:
    """True when a page of the origin may read the answer; of a caller who is not known yet, when any Pro allows it."""
    if (known := getattr(request, "is_readable", None)) is not None:
        return known
    return _is_allowed(match, access, origin)


def _is_allowed(match: ResolverMatch, access: BrowserAccess, origin: str) -> bool:
    # The caller is not known, and the connection may have named the Pro of another one before.
    name_pro(None)
    if access.find_pro is None:
        return AllowedOrigin.objects.is_allowed(origin)
    pro = access.find_pro(**match.kwargs)
    return pro is not None and AllowedOrigin.objects.is_allowed(origin, pro)


def _answer_preflight(request: HttpRequest, origin: str) -> HttpResponse:
    match = _find_view(request)
    access = access_of(match.func) if match else None
    method = request.META["HTTP_ACCESS_CONTROL_REQUEST_METHOD"]
    if match is None or access is None or method not in access.methods:
        response = _refuse(request, CLOSED)
    elif not _is_allowed(match, access, origin):
        response = _refuse(request, NOT_ALLOWED)
    else:
        response = no_content()
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = ", ".join(access.methods)
        response.headers["Access-Control-Allow-Headers"] = ", ".join(REQUEST_HEADERS)
        response.headers["Access-Control-Max-Age"] = MAX_AGE
    patch_vary_headers(response, ASKED)
    return response


def _find_view(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Http404:
        return None


def _refuse(request: HttpRequest, text: str) -> HttpResponse:
    """403 without any header that would open something, in the dialect of the address."""
    if api := Api.at(request.path):
        return api.dialect.respond(ProblemError("forbidden", text), request)
    return HttpResponse(text + "\n", "text/plain; charset=utf-8", HTTPStatus.FORBIDDEN)
