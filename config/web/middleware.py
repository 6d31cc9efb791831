"""Size limit, request id and access log of every request."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .client import is_by_proxy, logged_address
from .errors import method_not_allowed, too_large, unreadable
from .logs import KEY, caller, pro_id, request_id

logger = logging.getLogger("vestibule.access")

# An upload of 10 MB with its form. JSON bodies have a lower limit of their own.
MAX_REQUEST = 11 * 1024 * 1024  # bytes
# A form without files. Its values are sent back with the error messages.
MAX_FORM = 2 * 1024 * 1024  # bytes
MAX_LENGTH_DIGITS = 18
# In the environment the status of a request that the web server could not read; no header field is named so.
UNREAD = "vestibule.unread"
# Of hexadecimal digits, as proxies make them and UUIDs are: no word fits in.
GIVEN_ID = re.compile(r"[0-9a-fA-F-]{8,36}")


class BodyLimitMiddleware:
    """Refuses a large body before it is read: the CSRF check alone would write it to disk.

    It also words what the web server could not read of a request (`config.serving.refusals`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if status := request.META.get(UNREAD):
            return unreadable(request, status)
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = body_limit(request.path, request.content_type or "")
        # Python makes no number of thousands of digits.
        if length.isdecimal() and (len(length) > MAX_LENGTH_DIGITS or int(length) > limit):
            return too_large(request, limit)
        return self.get_response(request)


def body_limit(path: str, content_type: str = "") -> int:
    """Maximum size of a request body for this path, in bytes."""
    usual = MAX_FORM if content_type == "application/x-www-form-urlencoded" else MAX_REQUEST
    uploads = settings.UPLOAD_LIMITS if content_type == "multipart/form-data" else {}
    limits = {**settings.BODY_LIMITS, **uploads}
    return next((size for start, size in limits.items() if path.startswith(start)), usual)


class MethodErrorMiddleware:
    """Gives the refusal of a method its page; Django's own has no body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = method_not_allowed(request)
        for name, value in response.headers.items():
            if name != "Content-Length":
                page.headers.setdefault(name, value)
        return page


class RequestIdMiddleware:
    """Gives each request an id (`request.request_id`, `X-Request-ID`) and logs one access line.

    The line holds the path alone, as a query string may contain personal data. Secrets in the path are masked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = _given_id(request) or uuid.uuid4().hex[:16]  # type: ignore[attr-defined]
        token, start = request_id.set(request.request_id), time.monotonic()  # type: ignore[attr-defined]
        caller_token, pro_token = caller.set("-"), pro_id.set(None)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            # Django logs a refusal after this.
            request.logged_caller, request.logged_pro = caller.get(), pro_id.get()  # type: ignore[attr-defined]
            _log_access(request, response.status_code, time.monotonic() - start)
            return response
        finally:
            request_id.reset(token)
            caller.reset(caller_token)
            pro_id.reset(pro_token)


def _given_id(request: HttpRequest) -> str:
    """The id that a trusted proxy has given to the request; "" for none, and for one that could hold words.

    Anybody else would put an id of their choice into the audit, or the same into many lines.
    """
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if GIVEN_ID.fullmatch(given) and is_by_proxy(request) else ""


def _log_access(request: HttpRequest, status: int, seconds: float) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    # Quoted: a path with line breaks must not forge a log line.
    path = quote(KEY.sub("***", request.path), safe="/*")
    match, address = request.resolver_match, logged_address(request)
    facts: dict[str, Any] = {"method": request.method, "route": match.route if match else None, "status": status}
    facts |= {"milliseconds": round(seconds * 1000, 1), "address": address or None}
    text = f"%s %s %d %.0fms{' %s' if address else ''}"
    given = [request.method, path, status, seconds * 1000, *([address] if address else [])]
    logger.info(text, *given, extra={"facts": facts})
