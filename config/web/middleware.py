"""What happens to every request, whatever answers it."""

import logging
import time
import uuid
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .errors import too_large
from .logs import KEY, request_id

logger = logging.getLogger("vestibule.access")

# An upload of 10 MB and what a form wraps around it. JSON bodies have a closer bound of their own.
MAX_REQUEST = 11 * 1024 * 1024  # bytes
# A form without files. What is typed into it comes back with what is wrong with it.
MAX_FORM = 2 * 1024 * 1024  # bytes


class BodyLimitMiddleware:
    """Refuses a body that is too large before anybody reads it: the CSRF check alone would write it to the disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > body_limit(request.path, request.content_type or ""):
            return too_large(request)
        return self.get_response(request)


def body_limit(path: str, content_type: str = "") -> int:
    """The most bytes that a request to this path may have."""
    usual = MAX_FORM if content_type == "application/x-www-form-urlencoded" else MAX_REQUEST
    return next((size for start, size in settings.BODY_LIMITS.items() if path.startswith(start)), usual)


class RequestIdMiddleware:
    """Gives each request an id (`request.request_id`, `X-Request-ID`) and writes one access line.

    The line holds the path alone: a query string may carry what somebody searched for. What is as long as a key in
    the path, such as a customer's address of an offer, is left out of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex[:16]  # type: ignore[attr-defined]
        token, start = request_id.set(request.request_id), time.monotonic()  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            milliseconds = (time.monotonic() - start) * 1000
            # Quoted, so that an address with line breaks in it forges no line.
            path = quote(KEY.sub("***", request.path), safe="/*")
            logger.info("%s %s %d %.0fms", request.method, path, response.status_code, milliseconds)
            return response
        finally:
            request_id.reset(token)
