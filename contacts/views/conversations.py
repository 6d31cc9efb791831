"""The conversations: who wrote last, what was said, and the answer."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, send_to, wants
from config.files.downloads import download
from config.files.storage import StorageUnavailable
from config.web.paging import InvalidCursor, from_cursor, to_cursor

from ..book.duplicates import likely_duplicates
from ..forms import MessageForm, add_errors
from ..models import ChannelConnection, Contact, ContactMessage, MessageFile

PAGE = "messages/conversations.html"
ROWS = 25
# So many of a conversation are shown at first; the contact's timeline has them all.
SHOWN = 50


def _find(request: ProRequest, id: uuid.UUID) -> Contact:
    return get_object_or_404(Contact.objects.for_pro(request.pro).select_related("pro"), pk=id)


@contextmanager
def _present() -> Iterator[None]:
    """Who is archived or merged meanwhile is as unknown as a moment later."""
    try:
        yield
    except Contact.DoesNotExist:
        raise Http404 from None


def _search(request: ProRequest) -> dict[str, Any]:
    """Whom the list is searched for, and the query by which a page keeps to it."""
    text = request.GET.get("q", "").strip()[:200]
    return {"search": text, "query": _query(q=text)}


def _query(**chosen: str) -> str:
    """The query of an address, without what says nothing."""
    said = {name: value for name, value in chosen.items() if value}
    return f"?{urlencode(said)}" if said else ""


def _list(request: ProRequest) -> dict[str, Any]:
    """One page of conversations, the one with the newest message first, and where the next page begins."""
    cursor, chosen = request.GET.get("cursor"), _search(request)
    try:
        place = from_cursor(cursor, uuid.UUID) if cursor else None
    except InvalidCursor as error:
        raise Http404 from error
    everybody = Contact.objects.for_pro(request.pro)
    page, more = everybody.search(chosen["search"], by_word=True).conversations(place, ROWS)
    end = to_cursor(page[-1].last_message_at, page[-1].pk) if more else ""  # type: ignore[arg-type]
    return {
        **chosen,
        "rows": ContactMessage.objects.with_last(page),
        "next_query": _query(q=chosen["search"], cursor=end) if more else "",
        "cursor": cursor,
        "newest": "" if cursor or chosen["search"] else _newest(page),
        "has_channels": bool(page) or ChannelConnection.objects.for_pro(request.pro).filter(is_active=True).exists(),
    }


def _newest(page: list[Contact]) -> str:
    """Where the list begins; an empty one begins now."""
    first = page[0].last_message_at if page else None
    return to_cursor(first or timezone.now(), page[0].pk if first else uuid.UUID(int=0))


def _version(thread: list[ContactMessage]) -> str:
    """What tells whether a conversation is still what somebody sees."""
    said = [(message.pk, message.state, message.error, message.edited_at) for message in thread]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _thread(contact: Contact) -> dict[str, Any]:
    """What was said, the newest first."""
    newest = contact.messages.select_related("author").prefetch_related("files").order_by("-created_at", "-id")
    found = list(newest[: SHOWN + 1])
    thread = found[:SHOWN]
    return {"contact": contact, "thread": thread, "version": _version(thread), "is_longer": len(found) > SHOWN}


def _detail(contact: Contact, form: MessageForm | None = None) -> dict[str, Any]:
    likely, ways, said = likely_duplicates(contact), contact.ways(), _thread(contact)
    return {
        **said,
        "has_received": any(not message.is_outgoing for message in said["thread"]),
        "likely": likely[0] if likely else None,
        "ways": ways,
        "form": form or MessageForm(ways, initial={"id": uuid.uuid4()}),
    }


@require_safe
def conversation_list(request: ProRequest) -> HttpResponse:
    """The conversations; htmx gets the list ("list") or the rows after a cursor ("more") alone."""
    part = "#list" if wants(request, "list") else "#rows" if wants(request, "more") else ""
    return render(request, PAGE + part, _list(request))


@require_safe
def conversation_arrivals(request: ProRequest) -> HttpResponse:
    """In how many conversations something came in since the list was drawn."""
    try:
        since, _id = from_cursor(request.GET.get("since", ""), uuid.UUID)
    except InvalidCursor as error:
        raise Http404 from error
    count = Contact.objects.for_pro(request.pro).unread().filter(last_message_at__gt=since).count()
    return render(request, f"{PAGE}#arrivals", {"count": count, "newest": request.GET["since"]})


@require_safe
def conversation_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """One conversation beside the list; opening it is reading it. htmx gets the conversation ("detail") alone, or what
    was said in it ("thread"): that is asked for by a page that stands open, perhaps before nobody."""
    try:
        contact = _find(request, id)
    except Http404:
        return _elsewhere(request, id)
    if wants(request, "thread"):
        context = _thread(contact)
        if request.GET.get("seen") == context["version"]:
            return HttpResponse(status=204)
        return render(request, f"{PAGE}#thread", {**_search(request), **context, **_row(contact)})
    if request.method == "GET":
        with _present():
            ContactMessage.objects.mark_read(contact)
    if wants(request, "detail"):
        return render(request, f"{PAGE}#detail", _swap(request, contact))
    return render(request, PAGE, {**_list(request), **_detail(contact)})


def _elsewhere(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """The mail about a message leads to whoever wrote it, who may be merged by now, or archived; else 404."""
    with suppress(Contact.DoesNotExist):
        survivor = Contact.objects.survivor_of(request.pro, id)
        return send_to(request, reverse("messages:conversation_detail", args=[survivor.pk]))
    archived = get_object_or_404(Contact.objects.for_pro(request.pro, deleted=True), pk=id)
    return send_to(request, reverse("contacts:contact_detail", args=[archived.pk]))


def _swap(request: ProRequest, contact: Contact, form: MessageForm | None = None) -> dict[str, Any]:
    """One conversation, its row in the list and what waits in each tab."""
    return {**_search(request), **_detail(contact, form), **_row(contact)}


def _row(contact: Contact) -> dict[str, Any]:
    """The contact as the list shows it, to take the place of the row that is there."""
    return {"row": ContactMessage.objects.with_last([contact])[0], "is_swap": True}


@require_POST
def message_send(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Answer by the channel that somebody wrote by."""
    contact = _find(request, id)
    form = MessageForm(contact.ways(), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            with _present():
                contact.write(given["text"], channel=given["channel"], by=request.user, id=given["id"])
            messages.success(request, _("Your message is on its way."))
            return _after(request, contact)
        except ValidationError as error:
            add_errors(form, error)
    return _after(request, contact, form)


def _after(request: ProRequest, contact: Contact, form: MessageForm | None = None) -> HttpResponse:
    """What follows: htmx gets the conversation anew, and its row; a browser is sent to the page, unless the form has
    faults to show."""
    status = 422 if form else 200
    if wants(request, "detail"):
        return render(request, f"{PAGE}#detail", _swap(request, contact, form), status=status)
    if form:
        return render(request, PAGE, {**_list(request), **_detail(contact, form)}, status=status)
    page = reverse("messages:conversation_detail", args=[contact.pk])
    return redirect(f"{page}{_search(request)['query']}#thread")


@require_POST
def message_again(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """Have a message sent anew that has failed."""
    contact = _find(request, id)
    found = get_object_or_404(contact.messages.select_related("contact__pro"), pk=message)
    with _present():
        is_new = found.send_again()
    if is_new:
        messages.success(request, _("Your message is on its way."))
    else:
        messages.info(request, _("This message has not failed, or is being sent already."))
    return _after(request, contact)


@require_POST
def conversation_unread(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Put a conversation back among the unread ones."""
    contact = _find(request, id)
    with _present():
        ContactMessage.objects.mark_unread(contact)
    if contact.unread_count:
        messages.success(request, _("The conversation with %(name)s is unread again.") % {"name": contact.name})
    return redirect("messages:conversation_list")


@require_safe
def file_download(request: ProRequest, id: uuid.UUID, file: int) -> FileResponse | HttpResponse:
    """A file that came with a message, as a download; of an archived contact too."""
    contact = get_object_or_404(Contact.objects.for_pro(request.pro, deleted=None), pk=id)
    found = get_object_or_404(MessageFile.objects.for_pro(request.pro).filter(message__contact=contact), pk=file)
    try:
        return download(found.open(), filename=found.filename, content_type=found.mime_type)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageUnavailable:
        messages.error(request, _("The file cannot be fetched at the moment. Please try again in a few minutes."))
        return redirect("contacts:contact_detail", contact.pk)
