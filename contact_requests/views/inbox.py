"""The inbox: the list, one contact request beside it, its actions, and the quarantine."""

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
from config.web.forms import add_errors
from config.web.paging import InvalidCursorError, from_cursor, to_cursor
from contacts.conversations.writing import write_message
from contacts.topics import REQUEST, make_topic

from .. import receiving
from ..forms import InboxFilter, ReplyForm
from ..models import ContactRequest, InvalidTransitionError
from ..topics import find_answers

PAGE = "contact_requests/inbox.html"
ROWS = 25
TABS = ["new", "read", "replied", "all"]


class Inbox:
    """A Pro's list of contact requests, filtered by the query string."""

    def __init__(self, request: ProRequest) -> None:
        self.pro = request.pro
        self.form = InboxFilter(self.pro, request.GET)
        self.form.is_valid()
        filters = self.form.cleaned_data
        self.status = filters.get("status") or "new"
        self.search, self.property = filters.get("q") or "", filters.get("property")
        self.cursor = request.GET.get("cursor")

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

    def context(self) -> dict[str, Any]:
        """One page of rows, and the query string of the next one."""
        try:
            rows = self.rows().after(*from_cursor(self.cursor, uuid.UUID)) if self.cursor else self.rows()
        except InvalidCursorError as error:
            raise Http404 from error
        page, more = rows.page(ROWS)
        end = to_cursor(page[-1].created_at, page[-1].pk) if more else ""
        return {
            "inbox": self,
            "rows": page,
            "next_query": self.query(cursor=end) if more else "",
            "newest": "" if self.cursor else _newest_cursor(page),
        }

    def frame(self) -> dict[str, Any]:
        """The tabs with their counts, and the number in quarantine."""
        counts = ContactRequest.objects.counts(self.pro)
        names = {**dict(ContactRequest.Status.choices), "all": _("All")}
        return {
            "inbox": self,
            "tabs": [(tab, names[tab], counts[tab], self.query(status=tab)) for tab in TABS],
            "quarantined": counts["quarantined"],
        }


def _newest_cursor(page: list[ContactRequest]) -> str:
    """The cursor of the first row; of this moment for an empty list."""
    first = (page[0].created_at, page[0].pk) if page else (timezone.now(), uuid.UUID(int=0))
    return to_cursor(*first)


def _get_contact_request(request: ProRequest, id: uuid.UUID) -> ContactRequest:
    rows = ContactRequest.objects.for_pro(request.pro)
    return get_object_or_404(rows.select_related("property", "pro", "inbound_message", "contact__pro"), pk=id)


def _detail_context(contact_request: ContactRequest, form: ReplyForm | None = None) -> dict[str, Any]:
    of_contact = ContactRequest.objects.for_pro(contact_request.pro).filter(contact=contact_request.contact_id)
    others = of_contact.exclude(pk=contact_request.pk).select_related("property").newest_first()
    return {
        "contact_request": contact_request,
        "form": form or ReplyForm(initial={"id": uuid.uuid4()}),
        "events": contact_request.events.select_related("user", "token"),
        "answers": find_answers(contact_request),
        "others": others[:10],
    }


@require_safe
def inbox_list(request: ProRequest) -> HttpResponse:
    """Show the inbox; htmx gets the list ("list") or the rows after a cursor ("more") alone."""
    inbox = Inbox(request)
    if wants(request, "more"):
        return render(request, f"{PAGE}#rows", inbox.context())
    context = {**inbox.frame(), **inbox.context()}
    return render(request, f"{PAGE}#list" if wants(request, "list") else PAGE, context)


@require_safe
def request_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Show a contact request beside the list; htmx gets the contact request alone."""
    inbox, detail = Inbox(request), _detail_context(_get_contact_request(request, id))
    if wants(request, "detail"):
        return render(request, f"{PAGE}#detail", {"inbox": inbox, **detail, "is_swap": True})
    return render(request, PAGE, {**inbox.frame(), **inbox.context(), **detail})


@require_safe
def inbox_arrivals(request: ProRequest) -> HttpResponse:
    """Count the contact requests that have arrived since the list was rendered."""
    inbox = Inbox(request)
    try:
        created_at, _id = from_cursor(request.GET.get("since", ""), uuid.UUID)
    except InvalidCursorError as error:
        raise Http404 from error
    count = inbox.rows().filter(created_at__gt=created_at).count()
    return render(request, f"{PAGE}#arrivals", {"inbox": inbox, "count": count, "newest": request.GET["since"]})


@require_POST
def request_mark(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Change the status of a contact request."""
    contact_request = _get_contact_request(request, id)
    try:
        contact_request.mark(request.POST.get("status", ""), by=request.user)
    except InvalidTransitionError:
        # A colleague was quicker, or the page is old: the answer shows the current status.
        messages.error(request, _("This change is no longer possible. The request is shown as it is now."))
        return _show_changed(request, contact_request, status=409)
    return _show_changed(request, contact_request)


@require_POST
def request_reply(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Answer the visitor by e-mail."""
    contact_request, form = _get_contact_request(request, id), ReplyForm(request.POST)
    if form.is_valid() and contact_request.contact:
        try:
            given = form.cleaned_data
            write_message(
                contact_request.contact,
                given["text"],
                channel="email",
                by=request.user,
                id=given["id"],
                topic=make_topic(REQUEST, contact_request.pk),
            )
            return _show_changed(request, contact_request)
        except ValidationError as error:
            add_errors(form, error)
    inbox, detail = Inbox(request), _detail_context(contact_request, form)
    if request.htmx:
        return render(request, f"{PAGE}#detail", {"inbox": inbox, **detail, "is_swap": True}, status=422)
    return render(request, PAGE, {**inbox.frame(), **inbox.context(), **detail}, status=422)


def _show_changed(request: ProRequest, contact_request: ContactRequest, status: int = 200) -> HttpResponse:
    """Answer a change: htmx gets the contact request, the tabs and its row; a browser is redirected to the page."""
    inbox = Inbox(request)
    if request.htmx:
        detail = _detail_context(_get_contact_request(request, contact_request.pk))
        return render(request, f"{PAGE}#changed", {**inbox.frame(), **detail, "is_swap": True}, status=status)
    return redirect(f"{reverse('contact_requests:request_detail', args=[contact_request.pk])}?{inbox.query()}")


@require_safe
def quarantine_list(request: ProRequest) -> HttpResponse:
    """Show the quarantine, with the reason of each contact request."""
    rows = ContactRequest.objects.for_pro(request.pro, quarantined=True)
    cursor = request.GET.get("cursor")
    try:
        rows = rows.after(*from_cursor(cursor, uuid.UUID)) if cursor else rows
    except InvalidCursorError as error:
        raise Http404 from error
    page, more = rows.select_related("property").newest_first().page(ROWS)
    end = to_cursor(page[-1].created_at, page[-1].pk) if more else ""
    return render(request, "contact_requests/quarantine.html", {"rows": page, "next_cursor": end})


@require_POST
def quarantine_release(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Release a contact request from quarantine."""
    requests = ContactRequest.objects
    # A second click finds it in the inbox, and is no error.
    rows = requests.for_pro(request.pro, quarantined=True) | requests.for_pro(request.pro)
    contact_request = get_object_or_404(rows, pk=id)
    receiving.release(contact_request, by=request.user)
    messages.success(request, _("The request from %(name)s is in your inbox now.") % {"name": contact_request.name})
    return redirect("contact_requests:quarantine_list")
