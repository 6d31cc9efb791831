"""The tabs of the inbox: one for each kind of what people send to a Pro, whichever app knows of it.

An app adds one with a module `inbox` beside its models: `tab(pro) -> Tab`.
"""

from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise

from config.web.hooks import hooks

from .models import Pro


class Tab(NamedTuple):
    """`place` in the row of tabs, the `namespace` of its pages and the name of its first one, and what waits there:
    rows of one Pro, by their column `pro`."""

    place: int
    namespace: str
    page: str
    name: str | Promise
    waiting: QuerySet[Any]


def tabs(pro: Pro) -> list[tuple[Tab, int]]:
    """The tabs in their order, each with how many wait, in one query."""
    found: list[Tab] = sorted(module.tab(pro) for module in hooks("inbox", "tab"))
    counts = {f"at_{tab.place}": _count(tab.waiting) for tab in found}
    said = Pro.objects.filter(pk=pro.pk).values_list(*counts.values()).get()
    return list(zip(found, said, strict=True))


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("pro").annotate(how_many=Count("pk")).values("how_many")
    return Coalesce(Subquery(counted), Value(0))
