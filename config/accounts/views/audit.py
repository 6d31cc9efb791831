"""Settings: what was done in the Pro, by whom and when."""

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.csv_files import csv_lines, csv_response
from config.web.paging import InvalidCursorError, from_cursor, row_number, to_cursor

from ..audit_list import HEADINGS, AuditFilter, audit_cells, people_of, read_entries
from ..http import ProRequest
from ..middleware import for_owners
from ..proof import password_again

ROWS = 50


def _query(request: ProRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name in ("cursor", "then_read"):
        query.pop(name, None)
    query.update(changes)
    return query.urlencode()


@for_owners
@require_safe
def audit(request: ProRequest) -> HttpResponse:
    """List the Pro's events, newest first, filtered by the query string."""
    form = AuditFilter(request.pro, request.GET)
    rows = form.rows()
    try:
        if cursor := request.GET.get("cursor"):
            rows = rows.after(*from_cursor(cursor, row_number))
    except InvalidCursorError as error:
        raise Http404 from error
    page = list(rows[: ROWS + 1])
    last = page[ROWS - 1] if len(page) > ROWS else None
    context = {
        "form": form,
        "entries": read_entries(request.pro, page[:ROWS], people_of(request.pro)),
        "query": _query(request),
        "next_query": _query(request, cursor=to_cursor(last.created_at, last.pk)) if last else "",
        "is_first": not cursor,
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render(request, "accounts/audit.html", context)


@for_owners
@password_again("GET")
@require_safe
def audit_export(request: ProRequest) -> StreamingHttpResponse:
    """CSV file of the events that the list shows for the same query, sent while it is written."""
    rows = AuditFilter(request.pro, request.GET).rows()
    if request.method != "HEAD":
        record_event(Kind.EXPORTED, pro=request.pro, by=request.user, detail="audit")
    return csv_response(f"audit-{timezone.localdate()}.csv", csv_lines(HEADINGS, audit_cells(request.pro, rows)))
