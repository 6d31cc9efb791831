"""Health checks: /healthz and /readyz."""

import tempfile

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from .errors import DISK_FULL


@login_not_required
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 "ok" as long as the process responds; does not query the database."""
    return HttpResponse("ok", content_type="text/plain")


def _database_state() -> dict[str, str]:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return {"database": "unreachable", "migrations": "unknown"}
    return {"database": "ok", "migrations": f"{len(waiting)} waiting" if waiting else "ok"}


def _files_state() -> dict[str, str]:
    """Try to write a file to the folder of the installation: uploads, and the database of SQLite, are in it."""
    try:
        with tempfile.TemporaryFile(dir=settings.VAR_DIR, buffering=0) as file:
            file.write(bytes(4096))
    except OSError as error:
        return {"files": "full" if error.errno in DISK_FULL else "not writable"}
    return {"files": "ok"}


@login_not_required
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 if the database responds, all migrations are applied and VAR_DIR has room, else 503; the body tells which."""
    state = _database_state() | _files_state()
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)
