"""The page of every contact request, newest first, and the change of one's status from a page."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, wants
from config.accounts.models import User
from config.web.paging import InvalidCursorError, from_cursor
from config.web.toasts import toast
from contacts.forms import KeptViewForm
from contacts.models import WaitingItem
from contacts.models.waiting import WaitingItemQuerySet
from contacts.views.kept_list import views_context
from contacts.views.leaving import make_undo_url
from contacts.waiting.endings import end_waiting

from ..desk import thread_url
from ..listing import LIST, RequestList
from ..marking import mark_contact_request
from ..models import ContactRequest, InvalidTransitionError

PAGE = "contact_requests/requests.html"
# The name of the list whose views are kept.
KEPT_REQUESTS = "requests"


@require_safe
def request_list(request: ProRequest) -> HttpResponse:
    """Show the list; htmx gets the list ("list") or the rows after a cursor ("more") alone."""
    requests = RequestList(request.pro, request.GET)
    try:
        context = requests.context()
    except InvalidCursorError as error:
        raise Http404 from error
    if wants(request, "more"):
        return render(request, f"{LIST}#rows", context)
    if wants(request, "list"):
        return render(request, f"{LIST}#list", context | requests.frame())
    return show_list(request, requests, context)


def show_list(
    request: ProRequest,
    requests: RequestList,
    context: dict[str, Any],
    form: KeptViewForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page of the list with the user's kept views, and the form of another one; `context` is of its rows."""
    views = views_context(request, KEPT_REQUESTS, form)
    return render(request, PAGE, {**context, **requests.frame(), **views}, status=status)


@require_safe
def request_arrivals(request: ProRequest) -> HttpResponse:
    """Count the contact requests that have arrived since the list was rendered."""
    requests = RequestList(request.pro, request.GET)
    try:
        created_at, _id = from_cursor(request.GET.get("since", ""), uuid.UUID)
    except InvalidCursorError as error:
        raise Http404 from error
    count = requests.rows().filter(created_at__gt=created_at).count()
    return render(request, f"{LIST}#arrivals", {"requests": requests, "count": count, "newest": request.GET["since"]})


@require_POST
def request_mark(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Change the status of a contact request; htmx gets its buttons alone."""
    rows = ContactRequest.objects.for_pro(request.pro).select_related("property", "pro")
    contact_request = get_object_or_404(rows, pk=id)
    status = 200
    pending = ""
    try:
        pending = _mark(request, contact_request, request.POST.get("status", ""))
    except InvalidTransitionError:
        # A colleague was quicker, or the page is old: the answer shows the current status.
        contact_request.refresh_from_db()
        status = 409
        messages.error(request, _("This change is no longer possible. The request is shown as it is now."))
    if not request.htmx:
        return redirect(thread_url(contact_request))
    context = {"contact_request": contact_request, "is_swap": True, "pending": pending}
    return render(request, "contact_requests/_marked.html", context, status=status)


def _takes_effect_soon(items: WaitingItemQuerySet, user: User) -> bool:
    """True while the seconds of the user who answered it another way are not over."""
    since = timezone.now() - timedelta(seconds=user.undo_seconds)
    return items.filter(outcome=WaitingItem.Outcome.ANOTHER_WAY, ended_by=user, ended_at__gt=since).exists()


def _mark(request: ProRequest, contact_request: ContactRequest, status: str) -> str:
    """Change the status; returns the one that stands when the seconds to undo are over, "" when it stands already."""
    own = WaitingItem.objects.filter(kind=WaitingItem.Kind.REQUEST, key=str(contact_request.pk))
    items = own.open()
    if status == ContactRequest.Status.REPLIED and _takes_effect_soon(own, request.user):
        # Pressed twice: it can still be undone.
        return status
    if status != ContactRequest.Status.REPLIED or not items.exists():
        mark_contact_request(contact_request, status, by=request.user)
        return ""
    contact_request.refuse_in_quarantine(status)
    if ended := end_waiting(items, WaitingItem.Outcome.ANOTHER_WAY, by=request.user):
        name = {"name": contact_request.name}
        url = make_undo_url(ended, back_to=contact_request.contact_id)
        toast(request, _("%(name)s: answered another way.") % name, url, seconds=request.user.undo_seconds or 1)
    return status
