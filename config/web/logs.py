"""Log format, with the request's id and its caller in every line and without secrets or personal data."""

import logging
import re
from contextvars import ContextVar
from datetime import datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="-")
# Who asks, by the number alone: "user:12" or "token:7".
caller: ContextVar[str] = ContextVar("caller", default="-")
pro_id: ContextVar[int | None] = ContextVar("pro_id", default=None)

# Secrets in a URL: the key of a provider's webhook or of a customer's offer. A long name of a function is none, nor is
# a SHA-256, such as the day's seal of the history.
KEY = re.compile(r"(?<![\w-])(?=[a-z_-]*+[0-9A-Z])(?![0-9a-f]{64}(?![\w-]))[\w-]{40,}+")
# In any line of any logger, and in tracebacks too: who logs does not know what an exception's text holds. Each begins
# where a word does, as a line may be long and is gone through once.
MASKS = [
    # The token of the metrics, where somebody took it for a part of their address.
    (re.compile(r"(/metrics/)[^\s\"'<>]+"), r"\1…"),
    # A password reset link gives access to the account.
    (re.compile(r"(/password/reset/)[^\s/]+/[^\s/]+"), r"\1…"),
    # A link to a new address names it.
    (re.compile(r"(/settings/address/)[^\s/]+"), r"\1…"),
    # An invitation lets whoever has it into an office.
    (re.compile(r"(/invitation/)[^\s/]+"), r"\1…"),
    # A query holds what somebody typed.
    (re.compile(r"(?<=[\w/])\?[\w%.~+-]+=[^\s\"'<>]*"), "?…"),
    # The token of a bot of Telegram stands in each of its addresses.
    (re.compile(r"(?<!\d)\d{6,}+:[\w-]{30,}"), "***"),
    (KEY, "***"),
    # PostgreSQL quotes the row that it refuses.
    (re.compile(r"(Key \([^)\n]{1,300}\)=|Failing row contains )\(.*"), r"\1(…)"),
    # People's addresses, and the name and password in the address of a server.
    (re.compile(r"(?<![^\s\"'<>(),;/=])[^\s\"'<>(),;/=]+@(?=[\w-]+\.[\w-])"), "…@"),
]


# Of a terminal or a reader of lines: what it does with them is for no text of others to decide.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def mask(text: str) -> str:
    """`text` without secrets and what is known of people by their addresses."""
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


class LineFormatter(logging.Formatter):
    """The format of all loggers. A record's message and traceback are masked, and begin no other line."""

    def format(self, record: logging.LogRecord) -> str:
        self.name_request(record)
        text = CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), mask(super().format(record)))
        return text.replace("\n", "\n  ")

    @staticmethod
    def name_request(record: logging.LogRecord) -> None:
        """Add `request_id`, `caller` and `pro_id` to a record."""
        # Django logs a 4xx after the middleware has run, and passes the request.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", request_id.get())
        record.caller = getattr(request, "logged_caller", caller.get())
        record.pro_id = getattr(request, "logged_pro", pro_id.get())

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """The time with its offset: "2026-01-31 09:30:00.123+01:00"."""
        return datetime.fromtimestamp(record.created).astimezone().isoformat(" ", "milliseconds")


def note_caller(name: str, pro: int | None) -> None:
    """Name who asks, as "user:12" or "token:7", and their Pro in the lines of this request."""
    caller.set(name)
    pro_id.set(pro)


def logging_config(level: str, kind: str = "text") -> dict[str, Any]:
    """The setting LOGGING: one line an event on standard error, from `level` upwards, as "text" or "json"."""
    line = "{asctime} {levelname} {name} [{request_id} {caller}] {message}"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"outages": {"()": "config.web.outages.OutageFilter"}},
        "formatters": {
            "line": {"()": "config.web.logs.LineFormatter", "format": line, "style": "{"},
            "json": {"()": "config.web.json_logs.JsonFormatter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if kind == "json" else "line",
                "filters": ["outages"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would print these a second time, and mail them to nobody.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # It names the whole address of a request that it cannot answer.
            "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # Its warnings are about being stopped.
            "django_tasks_db": {"level": "ERROR"},
            "axes": {"level": "ERROR"},
            # Its lines and warnings hold whole addresses.
            "urllib3": {"level": "ERROR"},
            # It names each passkey that is used.
            "fido2": {"level": "WARNING"},
        },
    }
