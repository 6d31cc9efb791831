"""The thread of one person beside the list: everything in the order it happened."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, send_to, wants
from config.audit.recording import record_view
from config.web.compiled import Compiled
from config.web.hooks import hooks
from config.web.together import Answers

from ..conversations.drafts import DRAFTS, being_written, list_drafts
from ..conversations.reading import mark_person_read
from ..models import Contact
from ..timeline import Place, ask_entries, ask_keys
from .desk_context import PAGE, DeskList, list_context
from .thread_context import person_context, thread_context

EARLIER = "thread/_earlier.html"


def find_person(request: ProRequest, id: uuid.UUID) -> Contact:
    """Present contact of this Pro; else 404."""
    if (contact := _FOUND.first(request.pro, id)) is None:
        raise Http404
    return contact


_FOUND = Compiled(lambda pro, id: Contact.objects.for_pro(pro).select_related("pro").filter(pk=id), keeps_plan=True)


@require_safe
def person(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """One person's thread beside the list; opening it changes nothing.

    htmx gets the person ("item"), earlier entries ("earlier") or the entries that a page shows, if they have
    changed ("thread"), alone.
    """
    try:
        contact = find_person(request, id)
    except Http404:
        return _lead_elsewhere(request, id)
    if wants(request, "thread"):
        return show_news(request, contact)
    if wants(request, "earlier"):
        return render(request, EARLIER, thread_context(contact, read_place(request)))
    return show_person(request, contact)


def show_person(request: ProRequest, contact: Contact, status: int = 200, **more: Any) -> HttpResponse:
    """The person's page, or their part of it for htmx; `more` may hold forms with errors."""
    record_view(contact, by=request.user)
    desk = more.pop("desk", None) or DeskList(request)
    forms = {name: more.pop(name) for name in ("form", "template_form", "note_form", "page_url") if name in more}
    context = {
        "desk": desk,
        **person_context(request, contact, read_place(request), **forms),
        **more,
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, f"{PAGE}#person", {**context, "is_swap": True}, status=status)
    if beside := desk.show_beside():
        context |= {**beside.context, "beside": beside.template}
    else:
        context |= list_context(request, desk)
    return render(request, PAGE, context, status=status)


@require_POST
def mark_read(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Mark as read what a page showed for a moment, until the time at which it was shown; nobody stops waiting."""
    contact, until = find_person(request, id), read_time(request.POST.get("until", ""))
    if until is None:
        raise BadRequest
    try:
        parts = mark_person_read(contact, until, by=request.user)
    except Contact.DoesNotExist as error:
        raise Http404 from error
    if not request.htmx:
        return redirect("waiting:person", contact.pk)
    return render(request, "thread/_marked_read.html", {"parts": parts})


def show_news(request: ProRequest, contact: Contact, url: str = "") -> HttpResponse:
    """The entries that the page at `url` shows and those since, and who is writing; 204 when nothing has changed."""
    answers = Answers()
    answers.ask(ask_keys(contact, None), DRAFTS.question(contact))
    answers.ask(*ask_entries(contact, None, answers))
    context = thread_context(contact, since=read_time(request.GET.get("first", "")), url=url, answers=answers)
    present = being_written(list_drafts(contact, answers), beside=request.user)
    context["version"] += "".join(str(draft.user_id) for draft in present)
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    return render(request, f"{PAGE}#news", {**context, "desk": DeskList(request), "present": present, "is_swap": True})


def read_place(request: ProRequest) -> Place | None:
    """Beginning of a page of entries from the URL; None for the newest page, 404 for an invalid place."""
    text, skip = request.GET.get("until"), request.GET.get("skip", "0")
    if text is None:
        return None
    until = read_time(text)
    if until is None or not (skip.isascii() and skip.isdigit() and len(skip) < 5):
        raise Http404
    return Place(until, int(skip))


def read_time(text: str) -> datetime | None:
    """Time with its zone, None for anything else."""
    with suppress(ValueError, OverflowError):
        time = parse_datetime(text)
        return time.astimezone(UTC) if time and time.tzinfo else None
    return None


def _lead_elsewhere(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Redirect to the contact that a merge kept, to an archived contact, or to the thread of a request; else 404."""
    with suppress(Contact.DoesNotExist):
        survivor = Contact.objects.get_kept_contact(request.pro, id)
        return send_to(request, reverse("waiting:person", args=[survivor.pk]))
    if Contact.objects.for_pro(request.pro, deleted=True).filter(pk=id).exists():
        return send_to(request, reverse("contacts:contact_detail", args=[id]))
    for module in hooks("desk", "find_url"):
        if url := module.find_url(request.pro, id):
            return send_to(request, url)
    raise Http404
