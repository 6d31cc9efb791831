"""The lists of the desk's menu, each from its app.

An app adds some with a module `inbox` beside its models: its `TABS`.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from config.web.compiled import Compiled
from config.web.hooks import hooks
from config.web.together import UNASKED, Answers

from .models import Pro


class Beside(NamedTuple):
    """Template and context of a list that stands beside the thread of a person who was opened from it."""

    template: str
    context: dict[str, Any]


class Tab(NamedTuple):
    """A list: its `position`, the URL name of its first `page`, and the rows that are counted, None for no count.

    `counted` gives the rows of a Pro, by their column `pro`, and `count` is what is counted of them. `beside` gives the
    list for a query string, and raises InvalidCursorError.
    """

    position: int
    page: str
    name: str | Promise
    icon: str
    counted: Callable[[Pro], QuerySet[Any]] | None = None
    count: Any = Count("pk")
    beside: Callable[[Pro, QueryDict], Beside] | None = None


def counted_tabs(pro: Pro, answers: Answers = UNASKED) -> list[tuple[Tab, int | None]]:
    """The lists in their order, each with the number of its rows, in one query."""
    row = answers.first(COUNTS.question(pro))
    counts = iter(row or ())
    return [(tab, None if tab.counted is None else next(counts)) for tab in _tabs()]


def find_tab(path: str) -> Tab | None:
    """The list whose first page has this path."""
    return next((tab for tab in _tabs() if reverse(tab.page) == path), None)


@cache
def _tabs() -> list[Tab]:
    return sorted((tab for module in hooks("inbox", "TABS") for tab in module.TABS), key=_position)


def _position(tab: Tab) -> int:
    return tab.position


def _counts(pro: Pro) -> QuerySet[Pro, Any]:
    """One row with the number of each list that is counted."""
    counts = [_count(tab.counted(pro), tab.count) for tab in _tabs() if tab.counted]
    return Pro.objects.filter(pk=pro.pk).values_list(*counts)


def _count(rows: QuerySet[Any], count: Any) -> Coalesce:
    counted = rows.order_by().values("pro").annotate(count=count).values("count")
    return Coalesce(Subquery(counted), Value(0))


COUNTS = Compiled[tuple[int, ...]](_counts)
