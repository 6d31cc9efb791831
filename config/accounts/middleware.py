"""Sign-in for every page that is not marked public, and the Pro of a workspace page."""

import zoneinfo
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions import middleware as sessions
from django.core.exceptions import PermissionDenied
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect

from config.api.endpoint import Api
from config.wall.naming import name_pro
from config.web.aside import write_aside
from config.web.logs import note_caller
from config.web.typed import page_before

from .models import User
from .refusing import refuse_member
from .resending import answer_ended_session
from .sessions import GO_ON

# Elements of pages that ask for news by themselves: an open page is not somebody at work.
POLLS = {"arrivals", "thread"}


class BearerMiddleware:
    """Answers JSON requests with a token and without cookies before the middleware that follows.

    A session, its user, CSRF tokens, messages, htmx and static files are for browsers. What else the middleware after
    this one does for a response is done here: the host is checked, the reader's language activated and named, the
    length stated. tests/api/test_bearer.py compares the two ways, header by header.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answer: Callable[[HttpRequest], Any] = convert_exception_to_response(_answer)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_AUTHORIZATION" not in request.META or "HTTP_COOKIE" in request.META or not Api.at(request.path):
            return self.get_response(request)
        request.get_host()
        activate_locale(request, None)
        response = self.answer(request)
        _name_language(response)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


def _answer(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match = Api.resolve(request.path_info)
    return match.func(request, *match.args, **match.kwargs)


class SessionMiddleware(sessions.SessionMiddleware):
    """Django's, and a session that is used goes on: row and cookie are renewed every few minutes."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        session: Any = request.session
        is_used = session.accessed and not session.modified and request.headers.get("HX-Trigger") not in POLLS
        if is_used and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and session.is_due:
            write_aside(session.touch)
            response.set_cookie(
                settings.SESSION_COOKIE_NAME,
                session.session_key,
                max_age=settings.SESSION_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=settings.SESSION_COOKIE_HTTPONLY,
                samesite=settings.SESSION_COOKIE_SAMESITE,  # type: ignore[arg-type]
            )
        return response


def activate_locale(request: HttpRequest, user: User | None) -> None:
    """Activate the language and time zone of a user and its Pro; of nobody by Accept-Language and settings."""
    language = user.language if user else translation.get_language_from_request(request)
    translation.activate(language)
    timezone.activate(zoneinfo.ZoneInfo(user.pro.time_zone if user and user.pro else settings.TIME_ZONE))


def _name_language(response: HttpResponse) -> None:
    response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)


class UserLocaleMiddleware(MiddlewareMixin):
    """Activate the language and time zone: of the signed-in user and its Pro, else by Accept-Language and settings."""

    def process_request(self, request: HttpRequest) -> None:
        user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        activate_locale(request, user if user is not None and user.is_authenticated else None)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        _name_language(response)
        return response


def without_gate(view: Any) -> Any:
    """Mark a view as open to a Pro whose CNI gate is active."""
    view.without_gate = True
    return view


def without_pro(view: Any) -> Any:
    """Mark a page as open to staff without a Pro."""
    view.without_pro = True
    return view


def for_owners(view: Any) -> Any:
    """Mark a page or an action as one that the owners of a Pro alone may open."""
    view.for_owners = True
    return view


def without_factor(view: Any) -> Any:
    """Mark a page as open to who has yet to set up the second factor that their office requires."""
    view.without_factor = True
    return view


class WorkspaceMiddleware(LoginRequiredMiddleware):
    """Require sign-in, then a second factor if the office wants one, then set `request.pro`, then check gate and role.

    `login_not_required` marks public pages and JSON routes, which check their caller themselves.
    """

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            # Pages for everybody find their Pro by a key; JSON names the caller's.
            name_pro(None)
            return None
        if not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        note_caller(f"user:{request.user.pk}", request.user.pro_id)
        if request.user.has_to_set_up and not getattr(view_func, "without_factor", False):
            return self._lead_to_set_up(request, view_func)
        if request.resolver_match and request.resolver_match.app_name == "admin":
            # Staff see what their permissions allow.
            name_pro(None)
            return None
        return self._enter_workspace(request, view_func)

    def _lead_to_set_up(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        """Lead to the page to set up a second factor.

        A session that began before one was required ends: the sign-in keeps what is typed at that moment.
        """
        if GO_ON in request.session:
            return self._redirect(request, redirect("accounts:second_factor"))
        logout(request)
        return self.handle_no_permission(request, view_func)

    def _enter_workspace(self, request: HttpRequest, view_func: Any) -> HttpResponse | None:
        pro = request.user.pro  # type: ignore[union-attr]
        request.is_private = True  # type: ignore[attr-defined]
        if pro is None:
            if getattr(view_func, "without_pro", False):
                return None
            if request.user.is_staff:
                return redirect("admin:index")
            raise PermissionDenied
        request.pro = pro  # type: ignore[attr-defined]
        name_pro(pro.pk)
        if pro.is_gated and not getattr(view_func, "without_gate", False):
            return self._redirect(request, redirect("accounts:identity"))
        if getattr(view_func, "for_owners", False) and not request.user.is_owner:  # type: ignore[union-attr]
            return refuse_member(request, pro)
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep private pages out of caches, and tell page and fragment at one address apart."""
        if hasattr(request, "is_private"):
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
