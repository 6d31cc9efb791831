"""One line a second while the database is away, and no traceback for each request."""

import logging
import threading
from copy import copy
from time import monotonic
from typing import Any

from django.db import InterfaceError, OperationalError

# Of PostgreSQL: the connection, the server that ends or starts, and too many connections.
CODES = ("08", "57P", "53")
UNAVAILABLE = 503
# For so long after the last sign of it, what is refused is refused for it.
LASTS = 5.0
EACH = 1.0


def is_outage(error: BaseException | None) -> bool:
    """True if the database does not answer; not for a statement that it refuses, or that took too long."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause: Any = error.__cause__
    if hasattr(cause, "sqlstate"):
        return cause.sqlstate is None or cause.sqlstate.startswith(CODES)
    return "unable to open database file" in str(error)


class OutageFilter(logging.Filter):
    """Lets one line a second through while the database does not answer, without its traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._seen_at = self._written_at = -LASTS
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool | logging.LogRecord:
        now = monotonic()
        error = record.exc_info[1] if record.exc_info else None
        with self._lock:
            if is_outage(error):
                self._seen_at = now
            elif not (now - self._seen_at < LASTS and _is_refusal(record)):
                return True
            if now - self._written_at < EACH:
                self._left_out += 1
                return False
            self._written_at, left_out, self._left_out = now, self._left_out, 0
        # Other handlers get theirs as it is.
        record = copy(record)
        if error is not None:
            record.msg, record.args = "the database does not answer: %s", (type(error).__name__,)
            record.exc_info, record.exc_text = None, None
        if left_out:
            record.msg, record.args = "%s (and %d lines like it)", (record.getMessage(), left_out)
        return record


def _is_refusal(record: logging.LogRecord) -> bool:
    """True for the line of a request that was answered with 503, and of what was to be written beside one."""
    status = getattr(record, "status_code", getattr(record, "facts", {}).get("status"))
    return status == UNAVAILABLE or record.name == "vestibule.aside"
