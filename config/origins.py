"""Views that programs in browsers may call from pages of other sites, and what is said of them (CORS).

Every other view is closed to them. Which sites may call for a Pro is asked in `config.accounts.cors`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

# Request headers besides those that are always allowed, and headers of an answer that a page may read.
REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "HX-Request")
ANSWER_HEADERS = (
    *("Location", "Idempotency-Replayed", "Retry-After", "RateLimit", "RateLimit-Policy"),
    *("X-Ignored-Parameters", "X-Request-ID", "HX-Push-Url"),
)


@dataclass(frozen=True)
class BrowserAccess:
    """Methods of a view that pages of allowed origins may use.

    `find_pro` gets the parameters of the address and returns the Pro that it belongs to; without it the token says
    whose it is, which a preflight does not carry.
    """

    methods: tuple[str, ...]
    find_pro: Callable[..., Any] | None = None


def open_to_origins(*methods: str, find_pro: Callable[..., Any] | None = None) -> Callable[[Any], Any]:
    """Mark a view that pages of origins which the Pro allows may call by these methods, and read what it answers."""

    def mark(view: Any) -> Any:
        view.browser_access = BrowserAccess(methods, find_pro)
        return view

    return mark


def access_of(view: Any) -> BrowserAccess | None:
    """Access of a view from pages of other sites, None for one that is closed."""
    return getattr(view, "browser_access", None)


def foreign_origin(request: HttpRequest) -> str:
    """The origin of the page that sent a request; "" for none and for pages of ours."""
    origin = request.META.get("HTTP_ORIGIN", "")
    return "" if origin in (settings.SITE_URL, f"{request.scheme}://{request.META.get('HTTP_HOST', '')}") else origin


def is_preflight(request: HttpRequest) -> bool:
    """True when a browser asks whether a page may send a request."""
    has_method = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META
    return request.method == "OPTIONS" and has_method and "HTTP_ORIGIN" in request.META
