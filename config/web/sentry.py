"""Errors to Sentry, by the setting SENTRY_DSN: where they happened, and nothing of what anybody typed or sent.

What leaves is chosen, not taken out: the type of an exception with its frames (file, function, line), the text of the
log line without its values, and the id of the request. Its integrations with Django are left out, as they gather more.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .logs import mask, request_id
from .outages import is_outage

MISSING = "install it with: python -m pip install --require-hashes -r requirements-sentry.txt"
KEPT = ("event_id", "timestamp", "platform", "level", "logger", "environment", "release", "sdk")
FRAME = ("filename", "abs_path", "module", "function", "lineno", "in_app")


def start_sentry(dsn: str, **options: Any) -> None:
    """Send errors from now on; nothing without a DSN. Ends the start where the client is not installed."""
    if not dsn:
        return
    if not find_spec("sentry_sdk"):
        sys.exit(f"Vestibule cannot start: SENTRY_DSN is set, and the client for Sentry is not installed; {MISSING}.")
    logs = import_module("sentry_sdk.integrations.logging")
    import_module("sentry_sdk").init(
        dsn=dsn,
        integrations=[logs.LoggingIntegration(level=None, event_level="ERROR")],
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        server_name="",
        before_send=scrub,
        **options,
    )


def scrub(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """The part of an event that may leave; None for a database that is away, of which the log says enough."""
    if is_outage((hint.get("exc_info") or (None, None, None))[1]):
        return None
    kept = {name: event[name] for name in KEPT if name in event}
    if text := event.get("logentry", {}).get("message"):
        kept["logentry"] = {"message": mask(text)}
    values = event.get("exception", {}).get("values", [])
    if values:
        kept["exception"] = {"values": [_scrub_exception(value) for value in values]}
    kept["tags"] = {"request_id": request_id.get()}
    return kept


def _scrub_exception(value: dict[str, Any]) -> dict[str, Any]:
    """Type and place; the text of an exception may quote anybody."""
    frames = (value.get("stacktrace") or {}).get("frames", [])
    places = [{name: frame[name] for name in FRAME if name in frame} for frame in frames]
    return {"type": value.get("type"), "module": value.get("module"), "stacktrace": {"frames": places}}
