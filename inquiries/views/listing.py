"""The list of inquiries, as its URL asks for it."""

from functools import cached_property
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.accounts.http import ProRequest, wants
from config.accounts.models import Pro
from config.web.compiled import Compiled
from config.web.paging import InvalidCursorError, from_cursor, row_number, to_cursor
from contacts.forms import KeptViewForm
from contacts.views.kept_list import views_context

from ..forms.listing import InquiryFilter
from ..models import Attachment, Inquiry, InquiryCount, Offer
from ..models.queryset import InquiryQuerySet, attach_newest_offers

PAGE = "inquiries/list.html"
# The name of the list whose views are kept.
KEPT_INQUIRIES = "inquiries"
ROWS = 50
# Choice of the filter -> look-up.
FILTER_LOOKUPS = {
    "type": "inquiry_type__slug",
    "priority": "priority",
    "category": "category",
    "option": "filter_options",
}
# Long columns that no row shows.
DEFERRED = ("message", "search_text")


def _count_related(model: type[Attachment] | type[Offer]) -> Coalesce:
    rows = model.objects.filter(inquiry=OuterRef("pk")).order_by().values("inquiry")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def _shown(rows: InquiryQuerySet) -> InquiryQuerySet:
    """The rows with what the list shows of them, newest first."""
    counts = {"attachment_count": _count_related(Attachment), "offer_count": _count_related(Offer)}
    return rows.select_related("inquiry_type", "step").defer(*DEFERRED).annotate(**counts).newest_first()


def _listed(pro: Pro, *place: Any, **filters: Any) -> InquiryQuerySet:
    rows = _shown(Inquiry.objects.for_pro(pro).filter(**filters))
    return rows.after(*place) if place else rows


_LISTED = Compiled(_listed)


class Listing:
    """The list of one Pro, as the URL asks for it."""

    def __init__(self, request: ProRequest, query: QueryDict | None = None) -> None:
        self.pro = request.pro
        self.form = InquiryFilter(self.pro, request.GET if query is None else query)
        self.form.is_valid()
        self.chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        self.status, self.search = self.chosen.get("status", "open"), self.chosen.get("q", "")
        self.cursor = request.GET.get("cursor")

    def matching(self) -> Any:
        """The inquiries that match search and filters, in every status."""
        rows = Inquiry.objects.for_pro(self.pro).filter(**self._filters())
        return rows.search(self.search) if self.search else rows

    def chosen_rows(self) -> Any:
        """The inquiries that match search and filters, in the chosen status."""
        rows = self.matching()
        return rows if self.status == "all" else rows.filter(status=self.status)

    def _filters(self) -> dict[str, Any]:
        filters = self._lookups()
        if case := self.chosen.get("case"):
            filters["case_id__isnull"] = case == "without"
        return filters | ({"profile_at": None} if "profile" in self.chosen else {})

    @cached_property
    def found(self) -> tuple[list[int], dict[str, int]]:
        """Of a search: the keys of the first page's rows and of one more, and the counts."""
        return self.matching().find(self.status, ROWS + 1)

    @property
    def has_kept_counts(self) -> bool:
        """True if its rows are counted without reading them."""
        return not self.search and not self.chosen.keys() - {"status", "type", "priority", "case"}

    def counts(self) -> dict[str, int]:
        """Number of the inquiries that match search and filters by status, and in all."""
        if self.search:
            return self.found[1]
        if not self.has_kept_counts:
            return self.matching().counts()
        kept = InquiryCount.objects.for_pro(self.pro).filter(**self._lookups())
        if case := self.chosen.get("case"):
            kept = kept.filter(is_linked=case != "without")
        return kept.by_status()

    def _lookups(self) -> dict[str, Any]:
        chosen = {field: self.chosen[name] for name, field in FILTER_LOOKUPS.items() if name in self.chosen}
        return chosen | ({"filter_options": int(self.chosen["option"])} if "option" in self.chosen else {})

    def page(self) -> list[Inquiry]:
        """The inquiries of the chosen tab after the cursor, newest first, and one more. Raises InvalidCursorError."""
        place = from_cursor(self.cursor, row_number) if self.cursor else ()
        status = {} if self.status == "all" else {"status": self.status}
        if not self.search:
            rows = _LISTED.question(self.pro, *place, **self._filters(), **status).part(ROWS + 1).rows()
        elif place:
            rows = list(_shown(self.matching().filter(**status)).after(*place)[: ROWS + 1])
        else:
            rows = list(_shown(Inquiry.objects.for_pro(self.pro).filter(pk__in=self.found[0])))
        attach_newest_offers(rows)
        for row in rows:
            # Its time zone decides when an offer expires.
            row.pro = self.pro
        return rows

    def query(self, **changes: str) -> str:
        """The query of the URL with these changes, without empty and default values."""
        query = QueryDict(mutable=True)
        values = {**self.chosen, **changes}
        if values.get("status") == "open":
            del values["status"]
        query.update({name: value for name, value in values.items() if value})
        return query.urlencode()

    @property
    def is_filtered(self) -> bool:
        return bool(self.chosen.keys() - {"status"})

    @property
    def is_narrowed(self) -> bool:
        """True if a filter besides the search is set."""
        return bool(self.chosen.keys() - {"status", "q"})

    @property
    def cleared(self) -> str:
        """The query of the same tab without search and filters."""
        return "" if self.status == "open" else f"status={self.status}"

    def context(self) -> dict[str, Any]:
        """One page of rows, and the query of the next page."""
        try:
            rows = self.page()
        except InvalidCursorError as error:
            raise Http404 from error
        page, more = rows[:ROWS], len(rows) > ROWS
        end = to_cursor(page[-1].created_at, page[-1].pk) if more else ""
        return {"listing": self, "rows": page, "next_query": self.query(cursor=end) if more else ""}

    def tabs_context(self) -> dict[str, Any]:
        """The tabs with the number of matching inquiries in each status."""
        counts = self.counts()
        names = {**dict(Inquiry.Status.choices), "all": _("All")}
        tabs = [(tab, name, counts[tab], self.query(status=tab)) for tab, name in names.items()]
        return {
            "listing": self,
            "tabs": tabs,
            "count": counts[self.status],
            "status_name": names[self.status],
            # An empty tab shows the number in the other tabs.
            "elsewhere": counts["all"] - counts[self.status],
            "all_query": self.query(status="all"),
        }


@require_safe
def inquiry_list(request: ProRequest) -> HttpResponse:
    """Show the list; htmx gets the tabs and rows ("inquiries") or the rows after a cursor ("more") alone."""
    listing = Listing(request)
    if wants(request, "more"):
        return render(request, f"{PAGE}#rows", listing.context())
    if not wants(request, "inquiries"):
        return show_list(request, listing)
    response = render(request, f"{PAGE}#inquiries", {**listing.tabs_context(), **listing.context()})
    if request.htmx.trigger == "inquiry-filter":
        # The address follows the search as it is typed, without a browser history entry per letter.
        response["HX-Replace-Url"] = f"{reverse('inquiries:inquiry_list')}?{listing.query()}"
    return response


def show_list(
    request: ProRequest, listing: Listing, form: KeptViewForm | None = None, status: int = 200
) -> HttpResponse:
    """The whole page of the list, with the user's kept views and the form of another one."""
    views = views_context(request, KEPT_INQUIRIES, form)
    return render(request, PAGE, {**listing.tabs_context(), **listing.context(), **views}, status=status)
