"""The lists of the desk's menu, each from its app.

An app adds some with a module `inbox` beside its models: `tabs(pro) -> list[Tab]`.
"""

from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise

from config.web.hooks import hooks

from .models import Pro


class Tab(NamedTuple):
    """A list: its `position`, the URL name of its first `page`, and the rows that are counted, None for no count.

    `counted` are rows of one Pro, by their column `pro`.
    """

    position: int
    page: str
    name: str | Promise
    icon: str
    counted: QuerySet[Any] | None = None


def counted_tabs(pro: Pro) -> list[tuple[Tab, int | None]]:
    """The lists in their order, each with the number of its rows, in one query."""
    ordered = sorted(_all_tabs(pro), key=_position)
    queries = [_count(tab.counted) for tab in ordered if tab.counted is not None]
    counts = iter(Pro.objects.filter(pk=pro.pk).values_list(*queries).get() if queries else ())
    return [(tab, None if tab.counted is None else next(counts)) for tab in ordered]


def find_tab(pro: Pro, path: str) -> Tab | None:
    """The list whose first page has this path."""
    return next((tab for tab in _all_tabs(pro) if reverse(tab.page) == path), None)


def _all_tabs(pro: Pro) -> list[Tab]:
    return [tab for module in hooks("inbox", "tabs") for tab in module.tabs(pro)]


def _position(tab: Tab) -> int:
    return tab.position


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("pro").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), Value(0))
