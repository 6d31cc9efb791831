"""Headers that say what pages of ours may do, and the refusal of what pages of other sites ask for.

A browser says in Sec-Fetch-… headers (Fetch Metadata) whose page asks, and for what; without them nothing is refused
here, and the CSRF token and SameSite cookies hold alone.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.csp import CSP

from . import errors
from .csp import REPORTS_PATH

# Pages copy a token, ask for a passkey, show pictures and play sounds of messages; they ask the browser for no more.
_OFF = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media"),
    *("gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts"),
    *("magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock"),
    *("serial", "storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking"),
)
_ON = ("clipboard-write", "fullscreen", "publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS_POLICY = ", ".join([*(f"{name}=()" for name in _OFF), *(f"{name}=(self)" for name in _ON)])
DOCUMENT = "text/html"
# By media type. A browser that shows JSON runs, loads and frames nothing.
HEADERS = {
    DOCUMENT: {"Permissions-Policy": PERMISSIONS_POLICY, "Reporting-Endpoints": f'csp="{REPORTS_PATH}"'},
    "application/json": {"Content-Security-Policy": f"default-src {CSP.NONE}; frame-ancestors {CSP.NONE}"},
}
LINK_METHODS, LINK_DESTINATIONS = ("GET", "HEAD"), ("document", "")


def open_to_other_sites(view: Any) -> Any:
    """Mark a public view whose answers pages of other sites may show, such as a picture."""
    view.is_open_to_other_sites = True
    return view


class ResourcePolicyMiddleware:
    """Keeps other sites from embedding what is served here, and switches off what documents do not use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        is_open = match is not None and getattr(match.func, "is_open_to_other_sites", False)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_open else "same-origin")
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        for name, value in HEADERS.get(media_type, {}).items():
            response.headers.setdefault(name, value)
        if media_type == DOCUMENT and match is not None and match.app_name == "admin":
            response._csp_config = settings.ADMIN_CSP  # type: ignore[attr-defined]
        return response


class FetchMetadataMiddleware:
    """Refuses what a page of another site asks for, other than by a link to a page.

    What needs no CSRF token is left to its view: webhooks, public forms, JSON (see `config.accounts.access`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, arguments: Any, named: Any) -> HttpResponse | None:
        if not is_foreign_fetch(request) or getattr(view, "csrf_exempt", False):
            return None
        return None if getattr(view, "is_open_to_other_sites", False) else errors.from_another_site(request)


def is_foreign_fetch(request: HttpRequest) -> bool:
    """True when a page of another site sent the request, and not by a link that somebody followed."""
    if request.META.get("HTTP_SEC_FETCH_SITE") != "cross-site":
        return False
    is_link = request.META.get("HTTP_SEC_FETCH_MODE") == "navigate" and request.method in LINK_METHODS
    return not (is_link and request.META.get("HTTP_SEC_FETCH_DEST", "") in LINK_DESTINATIONS)
