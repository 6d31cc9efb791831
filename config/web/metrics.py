"""Text for Prometheus of what happens here: /metrics, and the middleware that counts requests.

Counters are those of all processes (`counters`). What stands in the database now, the apps' submodules `measures` read.
"""

import hmac
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .client import is_listed
from .counters import BUCKETS, count, flush, flush_when_due, is_counting, observe, write_labels
from .hooks import hooks
from .models import MetricCount

type Measure = tuple[str, dict[str, str], float]

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
HELP = {
    "vestibule_requests_total": "Answered requests.",
    "vestibule_request_seconds": "Time from a request's arrival in the application to its answer.",
    "vestibule_mails_total": "Mails, by what became of them: sent, refused for good, bounced …",
    "vestibule_database_up": "1 if the database answers.",
}
DURATIONS = "vestibule_request_seconds"


class CountingMiddleware:
    """Counts requests by route, method and status, and how long they take."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_counting():
            return self.get_response(request)
        start = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        # The pattern of the address, as an address itself would be a new row each time.
        route = (match.route or "/")[:200] if match else "(none)"
        method = request.method if request.method in METHODS else "(other)"
        count("vestibule_requests_total", route=route, method=str(method), status=str(response.status_code))
        observe(DURATIONS, time.monotonic() - start, route=route)
        flush_when_due()
        return response


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and measures in Prometheus' text format; 404 for anybody who may not read them."""
    if not _is_allowed(request):
        raise Http404
    return HttpResponse("\n".join([*_read_lines(), ""]), content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_allowed(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode("utf-8", "replace"), settings.METRICS_TOKEN.encode())
    return is_listed(request, settings.METRICS_ADDRESSES)


def _read_lines() -> Iterator[str]:
    try:
        flush()
        measures = list(_read_measures())
        counted = list(MetricCount.objects.order_by("name", "labels").values_list("name", "labels", "value"))
    except (DatabaseError, InterfaceError):
        # What it knows would be missing, and nobody would see why.
        yield from _write("vestibule_database_up", "gauge", HELP, [("vestibule_database_up", "", 0.0)])
        return
    yield from _write("vestibule_database_up", "gauge", HELP, [("vestibule_database_up", "", 1.0)])
    yield from _write_counters([row for row in counted if not row[0].startswith(DURATIONS)])
    yield from _write_histogram(DURATIONS, [row for row in counted if row[0].startswith(DURATIONS)])
    texts = {name: text for module in hooks("measures", "MEASURES") for name, text in module.MEASURES.items()}
    for name, some in groupby(sorted(measures, key=lambda row: row[0]), key=lambda row: row[0]):
        rows = [(name, write_labels(tuple(sorted(labels.items()))), value) for _name, labels, value in some]
        yield from _write(name, "gauge", texts, rows)


def _read_measures() -> Iterator[Measure]:
    for module in hooks("measures", "MEASURES"):
        yield from module.read_measures()


def _write_counters(rows: Iterable[tuple[str, str, float]]) -> Iterator[str]:
    for name, some in groupby(rows, key=lambda row: row[0]):
        yield from _write(name, "counter", HELP, some)


def _write_histogram(name: str, rows: Iterable[tuple[str, str, float]]) -> Iterator[str]:
    """A histogram by its labels, with buckets that count all that are shorter, as Prometheus wants them."""
    buckets: defaultdict[str, dict[str, float]] = defaultdict(dict)
    sums: dict[str, float] = {}
    for part, labels, value in rows:
        if part == f"{name}_sum":
            sums[labels] = value
        else:
            # `le` is the first label by its name.
            bound, _sign, others = labels.partition(",")
            buckets[others][bound.removeprefix('le="').removesuffix('"')] = value
    lines: list[tuple[str, str, float]] = []
    for labels, counts in buckets.items():
        total = 0.0
        for bound in [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]:
            total += counts.get(bound, 0)
            lines.append((f"{name}_bucket", f'le="{bound}",{labels}', total))
        lines += [(f"{name}_sum", labels, sums.get(labels, 0)), (f"{name}_count", labels, total)]
    yield from _write(name, "histogram", HELP, lines)


def _write(name: str, kind: str, texts: dict[str, str], rows: Iterable[tuple[str, str, Any]]) -> Iterator[str]:
    yield f"# HELP {name} {texts.get(name, '')}".rstrip()
    yield f"# TYPE {name} {kind}"
    for each, labels, value in rows:
        yield f"{each}{{{labels}}} {value:.10g}" if labels else f"{each} {value:.10g}"
