"""The contacts as a file, for a spreadsheet."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.accounts.http import ProRequest

from ..exporting import contact_lines
from ..models import Contact


def filtered(request: ProRequest) -> QuerySet[Contact]:
    """The contacts that the list shows under the same query."""
    rows = Contact.objects.for_pro(request.pro)
    chosen = {name: request.GET.get(name, "").replace("\x00", "") for name in ("q", "status", "role", "channel")}
    search = chosen.pop("q").strip()[:200]
    fields = {"channel_preference" if name == "channel" else name: value for name, value in chosen.items() if value}
    rows = rows.filter(**fields)
    return rows.search(search) if search else rows


@require_safe
def contact_export(request: ProRequest) -> StreamingHttpResponse:
    """The filtered contacts as CSV, written as it is sent."""
    name = f"contacts-{timezone.localdate()}.csv"
    return csv_response(name, contact_lines(request.pro, filtered(request)))


def csv_response(filename: str, lines: Iterator[str]) -> StreamingHttpResponse:
    """A CSV download."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
