"""The address book: the list of contacts, its export, and a new contact."""

import uuid
from functools import cache
from typing import Any

from django.core.paginator import Page, Paginator
from django.forms import BoundField
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from config.accounts.http import ProRequest, wants
from config.accounts.middleware import for_owners
from config.accounts.models import Pro
from config.accounts.proof import password_again
from config.counts.models import Total
from config.search.found import find_keys, in_order_of
from config.web.compiled import Compiled
from config.web.paging import keys_after

from ..forms import SORTS, BookFilter, KeptViewForm, NewContactForm
from ..models import Contact, ContactCount, ContactWeekCount
from ..models.kept_view import CONTACTS
from ..models.queryset import ContactQuerySet
from .chosen import export_response
from .kept_list import views_context

PAGE = "contacts/book.html"
ROWS = 50


class KeptPaginator(Paginator):
    """Pages of a list whose total is kept."""

    def __init__(self, book: "ContactList") -> None:
        super().__init__([], ROWS)
        self._book = book

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        return Page(self._book.part((number - 1) * self.per_page), number, self)

    @cached_property
    def count(self) -> int:
        return self._book.kept_total()


class FoundPaginator(Paginator):
    """Pages of what a search found among `rows`: one query gives the keys of a page and the number of all."""

    def __init__(self, found: ContactQuerySet, size: int, rows: ContactQuerySet) -> None:
        super().__init__(found, size)
        self._found, self._rows = found, rows

    def get_page(self, number: Any) -> Page:
        keys, total = find_keys(self._found, (number - 1) * self.per_page, self.per_page)
        if not keys:  # Past the end: the last page.
            return super().get_page(number)
        self.count = total
        return Page(in_order_of(keys, list(self._rows.filter(pk__in=keys))), number, self)


class ContactList:
    """A Pro's contacts with the search, filters, order and page of the URL."""

    def __init__(self, request: ProRequest, query: QueryDict | None = None) -> None:
        self.pro = request.pro
        self.form = BookFilter(request.GET if query is None else query)
        self.form.is_valid()
        self.chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        self.search, self.sort = self.chosen.get("q", ""), self.chosen.get("sort", "-added")
        self.is_archived = "view" in self.chosen
        self.number = self.chosen.pop("page", 1)

    def rows(self) -> ContactQuerySet:
        """Contacts that match the search and filters, in the chosen order."""
        rows = _listed(self.pro.pk, self.sort, self.is_archived, self._filters())
        return rows.search(self.search, by_word=True) if self.search else rows

    def _all(self) -> ContactQuerySet:
        return Contact.objects.for_pro(self.pro, deleted=self.is_archived)

    def _filters(self) -> dict[str, str]:
        names = {"status": "status", "role": "role", "channel_preference": "channel"}
        return {field: self.chosen[name] for field, name in names.items() if name in self.chosen}

    def kept_filters(self) -> dict[str, str]:
        """The groups of the kept counts in which the contacts of the list are, without the search."""
        state = ContactCount.State.ARCHIVED if self.is_archived else ContactCount.State.PRESENT
        return {"state": str(state), **self._filters()}

    def pages(self) -> Paginator[Any]:
        """The pages of the list; only what a search found is counted."""
        return FoundPaginator(self.rows(), ROWS, self._all()) if self.search else KeptPaginator(self)

    def part(self, start: int) -> list[Contact]:
        """A page of rows, without the search, after the first `start`."""
        filters: dict[str, Any] = self._filters()
        if start:
            return _further_rows(self.sort, self.is_archived, ROWS).rows(self.pro.pk, start, **filters)
        return _first_rows(self.sort, self.is_archived).part(ROWS, 0, self.pro.pk, **filters)

    def kept_total(self) -> int:
        """The number of rows, without the search."""
        groups: dict[str, Any] = self.kept_filters()
        return _TOTAL.rows(self.pro.pk, **groups)[0][0]

    def query(self, **changes: str | int) -> str:
        """Query string of the URL with these changes, without defaults."""
        query = QueryDict(mutable=True)
        values = {**self.chosen, **changes}
        if values.get("sort") == "-added":
            del values["sort"]
        query.update({name: str(value) for name, value in values.items() if value})
        return query.urlencode()

    @property
    def is_filtered(self) -> bool:
        return bool(self.chosen.keys() - {"sort", "view"})

    @property
    def filters(self) -> list[BoundField]:
        return [self.form[name] for name in ("status", "role", "channel")]

    def context(self) -> dict[str, Any]:
        """One page of contacts, with links to other pages, tabs and orders."""
        page = self.pages().get_page(self.number)
        return {
            "book": self,
            "page": page,
            "earlier": self.query(page=page.number - 1),
            "later": self.query(page=page.number + 1),
            "tabs": [
                (_("Contacts"), self.query(view=""), False),
                (pgettext("contacts", "Archived"), self.query(view="archived"), True),
            ],
            "sorts": {name: self._sort_link(name) for name in ("name", "word", "added")},
        }

    def _sort_link(self, name: str) -> dict[str, str]:
        # The first click sorts names from a and times from the latest, the second click reverses the order.
        first, second = (name, f"-{name}") if name == "name" else (f"-{name}", name)
        is_current = self.sort in (first, second)
        direction = "" if not is_current else "descending" if self.sort.startswith("-") else "ascending"
        return {"query": self.query(sort=second if self.sort == first else first), "direction": direction}


def _listed(pro_id: int, sort: str, is_archived: bool, filters: dict[str, str]) -> ContactQuerySet:
    """Contacts of a Pro in one of the orders; `filters` are values of fields."""
    rows = Contact.objects.for_pro(Pro(pk=pro_id), deleted=is_archived)
    return rows.filter(**filters).order_by(*SORTS[sort])


@cache
def _first_rows(sort: str, is_archived: bool) -> Compiled[Contact]:
    return Compiled(lambda pro_id, **filters: _listed(pro_id, sort, is_archived, filters), keeps_plan=True)


@cache
def _further_rows(sort: str, is_archived: bool, size: int) -> Compiled[Contact]:
    """`size` rows of the list, of the Pro's id and the number of rows that are skipped."""

    def rows(pro_id: int, start: int, **filters: str) -> ContactQuerySet:
        has_weeks = sort == "-added" and not filters and not is_archived
        weeks = ContactWeekCount.objects.of_book(Pro(pk=pro_id)) if has_weeks else None
        keys = keys_after(_listed(pro_id, sort, is_archived, filters), start, size, weeks=weeks)
        return Contact.objects.filter(pk__in=keys).order_by(*SORTS[sort])

    return Compiled(rows, keeps_plan=True)


_TOTAL = Compiled(
    lambda pro_id, **groups: ContactCount.objects.for_pro(Pro(pk=pro_id)).filter(**groups).values_list(Total())
)


@require_safe
def contact_list(request: ProRequest) -> HttpResponse:
    """List of contacts; htmx gets the table alone ("book")."""
    book = ContactList(request)
    if wants(request, "book"):
        response = render(request, f"{PAGE}#book", book.context())
        if request.htmx.trigger == "book-filter":
            # The URL follows the typed text without a history entry for every letter.
            response["HX-Replace-Url"] = f"{reverse('contacts:contact_list')}?{book.query()}"
        return response
    return show_list(request, book)


def show_list(
    request: ProRequest, book: ContactList, form: KeptViewForm | None = None, status: int = 200
) -> HttpResponse:
    """The whole page of the list, with the user's kept views and the form of another one."""
    return render(request, PAGE, {**book.context(), **views_context(request, CONTACTS, form)}, status=status)


@for_owners
@password_again("GET")
@require_safe
def contact_export(request: ProRequest) -> StreamingHttpResponse:
    """CSV file of the contacts that the list shows for the same query, sent while it is written."""
    return export_response(request, ContactList(request).rows(), "contacts")


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: ProRequest) -> HttpResponse:
    """Create a contact by hand."""
    if request.method != "POST":
        form = NewContactForm(request.pro, initial={"id": uuid.uuid4()})
        return render(request, "contacts/new.html", {"form": form})
    form = NewContactForm(request.pro, request.POST)
    if contact := form.register(request.user):
        return redirect("contacts:contact_detail", contact.pk)
    return render(request, "contacts/new.html", {"form": form}, status=409 if form.same_address else 422)
