"""Health checks: /healthz and /readyz."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache


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


@login_not_required
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 if the database responds and all migrations are applied, else 503; the body tells which failed."""
    state = _database_state()
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)
