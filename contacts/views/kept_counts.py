"""How many contacts each kept view has: by the kept counts, which are read once, or by a search with a bound."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Sum
from django.http import QueryDict

from config.accounts.http import ProRequest

from ..models import ContactCount
from .contact_list import ContactList
from .kept_list import Count, count_some


def count_contacts(request: ProRequest, queries: Sequence[QueryDict]) -> list[Count]:
    """The numbers for query strings: one query for all without a search, one for each of the others."""
    groups = _read_groups(request)
    return [_count_kept(ContactList(request, query), groups) for query in queries]


def _read_groups(request: ProRequest) -> list[dict[str, Any]]:
    rows = ContactCount.objects.for_pro(request.pro).exclude(state=ContactCount.State.MERGED)
    groups = rows.values("state", "status", "role", "channel_preference").annotate(count=Sum("n"))
    return [{**group} for group in groups]


def _count_kept(book: ContactList, groups: list[dict[str, Any]]) -> Count:
    if book.search:
        return count_some(book.rows())
    wanted = book.kept_filters().items()
    return sum(group["count"] for group in groups if wanted <= group.items()), False
