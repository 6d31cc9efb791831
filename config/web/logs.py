"""The request's id in every log line."""

import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# What is as long as a key in an address: a provider's webhook, a customer's offer.
KEY = re.compile(r"[\w-]{40,}")
# Whoever reads such a link can set that person's password.
RESET_LINK = re.compile(r"(/password/reset/)[^\s/]+/[^\s/]+")


class RequestIdFilter(logging.Filter):
    """Puts the id of the request being answered on the record, "-" outside of one; hides what opens an account."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a refusal after the middleware is through, and then brings the request along.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", request_id.get())
        if "/password/reset/" in (message := record.getMessage()):
            record.msg, record.args = RESET_LINK.sub(r"\1…", message), ()
        elif record.name == "django.request":
            record.msg, record.args = KEY.sub("***", message), ()
        return True


class WithoutTraceback(logging.Filter):
    """Leaves the name of an exception: its text may hold a visitor's address. The job's row keeps the whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.msg} ({record.exc_info[0].__name__})"
            record.exc_info = record.exc_text = None
        return True
