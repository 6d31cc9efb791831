"""The desk: who waits and the other lists, each beside the thread of one person."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, wants
from config.web.paging import InvalidCursorError, from_cursor

from ..models import WaitingItem
from ..waiting.counting import MAX_COUNT
from .desk_context import PAGE, DeskList, list_context
from .desk_lists import Row, shown_to
from .thread_context import person_context


def _show_list(request: ProRequest, view: str) -> HttpResponse:
    """One list; htmx gets the list ("list") or the rows after a cursor ("more") alone."""
    desk = DeskList(request, view)
    part = next((name for target, name in (("more", "rows"), ("list", "list")) if wants(request, target)), "")
    context = list_context(request, desk, has_menu=not part)
    if part:
        return render(request, f"{PAGE}#{part}", context)
    return render(request, PAGE, {**context, **_preview(request, desk, context["rows"])})


def _preview(request: ProRequest, desk: DeskList, rows: list[Row]) -> dict[str, Any]:
    """The person who has waited longest, whom a wide screen shows beside the list; a phone hides them."""
    contact = next((row.contact for row in rows if row.contact), None) if desk.view == "list" else None
    if contact is None:
        return {}
    contact.pro = request.pro
    return {**person_context(request, contact), "is_preview": True}


@require_safe
def waiting_list(request: ProRequest) -> HttpResponse:
    """List of who waits, longest first; a wide screen shows the first person beside them."""
    if request.GET.keys() & {"status", "property"}:
        # The inbox was the list of contact requests.
        return redirect(f"{reverse('contact_requests:request_list')}?{request.GET.urlencode()}")
    return _show_list(request, "list")


@require_safe
def later_list(request: ProRequest) -> HttpResponse:
    """People who are put off to a later time."""
    return _show_list(request, "later")


@require_safe
def done_list(request: ProRequest) -> HttpResponse:
    """Items that were answered, or needed no answer."""
    return _show_list(request, "done")


@require_safe
def all_list(request: ProRequest) -> HttpResponse:
    """Everybody with something in their thread, the last word first."""
    return _show_list(request, "all")


@require_safe
def draft_list(request: ProRequest) -> HttpResponse:
    """Words that are typed and not sent."""
    return _show_list(request, "drafts")


@require_safe
def arrivals(request: ProRequest) -> HttpResponse:
    """Count those who wait since the list was shown, and all who wait."""
    try:
        since, _id = from_cursor(request.GET.get("since", ""), int)
    except InvalidCursorError as error:
        raise Http404 from error
    people = WaitingItem.objects.for_pro(request.pro).first_of_each_person().of(shown_to(request.user))
    # A person whose older item waits already is no arrival.
    new = people.filter(is_returned=False, since__gt=since)[:MAX_COUNT].count()
    return render(request, f"{PAGE}#arrivals", {"count": new, "newest": request.GET["since"], "is_swap": True})


@require_POST
def digest_fold(request: ProRequest) -> HttpResponse:
    """Fold the sentence above the list, for today."""
    request.session["digest_read"] = timezone.localdate().isoformat()
    return HttpResponse() if request.htmx else redirect("waiting:list")


@require_safe
@cache_control(private=True, max_age=int(timedelta(days=1).total_seconds()))
def icon(request: ProRequest, count: int) -> HttpResponse:
    """Icon of the browser's tab that says how many wait."""
    context = {"label": str(count) if count < 100 else "99"}
    return render(request, "waiting/icon.svg", context, content_type="image/svg+xml; charset=utf-8")
