"""The contacts as a file, for a spreadsheet."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.accounts.http import ProRequest

from ..exporting import contact_lines
from .book import Book


@require_safe
def contact_export(request: ProRequest) -> StreamingHttpResponse:
    """The contacts that the list shows under the same query, written as they are sent."""
    name = f"contacts-{timezone.localdate()}.csv"
    return csv_response(name, contact_lines(request.pro, Book(request).rows()))


def csv_response(filename: str, lines: Iterator[str]) -> StreamingHttpResponse:
    """A CSV download."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
