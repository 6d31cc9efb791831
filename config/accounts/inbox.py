"""The lists of the desk's menu, each from its app.

An app adds some with a module `inbox` beside its models: its `TABS`.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.functional import Promise

from config.web.compiled import Compiled, Question
from config.web.hooks import hooks
from config.web.together import Answers

from .models import Pro


class Beside(NamedTuple):
    """Template and context of a list that stands beside the thread of a person who was opened from it."""

    template: str
    context: dict[str, Any]


class Tab(NamedTuple):
    """A list: its `position`, the URL name of its first `page`, and its number, if one is shown.

    `counted` gives the rows of a Pro that are counted, by their column `pro`. A list that is counted otherwise has a
    `number`, by a question that is asked with the others. `beside` gives the list for a query string, and raises
    InvalidCursorError.
    """

    position: int
    page: str
    name: str | Promise
    icon: str
    counted: Callable[[Pro], QuerySet[Any]] | None = None
    beside: Callable[[Pro, QueryDict], Beside] | None = None
    number: "TabNumber | None" = None


class TabNumber(NamedTuple):
    """The number of a list as text, read of the answer to its question."""

    ask: Callable[[Pro], Question[Any]]
    read: Callable[[Pro, Answers], str]


def counted_tabs(pro: Pro, answers: Answers) -> list[tuple[Tab, str]]:
    """The lists in their order, each with its number as text, "" for none; in one query, or what is known of it."""
    answers.ask(*ask_tabs(pro))
    [row] = answers.rows(_COUNTS.question(pro)) or [()]
    counts = iter(row)
    return [(tab, _number(tab, pro, counts, answers)) for tab in _tabs()]


def ask_tabs(pro: Pro) -> list[Question[Any]]:
    """The questions of `counted_tabs`."""
    return [_COUNTS.question(pro), *(tab.number.ask(pro) for tab in _tabs() if tab.number)]


def _number(tab: Tab, pro: Pro, counts: Iterator[int], answers: Answers) -> str:
    if tab.number:
        return tab.number.read(pro, answers)
    return floatformat(next(counts) or "", "g") if tab.counted else ""


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
    counts = [_count_rows(tab.counted(pro)) for tab in _tabs() if tab.counted]
    return Pro.objects.filter(pk=pro.pk).values_list(*counts)


def _count_rows(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("pro").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), Value(0))


_COUNTS = Compiled[tuple[int, ...]](_counts, keeps_plan=True)
