"""Health checks: /healthz, /readyz and /readyz/web."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from .readiness import state_of_all, state_of_web


@login_not_required
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 "ok" as long as the process responds; does not query the database."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 if everything that the installation needs is there, a worker too, else 503; the body tells which is not."""
    return _respond(state_of_all())


@login_not_required
@never_cache
def web_ready(request: HttpRequest) -> HttpResponse:
    """The same of this web process alone, for a proxy that chooses between several: none needs a worker to answer."""
    return _respond(state_of_web())


def _respond(state: dict[str, str]) -> HttpResponse:
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)
