"""The rows that reports count: what came, what was answered, and what waits."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet

from config.accounts.models import Pro
from config.web.paging import row_number

from ..models import FirstResponse, WaitingItem
from ..models.waiting import WaitingItemQuerySet
from .periods import Period, zone_of

Kind, Outcome = WaitingItem.Kind, WaitingItem.Outcome
type Rows = QuerySet[Any]


class Dimension(NamedTuple):
    """Division of figures: by a column of waiting items, and of first responses."""

    of_item: str
    of_response: str


DIMENSIONS = {
    "property": Dimension("property_id", "property_id"),
    "type": Dimension("inquiry_type_id", "inquiry_type_id"),
    "source": Dimension("source", "source"),
    "channel": Dimension("channel", "channel"),
    # Whom it is assigned to, and who answered.
    "person": Dimension("assigned_to_id", "answered_by_id"),
}
ITEM_COLUMNS = [dimension.of_item for dimension in DIMENSIONS.values()]
RESPONSE_COLUMNS = [dimension.of_response for dimension in DIMENSIONS.values()]
# Each is a link to its rows.
FIGURES = ("new", "answered", "within", "late", "waiting")


def find_rows(pro: Pro, figure: str, period: Period, dimension: str = "", value: str | None = None) -> Rows:
    """The rows of a figure: waiting items, or first responses. Raises ValueError for a value that no row can have."""
    rows: Rows = waiting(pro) if figure == "waiting" else _in_period(pro, figure, period)
    if dimension and value is not None:
        columns = DIMENSIONS[dimension]
        column = columns.of_response if rows.model is FirstResponse else columns.of_item
        rows = rows.filter(**{column: read_value(dimension, value)})
    return rows


def _in_period(pro: Pro, figure: str, period: Period) -> Rows:
    if figure == "new":
        return arrivals(pro, period)
    rows = answers(pro, period)
    if figure == "within":
        return rows.filter(target_seconds__gt=0, office_seconds__lte=F("target_seconds"))
    return rows.filter(target_seconds__gt=0, office_seconds__gt=F("target_seconds")) if figure == "late" else rows


def arrivals(pro: Pro, period: Period) -> WaitingItemQuerySet:
    """Find all that somebody asked in a period: contact requests, messages, inquiries, answers to offers."""
    start, end = period.bounds(zone_of(pro))
    return _asked(pro).filter(since__gte=start, since__lt=end)


def answers(pro: Pro, period: Period) -> QuerySet[FirstResponse]:
    """The first responses that left in a period."""
    start, end = period.bounds(zone_of(pro))
    return FirstResponse.objects.for_pro(pro).filter(answered_at__gte=start, answered_at__lt=end)


def waiting(pro: Pro) -> WaitingItemQuerySet:
    """Find all that waits now and is not put off."""
    return _asked(pro).listed()


def _asked(pro: Pro) -> WaitingItemQuerySet:
    # A reminder is the office's own, and what was set aside as spam asked nothing.
    return WaitingItem.objects.for_pro(pro).exclude(kind=Kind.REMINDER).exclude(outcome=Outcome.SPAM)


def read_value(dimension: str, value: str) -> Any:
    """A value of a dimension as its columns hold it; "" is none. Raises ValueError for one that no row can have."""
    if dimension in ("source", "channel"):
        if len(value) > 100 or "\0" in value:
            raise ValueError("no word")
        return value
    if not value:
        return None
    return UUID(value) if dimension == "property" else row_number(value)


def write_value(value: Any) -> str:
    """The same as text."""
    return "" if value is None else str(value)


def values_of(columns: Iterable[Any]) -> list[tuple[str, str]]:
    """(dimension, value) for the columns of a row, and ("", "") for the whole office."""
    return [("", ""), *((name, write_value(value)) for name, value in zip(DIMENSIONS, columns, strict=True))]
