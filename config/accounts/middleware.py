"""Sign-in for every page that is not marked public, and the Pro of a workspace page."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect

from config.web.typed import page_before

from .resending import answer_ended_session


class UserLocaleMiddleware(MiddlewareMixin):
    """Activate the language and time zone: of the signed-in user and its Pro, else by Accept-Language and settings."""

    def process_request(self, request: HttpRequest) -> None:
        user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if user is not None and user.is_authenticated:
            language, pro = user.language, user.pro
        else:
            language, pro = translation.get_language_from_request(request), None
        translation.activate(language)
        timezone.activate(zoneinfo.ZoneInfo(pro.time_zone if pro else settings.TIME_ZONE))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


def without_gate(view: Any) -> Any:
    """Mark a view as open to a Pro whose CNI gate is active."""
    view.without_gate = True
    return view


def without_pro(view: Any) -> Any:
    """Mark a page as open to staff without a Pro."""
    view.without_pro = True
    return view


class WorkspaceMiddleware(LoginRequiredMiddleware):
    """Require sign-in, then set the user's Pro (`request.pro`), then check its CNI gate.

    `login_not_required` marks public pages and JSON routes, which check their caller themselves.
    """

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        if request.resolver_match and request.resolver_match.app_name == "admin":
            return None
        return self._enter_workspace(request, view_func)

    def _enter_workspace(self, request: HttpRequest, view_func: Any) -> HttpResponse | None:
        pro = request.user.pro  # type: ignore[union-attr]
        if pro is None:
            if getattr(view_func, "without_pro", False):
                return None
            if request.user.is_staff:
                return redirect("admin:index")
            raise PermissionDenied
        request.pro = pro  # type: ignore[attr-defined]
        if pro.is_gated and not getattr(view_func, "without_gate", False):
            return self._redirect(request, redirect("accounts:identity"))
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep private pages out of caches, and tell page and fragment at one address apart."""
        if hasattr(request, "pro"):
            patch_vary_headers(response, ["HX-Request", "HX-Target"])
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def handle_no_permission(self, request: Any, view_func: Any) -> Any:
        # After sign-in, return to the page, not to the fragment or action that was requested.
        is_page = request.method == "GET" and not request.htmx
        return answer_ended_session(request, request.get_full_path() if is_page else page_before(request))

    @staticmethod
    def _redirect(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        # htmx would put the whole other page in place of a fragment: tell it to leave the page.
        return HttpResponseClientRedirect(response["Location"]) if request.htmx else response  # type: ignore[attr-defined]
