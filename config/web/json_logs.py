"""Log lines as JSON objects, one a line, for programs that gather them: the setting LOG_FORMAT=json."""

import logging
from datetime import UTC, datetime
from typing import Any

import msgspec

from .logs import LineFormatter, mask


class JsonFormatter(LineFormatter):
    """The same as `LineFormatter` says, in fields; each text is masked. Fields that nobody knows are left out.

    {"time": "2026-01-31T09:30:00.123+00:00", "level": "INFO", "logger": "vestibule.access", "message": "GET / 200 3ms",
    "request": "5d1c…", "caller": "user:7", "pro": 3, "method": "GET", "route": "contacts", "status": 200,
    "milliseconds": 3}
    """

    def format(self, record: logging.LogRecord) -> str:
        self.name_request(record)
        named: dict[str, Any] = vars(record)
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask(record.getMessage()),
            "request": _known(named["request_id"]),
            "caller": _known(named["caller"]),
            "pro": named["pro_id"],
            **named.get("facts", {}),
            "traceback": mask(self.formatException(record.exc_info)) if record.exc_info else None,
        }
        text = msgspec.json.encode({name: value for name, value in fields.items() if value is not None})
        return text.decode("utf-8", "replace")


def _known(name: str) -> str | None:
    return None if name == "-" else name
