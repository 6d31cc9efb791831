"""CSV files that a spreadsheet opens: UTF-8 with its byte order mark, formulas escaped, sent one block at a time."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import batched

from django.http import StreamingHttpResponse

from .csv_cells import delimiter, escape_all

BLOCK = 2_000  # rows


def csv_response(filename: str, lines: Iterator[str]) -> StreamingHttpResponse:
    """Download of a CSV file, sent as its lines are read."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def csv_lines(headings: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Blocks of CSV text, the byte order mark and the headings first. Every cell is escaped."""
    separator = delimiter()
    yield "\ufeff" + _csv_block([headings], separator)
    for block in batched(rows, BLOCK):
        yield _csv_block(block, separator)


def _csv_block(rows: Iterable[list[str]], separator: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(escape_all(row) for row in rows)
    return text.getvalue()
