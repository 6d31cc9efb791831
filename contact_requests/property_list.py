"""The office's list of its properties, newest first."""

import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.http import QueryDict

from config.accounts.models import Pro
from config.web.paging import from_cursor, to_cursor

from .models import Property
from .property_forms import ALL, GONE, ON_MARKET, TABS, UNPUBLISHED, PropertyFilter

ROWS = 50
SHOWN = {
    ON_MARKET: ~Q(state__in=Property.GONE) & Q(is_published=True),
    GONE: Q(state__in=Property.GONE),
    UNPUBLISHED: Q(is_published=False),
    ALL: Q(),
}


class PropertyList:
    """A Pro's properties with the search, tab and cursor of the query string."""

    def __init__(self, pro: Pro, query: QueryDict) -> None:
        self.pro = pro
        form = PropertyFilter(query)
        form.is_valid()
        self.search = form.cleaned_data.get("q") or ""
        # A search goes through all of them unless a tab is chosen.
        self.show = form.cleaned_data.get("show") or (ALL if self.search else ON_MARKET)
        self.cursor = query.get("cursor") or ""

    def rows(self) -> QuerySet[Property]:
        """The properties that match, newest first. Raises InvalidCursorError."""
        rows = Property.objects.for_pro(self.pro)
        rows = rows.search(self.pro, self.search) if self.search else rows
        rows = rows.filter(SHOWN[self.show])
        if self.cursor:
            rows = rows.filter(TupleLessThan(("created_at", "id"), from_cursor(self.cursor, uuid.UUID)))
        return rows.order_by("-created_at", "-id")

    def query(self, **changes: str) -> str:
        """The filters, with these changes, as a query string; empty values are left out."""
        query = QueryDict(mutable=True)
        values = {"q": self.search, "show": self.show, **changes}
        query.update({name: value for name, value in values.items() if value})
        return query.urlencode()

    def context(self) -> dict[str, Any]:
        """One page of properties, with the query string of the next one. Raises InvalidCursorError."""
        rows = list(self.rows().prefetch_related("pictures")[: ROWS + 1])
        page, more = rows[:ROWS], len(rows) > ROWS
        end = to_cursor(page[-1].created_at, page[-1].pk) if more else ""
        return {
            "list": self,
            "rows": page,
            "next_query": self.query(cursor=end) if more else "",
            "tabs": [(name, label, self.query(show=name)) for name, label in TABS.items()],
            "is_empty": not page and not self.search and not Property.objects.for_pro(self.pro).exists(),
        }
