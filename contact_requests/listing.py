"""The list of every contact request, newest first, as its page and the desk show it."""

import uuid
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.inbox import Beside
from config.accounts.models import Pro
from config.web.paging import from_cursor, to_cursor

from .forms import InboxFilter
from .models import ContactRequest, ContactRequestCount

LIST = "contact_requests/_request_list.html"
ROWS = 25
TABS = ["all", "new", "read", "replied"]


class RequestList:
    """A Pro's list of contact requests, filtered by the query string."""

    def __init__(self, pro: Pro, query: QueryDict) -> None:
        self.pro = pro
        self.form = InboxFilter(self.pro, query)
        self.form.is_valid()
        filters = self.form.cleaned_data
        self.status = filters.get("status") or "all"
        self.search, self.property = filters.get("q") or "", filters.get("property")
        self.cursor = query.get("cursor")

    def rows(self) -> Any:
        """The contact requests that match the filters, newest first."""
        rows = ContactRequest.objects.for_pro(self.pro).select_related("property").newest_first()
        if self.status != "all":
            rows = rows.filter(status=self.status)
        if self.property:
            rows = rows.filter(property=self.property)
        return rows.search(self.search) if self.search else rows

    def query(self, **changes: str) -> str:
        """Encode the filters, with these changes, as a query string; empty values are left out."""
        filters = {
            "status": self.status,
            "q": self.search,
            "property": str(self.property.pk) if self.property else "",
            **changes,
        }
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in filters.items() if value})
        return query.urlencode()

    @property
    def back_url(self) -> str:
        """Address of the page of the list that is shown."""
        query = self.query(cursor=self.cursor or "")
        return f"{reverse('contact_requests:request_list')}?{query}"

    def context(self) -> dict[str, Any]:
        """One page of rows, and the query string of the next one. Raises InvalidCursorError."""
        rows = self.rows().after(*from_cursor(self.cursor, uuid.UUID)) if self.cursor else self.rows()
        page, more = rows.page(ROWS)
        end = to_cursor(page[-1].created_at, page[-1].pk) if more else ""
        return {
            "requests": self,
            "rows": page,
            "next_query": self.query(cursor=end) if more else "",
            "newest": "" if self.cursor else _newest_cursor(page),
        }

    def frame(self) -> dict[str, Any]:
        """The tabs of the states with their counts."""
        counts = ContactRequestCount.objects.by_status(self.pro)
        names = {**dict(ContactRequest.Status.choices), "all": _("All")}
        # The rows of a search or a property are not counted for their page.
        total = None if self.search or self.property else counts[self.status]
        tabs = [(tab, names[tab], counts[tab], self.query(status=tab)) for tab in TABS]
        return {"tabs": tabs, "total": total}


def _newest_cursor(page: list[ContactRequest]) -> str:
    """The cursor of the first row; of this moment for an empty list."""
    first = (page[0].created_at, page[0].pk) if page else (timezone.now(), uuid.UUID(int=0))
    return to_cursor(*first)


def show_beside(pro: Pro, query: QueryDict) -> Beside:
    """The list as it stands beside the thread of a person who was opened from it. Raises InvalidCursorError."""
    requests = RequestList(pro, query)
    return Beside(LIST, {**requests.frame(), **requests.context()})
