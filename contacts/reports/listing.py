"""The rows behind a figure, page by page and as a file."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models.fields.tuple_lookups import TupleLessThan
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from config.accounts.models import Pro
from config.web.csv_files import BLOCK

from ..models import FirstResponse, WaitingItem
from ..news import item_url
from .facts import Rows
from .names import name_values
from .periods import zone_of

HEADINGS = [
    *("what", "who", "about", "asked at", "answered at", "answered by", "office seconds", "seconds", "target seconds"),
    "within target",
]


class ReportRow(NamedTuple):
    """One thing that came or was answered; what is not known is None or ""."""

    what: str
    who: str
    url: str
    about: str
    asked_at: datetime
    answered_at: datetime | None = None
    answered_by: str = ""
    office_seconds: int | None = None
    real_seconds: int | None = None
    target_seconds: int = 0

    @property
    def is_within(self) -> bool | None:
        """None where there was no target, or no answer."""
        if not self.target_seconds or self.office_seconds is None:
            return None
        return self.office_seconds <= self.target_seconds


def time_field(rows: Rows) -> str:
    """The field by which rows are in order."""
    return "answered_at" if rows.model is FirstResponse else "since"


def read_page(pro: Pro, rows: Rows, size: int, after: tuple[datetime, int] | None) -> tuple[list[Any], list[ReportRow]]:
    """Rows newest first, after the position of one, as they are and for readers; one more than `size` if there are."""
    field = time_field(rows)
    if after:
        rows = rows.filter(TupleLessThan((field, "pk"), after))
    with_names = ["item__contact", "answered_by"]
    if rows.model is WaitingItem:
        with_names = ["contact", "first_response__answered_by"]
    found = list(rows.order_by(f"-{field}", "-pk").select_related(*with_names)[: size + 1])
    return found, list(_read_report_rows(pro, found[:size]))


def csv_cells(pro: Pro, rows: Rows) -> Iterator[list[str]]:
    """All rows for a file, one query a block: a slow download keeps nothing open in the database."""
    zone, field, after = zone_of(pro), time_field(rows), None
    while True:
        found, block = read_page(pro, rows, BLOCK, after)
        for row in block:
            times = [f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "" for at in (row.asked_at, row.answered_at)]
            numbers = [_number(row.office_seconds), _number(row.real_seconds), _number(row.target_seconds or None)]
            within = {None: "", True: "yes", False: "no"}[row.is_within]
            yield [row.what, row.who, row.about, *times, row.answered_by, *numbers, within]
        if len(found) <= BLOCK:
            return
        last = found[BLOCK - 1]
        after = getattr(last, field), last.pk


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _read_report_rows(pro: Pro, rows: Iterable[Any]) -> Iterator[ReportRow]:
    rows = list(rows)
    titles = name_values(pro, "property", {str(row.property_id) for row in rows if row.property_id})
    for row in rows:
        item, response = (row.item, row) if isinstance(row, FirstResponse) else (row, _response_of(row))
        about = titles[str(row.property_id)] if row.property_id else item.about if item else ""
        kind = row.get_kind_display()
        who, url = _person_of_item(item)
        if response is None:
            yield ReportRow(kind, who, url, about, row.since)
            continue
        yield ReportRow(
            kind,
            who,
            url,
            about,
            asked_at=response.asked_at,
            answered_at=response.answered_at,
            answered_by=str(response.answered_by) if response.answered_by else "",
            office_seconds=response.office_seconds,
            real_seconds=response.real_seconds,
            target_seconds=response.target_seconds,
        )


def _response_of(item: WaitingItem) -> FirstResponse | None:
    return getattr(item, "first_response", None)


def _person_of_item(item: WaitingItem | None) -> tuple[str, str]:
    """Name of who asked, and the address of their page."""
    if item is None:
        return pgettext("report", "Somebody who was erased"), ""
    if item.contact is None:
        # The words of an item are those of its message, and no name.
        return _("Customer"), item_url(item)
    return item.contact.name, reverse("contacts:contact_detail", args=[item.contact_id])
