"""How many contacts each kept view has: by the kept counts, which are read once, or by a search with a bound."""

from typing import Any

from django.db.models import Sum
from django.http import QueryDict

from config.accounts.http import ProRequest

from ..models import ContactCount
from .contact_list import ContactList
from .kept_list import CountedView, list_views

# What a search finds is counted up to here.
MOST = 1_000


def count_views(request: ProRequest) -> list[CountedView]:
    """The same with their numbers: one query for all without a search, one for each of the others."""
    views = list_views(request.pro, request.user)
    groups = _read_groups(request) if views else []
    return [_count(request, each, groups) for each in views]


def _read_groups(request: ProRequest) -> list[dict[str, Any]]:
    rows = ContactCount.objects.for_pro(request.pro).exclude(state=ContactCount.State.MERGED)
    groups = rows.values("state", "status", "role", "channel_preference").annotate(count=Sum("n"))
    return [{**group} for group in groups]


def _count(request: ProRequest, each: CountedView, groups: list[dict[str, Any]]) -> CountedView:
    book = ContactList(request, QueryDict(each.view.query))
    if book.search:
        found = book.rows().order_by()[: MOST + 1].count()
        return each._replace(total=min(found, MOST), is_more=found > MOST)
    wanted = book.kept_filters().items()
    return each._replace(total=sum(group["count"] for group in groups if wanted <= group.items()))
