"""Sends a hostile request and judges the answer: no fault, in its dialect, nothing half stored, no secret in a log."""

import logging
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from django.apps import apps
from django.db import connection

from config.api.endpoint import Api
from config.web.logs import LineFormatter

from ..access.matrix import undone
from .corpus import CANARY

# Written whatever the answer is: counts of limits, attempts to sign in, sessions, the words of a refused answer, and
# that somebody saw the person whose page says why.
ASIDE = {"RateCount", "AccessAttempt", "AccessAttemptExpiration", "AccessFailureLog", "AccessLog", "Session", "Draft"}
ASIDE |= {"AuditEvent"}
# Called by providers, to whom a page says nothing.
PROVIDERS = (
    "/channels/whatsapp/",
    "/channels/telegram/",
    "/channels/email/",
    "/channels/replies",
    "/channels/mail-events",
)
# What a run has seen, for the summary.
addresses: set[tuple[str, str]] = set()
fields: set[tuple[str, str, str]] = set()
totals: Counter[str] = Counter()


class Canaries(logging.Handler):
    """Notes every line of any logger that holds a secret."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(LineFormatter("{levelname} {name} {message}", style="{"))
        self.secrets = {CANARY, "canaryquery", "canarycookie", "canarybody"}
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        totals["lines of logs"] += 1
        line = self.format(record)
        self.found += [f"a log line holds {secret}: {line[:300]}" for secret in self.secrets if secret in line]

    @contextmanager
    def listening(self) -> Iterator["Canaries"]:
        """In place of every other handler."""
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        root.handlers[:] = [self]
        root.setLevel(logging.INFO)
        try:
            yield self
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)


def stored() -> list[Any]:
    """The number of rows of every table."""
    with connection.cursor() as cursor:
        return cursor.execute(_counting()).fetchall()


def _counting() -> str:
    tables = [m._meta.db_table for m in apps.get_models() if m._meta.managed and m.__name__ not in ASIDE]
    selects = (f"SELECT '{table}', count(*) FROM \"{table}\"" for table in dict.fromkeys(tables))  # noqa: S608
    return " UNION ALL ".join(selects)


class Attack:
    """`faults` names every request that was not answered as it should be."""

    def __init__(self, canaries: Canaries) -> None:
        self.canaries = canaries
        self.faults: list[str] = []
        # The same before each request, as nothing of the last one stays.
        self._before: list[Any] = []

    def send(self, field: tuple[str, str, str], label: str, send: Any) -> Any:
        """Send a request, a function without parameters, at `field`: method, address, name. Nothing of it stays."""
        addresses.add(field[:2])
        fields.add(field)
        totals["requests"] += 1
        with undone():
            self._before = self._before or stored()
            response = send()
            faults = [*judge(response, self._before), *self.canaries.found]
        totals["answers of 500"] += is_server_error(response)
        totals["canaries in logs"] += len(self.canaries.found)
        self.canaries.found.clear()
        self.faults += [f"{' '.join(field)} = {label}: {fault}" for fault in faults]
        return response


def judge(response: Any, before: list[Any]) -> Iterator[str]:
    path, status = response.request["PATH_INFO"], response.status_code
    if is_unready(response):
        return
    is_api = Api.at(path)
    if is_server_error(response):
        yield f"{status} {cause(response)}"
    if status >= 400:
        if is_api and (fault := dialect_fault(is_api, response)):
            yield fault
        kind = "text/" if path.startswith(PROVIDERS) else "text/html"
        if not is_api and not (response["Content-Type"].startswith(kind) and response.content):
            yield f"{status} as {response['Content-Type']}: {response.content[:100]!r}"
    is_form_again = status == 200 and path.startswith("/admin/") and response.request["REQUEST_METHOD"] == "POST"
    if (status >= 400 or is_form_again) and (more := set(stored()) - set(before)):
        yield f"{status}, and stores {more}"


def cause(response: Any) -> str:
    """The exception behind an answer, with the last line of ours."""
    error = (getattr(response, "exc_info", None) or (None, None, None))[1]
    if error is None:
        return repr(response.content[:200])
    ours = [f for f in traceback.extract_tb(error.__traceback__) if "site-packages" not in f.filename]
    return f"{error!r} in {ours[-1].filename}:{ours[-1].lineno}" if ours else repr(error)


def is_server_error(response: Any) -> bool:
    """True for an answer of 500 and more that is documented nowhere."""
    return response.status_code >= 500 and not is_unready(response) and not is_transition_error(response)


def is_unready(response: Any) -> bool:
    """Without a worker the installation is not ready, whatever is sent."""
    return response.request["PATH_INFO"].startswith("/readyz") and response.status_code == 503


def is_transition_error(response: Any) -> bool:
    """The documented 500: a move that the pipeline does not allow."""
    return b'"message":"Failed to perform action"' in response.content


def dialect_fault(api: Api, response: Any) -> str:
    if response["Content-Type"] != "application/json":
        return f"{response.status_code} as {response['Content-Type']}"
    try:
        msgspec.json.decode(response.content, type=api.dialect.error_type)
    except msgspec.MsgspecError as error:
        return f"not in its dialect: {error}: {response.content[:200]!r}"
    return f"echoes {len(response.content)} bytes" if len(response.content) > 5000 else ""
