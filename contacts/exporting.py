"""CSV that a spreadsheet opens: UTF-8 with its mark, formulas escaped, written one block at a time."""

import csv
import io
import zoneinfo
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import batched

from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import TupleLessThan

from config.accounts.models import Pro

from .csv_cells import delimiter, escape_all
from .models import Contact

BLOCK = 2_000  # rows
# Heading -> field. The import knows these headings again.
COLUMNS = {
    "id": "id",
    "name": "name",
    "email": "email",
    "phone": "phone",
    "status": "status",
    "role": "role",
    "preferred channel": "channel_preference",
    "source": "source",
    "referred by": "referral_source",
    "language": "language",
    "applied at": "applied_at",
    "created at": "created_at",
    "updated at": "updated_at",
}


def contact_lines(pro: Pro, rows: QuerySet[Contact]) -> Iterator[str]:
    """Blocks of CSV text with the contacts of `rows`, newest first; times in the Pro's time zone."""
    zone = zoneinfo.ZoneInfo(pro.time_zone)
    cells = ([_text(value, zone) for value in row] for row in _in_blocks(rows))
    return csv_lines(list(COLUMNS), cells)


def csv_lines(headings: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Blocks of CSV text, the byte order mark and the headings first. Every cell is escaped."""
    mark = delimiter()
    yield "\ufeff" + _block([headings], mark)
    for block in batched(rows, BLOCK):
        yield _block(block, mark)


def _block(rows: Iterable[list[str]], mark: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows(escape_all(row) for row in rows)
    return text.getvalue()


def _in_blocks(rows: QuerySet[Contact]) -> Iterator[tuple]:
    """The rows' values, by one query a block: a reader on a slow line holds nothing open in the database."""
    rows = rows.order_by("-created_at", "-id")
    places = ("created_at", "pk")
    block = list(rows.values_list(*COLUMNS.values())[:BLOCK])
    created_at, id = (list(COLUMNS.values()).index(name) for name in ("created_at", "id"))
    while block:
        yield from block
        if len(block) < BLOCK:
            return
        last = (block[-1][created_at], block[-1][id])
        block = list(rows.filter(TupleLessThan(places, last)).values_list(*COLUMNS.values())[:BLOCK])


def _text(value: object, zone: zoneinfo.ZoneInfo) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
