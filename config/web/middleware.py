"""What happens to every request, whatever answers it."""

import logging
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .logs import request_id

logger = logging.getLogger("vestibule.access")


class RequestIdMiddleware:
    """Gives each request an id (`request.request_id`, `X-Request-ID`) and writes one access line.

    The line holds the path alone: a query string may carry what somebody searched for.
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
            logger.info("%s %s %d %.0fms", request.method, request.path, response.status_code, milliseconds)
            return response
        finally:
            request_id.reset(token)
