"""The pro's inbox: the list, one request beside it, and what can be done with it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, wants
from config.web.paging import InvalidCursor, from_cursor, to_cursor

from .. import receiving, replying
from ..forms import InboxFilter, ReplyForm
from ..models import ContactRequest, InvalidTransition

PAGE = "contact_requests/inbox.html"
ROWS = 25
TABS = ["new", "read", "replied", "all"]


class Inbox:
    """The list as the URL asks for it, for one Pro."""

    def __init__(self, request: ProRequest) -> None:
        self.pro = request.pro
        self.form = InboxFilter(self.pro, request.GET)
        self.form.is_valid()
        chosen = self.form.cleaned_data
        self.status = chosen.get("status") or "new"
        self.search, self.property = chosen.get("q") or "", chosen.get("property")
        self.cursor = request.GET.get("cursor")

    def rows(self) -> Any:
        """The queryset of the chosen tab and filters, newest first."""
        rows = ContactRequest.objects.for_pro(self.pro).select_related("property").newest_first()
        if self.status != "all":
            rows = rows.filter(status=self.status)
        if self.property:
            rows = rows.filter(property=self.property)
        return rows.search(self.search) if self.search else rows

    def query(self, **changes: str) -> str:
        """The URL's query with these changes, without what says nothing."""
        chosen = {
            "status": self.status,
            "q": self.search,
            "property": str(self.property.pk) if self.property else "",
        }
        return _query({**chosen, **changes})

    def context(self) -> dict[str, Any]:
        """One page of rows and where the next begins."""
        try:
            rows = self.rows().after(*from_cursor(self.cursor, uuid.UUID)) if self.cursor else self.rows()
        except InvalidCursor as error:
            raise Http404 from error
        page, more = rows.page(ROWS)
        end = to_cursor(page[-1].created_at, page[-1].pk) if more else ""
        return {
            "inbox": self,
            "rows": page,
            "next_query": self.query(cursor=end) if more else "",
            "newest": "" if self.cursor else _newest(page),
        }

    def frame(self) -> dict[str, Any]:
        """The tabs with their counts, and what waits in quarantine."""
        counts = ContactRequest.objects.counts(self.pro)
        names = {**dict(ContactRequest.Status.choices), "all": _("All")}
        return {
            "inbox": self,
            "tabs": [(tab, names[tab], counts[tab], self.query(status=tab)) for tab in TABS],
            "quarantined": counts["quarantined"],
        }


def _newest(page: list[ContactRequest]) -> str:
    """Where the list begins; an empty one begins now."""
    first = (page[0].created_at, page[0].pk) if page else (timezone.now(), uuid.UUID(int=0))
    return to_cursor(*first)


def _query(values: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update({key: value for key, value in values.items() if value})
    return query.urlencode()


def _find(request: ProRequest, id: uuid.UUID) -> ContactRequest:
    rows = ContactRequest.objects.for_pro(request.pro)
    return get_object_or_404(rows.select_related("property", "pro"), pk=id)


def _detail(found: ContactRequest, form: ReplyForm | None = None) -> dict[str, Any]:
    others = ContactRequest.objects.for_pro(found.pro).filter(contact=found.contact_id).exclude(pk=found.pk)
    return {
        "found": found,
        "form": form or ReplyForm(initial={"id": uuid.uuid4()}),
        "events": found.events.select_related("user", "token"),
        "replies": found.replies.select_related("author"),
        "others": others.select_related("property").newest_first()[:10],
    }


@require_safe
def inbox_list(request: ProRequest) -> HttpResponse:
    """The inbox; htmx gets the list ("list") or the rows after a cursor ("more") alone."""
    inbox = Inbox(request)
    if wants(request, "more"):
        return render(request, f"{PAGE}#rows", inbox.context())
    context = {**inbox.frame(), **inbox.context()}
    return render(request, f"{PAGE}#list" if wants(request, "list") else PAGE, context)


@require_safe
def request_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """One request beside the list; htmx gets the request alone."""
    found, inbox = _find(request, id), Inbox(request)
    if wants(request, "detail"):
        return render(request, f"{PAGE}#detail", {"inbox": inbox, **_detail(found), "is_swap": True})
    return render(request, PAGE, {**inbox.frame(), **inbox.context(), **_detail(found)})


@require_safe
def inbox_arrivals(request: ProRequest) -> HttpResponse:
    """How many requests came in since the list was drawn."""
    inbox = Inbox(request)
    try:
        created_at, _id = from_cursor(request.GET.get("since", ""), uuid.UUID)
    except InvalidCursor as error:
        raise Http404 from error
    count = inbox.rows().filter(created_at__gt=created_at).count()
    return render(request, f"{PAGE}#arrivals", {"inbox": inbox, "count": count, "newest": request.GET["since"]})


@require_POST
def request_mark(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Change the status of one request."""
    found = _find(request, id)
    try:
        found.mark(request.POST.get("status", ""), by=request.user)
    except InvalidTransition:
        # Somebody else was quicker, or the page is old: what is shown next is the truth.
        messages.error(request, _("That change is not possible any more. This is how the request stands now."))
        return _after(request, found, status=409)
    return _after(request, found)


@require_POST
def request_reply(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Answer the visitor by e-mail."""
    found, form = _find(request, id), ReplyForm(request.POST)
    if form.is_valid():
        try:
            replying.reply(found, form.cleaned_data["body"], by=request.user, id=form.cleaned_data["id"])
            return _after(request, found)
        except ValidationError as error:
            form.add_error(None, error)
    if request.htmx:
        context = {"inbox": Inbox(request), **_detail(found, form), "is_swap": True}
        return render(request, f"{PAGE}#detail", context, status=422)
    inbox = Inbox(request)
    return render(request, PAGE, {**inbox.frame(), **inbox.context(), **_detail(found, form)}, status=422)


def _after(request: ProRequest, found: ContactRequest, status: int = 200) -> HttpResponse:
    """What follows a change: htmx gets the request, the tabs and the row anew; a browser is sent to the page."""
    inbox = Inbox(request)
    if request.htmx:
        context = {**inbox.frame(), **_detail(_find(request, found.pk)), "is_swap": True}
        return render(request, f"{PAGE}#changed", context, status=status)
    return redirect(f"{reverse('contact_requests:request_detail', args=[found.pk])}?{inbox.query()}")


@require_safe
def quarantine_list(request: ProRequest) -> HttpResponse:
    """What looked like spam, with its reason."""
    rows = ContactRequest.objects.for_pro(request.pro, quarantined=True)
    cursor = request.GET.get("cursor")
    try:
        rows = rows.after(*from_cursor(cursor, uuid.UUID)) if cursor else rows
    except InvalidCursor as error:
        raise Http404 from error
    page, more = rows.select_related("property").newest_first().page(ROWS)
    end = to_cursor(page[-1].created_at, page[-1].pk) if more else ""
    return render(request, "contact_requests/quarantine.html", {"rows": page, "next_cursor": end})


@require_POST
def quarantine_release(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Let one request through to the inbox."""
    requests = ContactRequest.objects
    # A second click finds it released already, which is just as well.
    rows = requests.for_pro(request.pro, quarantined=True) | requests.for_pro(request.pro)
    found = get_object_or_404(rows, pk=id)
    receiving.release(found, by=request.user)
    messages.success(request, _("The request from %(name)s is in your inbox now.") % {"name": found.name})
    return redirect("contact_requests:quarantine_list")
