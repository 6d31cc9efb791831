"""Reading from the standby of the database (DATABASE_REPLICA_URL): GET and HEAD requests, and nothing else.

PostgreSQL acknowledges a commit once the standby shows it (`synchronous_commit = remote_apply`), so that a reader there
sees every write of which anybody was told. A standby that has lost its primary notices after `wal_receiver_timeout`,
before the primary goes on without it (`wal_sender_timeout`); from then on it is not read. docs/scaling.md has the rest.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

REPLICA = "replica"
READING_METHODS = ("GET", "HEAD")
PAUSE = 5.0  # seconds until a standby that did not answer is asked again

_reader: ContextVar["Reader | None"] = ContextVar("reader", default=None)
_unanswered_at = -PAUSE


@dataclass
class Reader:
    """One request that may read the standby; decided when it reads for the first time."""

    is_on_replica: bool | None = None

    def alias(self) -> str:
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            # What this transaction has written is nowhere else yet.
            return DEFAULT_DB_ALIAS
        if self.is_on_replica is None:
            self.is_on_replica = follows_primary()
        return REPLICA if self.is_on_replica else DEFAULT_DB_ALIAS


class ReplicaRouter:
    """Setting DATABASE_ROUTERS: reads of a `Reader` go to the standby, everything else to the primary."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        reader = _reader.get()
        return reader.alias() if reader else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


class ReplicaMiddleware:
    """Lets the requests that read do so on the standby."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in READING_METHODS:
            return self.get_response(request)
        token = _reader.set(Reader())
        try:
            return self.get_response(request)
        finally:
            _reader.reset(token)


def follows_primary() -> bool:
    """Tell whether the standby answers, and hears from its primary; a primary itself does not."""
    global _unanswered_at
    if time.monotonic() - _unanswered_at < PAUSE:
        return False
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'")
            return cursor.fetchone() is not None
    except (OperationalError, InterfaceError):
        connections[REPLICA].close()
        _unanswered_at = time.monotonic()
        return False
