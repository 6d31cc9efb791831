"""Contacts as a CSV file."""

import zoneinfo
from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import TupleLessThan

from config.accounts.models import Pro
from config.web.csv_files import BLOCK, csv_lines

from ..models import Contact

# Heading -> field. The import recognises these headings.
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
    "external id": "external_id",
    "applied at": "applied_at",
    "created at": "created_at",
    "updated at": "updated_at",
}


def contact_lines(pro: Pro, contacts: QuerySet[Contact]) -> Iterator[str]:
    """Blocks of CSV text with the contacts, newest first; times in the Pro's time zone."""
    zone = zoneinfo.ZoneInfo(pro.time_zone)
    cells = ([_cell(value, zone) for value in row] for row in _read_in_blocks(contacts))
    return csv_lines(list(COLUMNS), cells)


def _read_in_blocks(contacts: QuerySet[Contact]) -> Iterator[tuple]:
    """The contacts' values, one query a block: a slow download keeps nothing open in the database."""
    contacts = contacts.order_by("-created_at", "-id")
    block = list(contacts.values_list(*COLUMNS.values())[:BLOCK])
    created_at, id = (list(COLUMNS.values()).index(name) for name in ("created_at", "id"))
    while block:
        yield from block
        if len(block) < BLOCK:
            return
        after = TupleLessThan(("created_at", "pk"), (block[-1][created_at], block[-1][id]))
        block = list(contacts.filter(after).values_list(*COLUMNS.values())[:BLOCK])


def _cell(value: object, zone: zoneinfo.ZoneInfo) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
