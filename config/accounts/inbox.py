"""The tabs of the inbox: contact requests, inquiries and messages, each from its app.

An app adds one with a module `inbox` beside its models: `tab(pro) -> Tab`.
"""

from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise

from config.web.hooks import hooks

from .models import Pro


class Tab(NamedTuple):
    """A tab: its `position`, the `namespace` of its pages, the URL name of its first `page`, and the rows that wait.

    `waiting` are rows of one Pro, by their column `pro`.
    """

    position: int
    namespace: str
    page: str
    name: str | Promise
    waiting: QuerySet[Any]


def tabs(pro: Pro) -> list[tuple[Tab, int]]:
    """The tabs in their order, each with the number of rows that wait, in one query."""
    ordered: list[Tab] = sorted(module.tab(pro) for module in hooks("inbox", "tab"))
    counts = Pro.objects.filter(pk=pro.pk).values_list(*(_count_waiting(tab) for tab in ordered)).get()
    return list(zip(ordered, counts, strict=True))


def _count_waiting(tab: Tab) -> Coalesce:
    counted = tab.waiting.order_by().values("pro").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), Value(0))
