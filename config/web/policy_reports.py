"""Reports of browsers about what the Content-Security-Policy refused, one line of the log each."""

import json
import logging
from typing import Any
from urllib.parse import quote, urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .client import client_place
from .limits import Limit

logger = logging.getLogger("vestibule.csp")

# Anybody may send one, so that neither the log nor the table of counts grows by them without end.
PER_PLACE = Limit("csp-place", 20, 3600)
EVERYWHERE = Limit("csp", 500, 3600)
MAX_REPORTS = 5
# What is logged of a report, by the names of the Reporting API and of `report-uri`.
DIRECTIVE = ("effectiveDirective", "effective-directive", "violated-directive")
REFUSED = ("blockedURL", "blocked-uri")
PAGE = ("documentURL", "document-uri")
SCRIPT = ("sourceFile", "source-file")
LINE = ("lineNumber", "line-number")


# Browsers send them by themselves, without a token of ours.
@csrf_exempt
@login_not_required
@require_POST
def policy_reports(request: HttpRequest) -> HttpResponse:
    """Log the reports of one browser, without queries and what was typed."""
    if wait := PER_PLACE.hit(client_place(request)) or EVERYWHERE.hit("all"):
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    for report in read_reports(request.body):
        where = f"{_read_value(report, PAGE)} ({_read_value(report, SCRIPT)}:{_read_value(report, LINE)})"
        logger.warning("refused %s: %s on %s", _read_value(report, DIRECTIVE), _read_value(report, REFUSED), where)
    return HttpResponse(status=204)


def read_reports(body: bytes) -> list[dict[str, Any]]:
    """The first reports of a body, in the form of the Reporting API or of `report-uri`; none of an unreadable one."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return []
    reports = sent if isinstance(sent, list) else [sent]
    bodies = [report.get("body") or report.get("csp-report") for report in reports if isinstance(report, dict)]
    return [body for body in bodies if isinstance(body, dict)][:MAX_REPORTS]


def _read_value(report: dict[str, Any], names: tuple[str, ...]) -> str:
    """A value of a report in ASCII; of an address nothing that follows the path."""
    value = str(next((report[name] for name in names if report.get(name)), "-"))[:2000]
    try:
        url = urlsplit(value)
    except ValueError:
        return "-"
    text = f"{url.scheme}://{url.netloc}{url.path}" if url.netloc else url.path or url.scheme
    return quote(text[:200], safe="/:.*-'", errors="replace")
