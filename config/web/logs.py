"""The request's id in every log line."""

import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Puts the id of the request being answered on the record; "-" outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a refusal after the middleware is through, and then brings the request along.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", request_id.get())
        return True
