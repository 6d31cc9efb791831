"""Log format, with the request's id in every line and without secrets."""

import logging
import re
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# Secrets in a URL: the key of a provider's webhook or of a customer's offer.
KEY = re.compile(r"[\w-]{40,}")
# A password reset link gives access to the account.
RESET_LINK = re.compile(r"(/password/reset/)[^\s/]+/[^\s/]+")


class RequestIdFilter(logging.Filter):
    """Adds the id of the current request to the record ("-" outside of one), and masks secrets in its message."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a 4xx after the middleware has run, and passes the request.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", request_id.get())
        if "/password/reset/" in (message := record.getMessage()):
            record.msg, record.args = RESET_LINK.sub(r"\1…", message), ()
        elif record.name == "django.request":
            record.msg, record.args = KEY.sub("***", message), ()
        return True


def logging_config(level: str) -> dict[str, Any]:
    """The setting LOGGING: one line an event on standard error, from `level` upwards."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "config.web.logs.RequestIdFilter"}},
        "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would print these a second time, and mail them to nobody.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Its warnings are about being stopped.
            "django_tasks_db": {"level": "ERROR"},
            "axes": {"level": "ERROR"},
            # Its lines and warnings hold whole addresses.
            "urllib3": {"level": "ERROR"},
        },
    }
