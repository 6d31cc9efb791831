"""Pages of the conversations: the list, one conversation, and the answer."""

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
from config.files.storage import StorageUnavailableError
from config.web.forms import add_errors
from config.web.paging import InvalidCursorError, from_cursor, to_cursor

from ..book.duplicates import likely_duplicates
from ..models import ChannelConnection, Contact, ContactMessage, MessageFile
from .answering import send_answer
from .forms import MessageForm, TemplateForm, reply_context
from .leads import attach_lead_notes
from .reply_channels import find_reply_channels, take_free_text
from .seen import SeenChangedError
from .senders import confirm_sender, find_unconfirmed_message
from .sending import resend_message
from .templates import find_template, write_template
from .threads import link_messages, with_content

PAGE = "messages/conversations.html"
# Conversations of a page.
PAGE_SIZE = 25
# Messages that a conversation shows; the contact's timeline has them all.
THREAD_SIZE = 50


def _find_contact(request: ProRequest, id: uuid.UUID) -> Contact:
    return get_object_or_404(Contact.objects.for_pro(request.pro).select_related("pro"), pk=id)


@contextmanager
def _not_found_when_gone() -> Iterator[None]:
    """Contact archived or merged during the request: 404."""
    try:
        yield
    except Contact.DoesNotExist:
        raise Http404 from None


def _search_context(request: ProRequest) -> dict[str, Any]:
    """Search text, and its query string kept across pages."""
    text = request.GET.get("q", "").strip()[:200]
    return {"search": text, "query": _query_string(q=text)}


def _query_string(**parameters: str) -> str:
    """The query string of the parameters that are not empty, "" when all are."""
    given = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _list_context(request: ProRequest) -> dict[str, Any]:
    """One page of conversations, the newest message first, and the query string of the next page."""
    cursor, search = request.GET.get("cursor"), _search_context(request)
    try:
        place = from_cursor(cursor, uuid.UUID) if cursor else None
    except InvalidCursorError as error:
        raise Http404 from error
    contacts = ContactMessage.objects.search_conversations(request.pro, search["search"])
    page, has_more = contacts.conversations(place, PAGE_SIZE)
    end = to_cursor(page[-1].last_message_at, page[-1].pk) if has_more else ""  # type: ignore[arg-type]
    return {
        **search,
        "rows": ContactMessage.objects.with_last(page),
        "next_query": _query_string(q=search["search"], cursor=end) if has_more else "",
        "cursor": cursor,
        "newest": "" if cursor or search["search"] else _newest_cursor(page),
        "has_channels": bool(page) or ChannelConnection.objects.for_pro(request.pro).filter(is_active=True).exists(),
    }


def _newest_cursor(page: list[Contact]) -> str:
    """Cursor of the first row, or of now when the list is empty."""
    first = page[0].last_message_at if page else None
    return to_cursor(first or timezone.now(), page[0].pk if first else uuid.UUID(int=0))


def _thread_version(thread: list[ContactMessage]) -> str:
    """Fingerprint of a conversation as the page shows it."""
    notes = [note.version if (note := message.lead_note) else "" for message in thread]  # type: ignore[attr-defined]
    fields = ("pk", "state", "error", "edited_at", "deleted_at", "reactions")
    shown = [[getattr(message, name) for name in fields] for message in thread]
    media = [(medium.pk, medium.state, medium.error) for message in thread for medium in message.fetched_media.all()]
    return hashlib.sha256(repr((shown, notes, media)).encode()).hexdigest()[:16]


def _thread_context(contact: Contact) -> dict[str, Any]:
    """The newest messages of a conversation, newest first."""
    newest = with_content(contact.messages.order_by("-created_at", "-id"))
    rows = list(newest[: THREAD_SIZE + 1])
    for message in rows:
        message.contact = contact
    thread = attach_lead_notes(rows[:THREAD_SIZE])
    link_messages(thread)
    version = _thread_version(thread)
    return {"contact": contact, "thread": thread, "version": version, "is_longer": len(rows) > THREAD_SIZE}


def _detail_context(contact: Contact, **forms: Any) -> dict[str, Any]:
    duplicates, thread = likely_duplicates(contact), _thread_context(contact)
    # No query: an address that was stated long ago is found when the answer is sent.
    unconfirmed = next((message for message in thread["thread"] if message.is_unconfirmed), None)
    return {
        **thread,
        "has_received": any(not message.is_outbound for message in thread["thread"]),
        "likely": duplicates[0] if duplicates else None,
        **reply_context(contact, unconfirmed, **forms),
    }


@require_safe
def conversation_list(request: ProRequest) -> HttpResponse:
    """List the conversations; htmx gets the list ("list") or the rows after a cursor ("more") alone."""
    part = "#list" if wants(request, "list") else "#rows" if wants(request, "more") else ""
    return render(request, PAGE + part, _list_context(request))


@require_safe
def conversation_arrivals(request: ProRequest) -> HttpResponse:
    """Count the unread conversations with a message since the list was rendered."""
    try:
        since, _id = from_cursor(request.GET.get("since", ""), uuid.UUID)
    except InvalidCursorError as error:
        raise Http404 from error
    count = Contact.objects.for_pro(request.pro).unread().filter(last_message_at__gt=since).count()
    return render(request, f"{PAGE}#arrivals", {"count": count, "newest": request.GET["since"]})


@require_safe
def conversation_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Show one conversation beside the list, and mark it as read.

    htmx gets the conversation ("detail") or its messages ("thread") alone. An open page polls for "thread", with or
    without a reader, so that marks nothing as read; `seen` is the version that it shows, and 204 says it is current.
    """
    try:
        contact = _find_contact(request, id)
    except Http404:
        return _redirect_to_kept_contact(request, id)
    if wants(request, "thread"):
        context = _thread_context(contact)
        if request.GET.get("seen") == context["version"]:
            return HttpResponse(status=204)
        return render(request, f"{PAGE}#thread", {**_search_context(request), **context, **_row_context(contact)})
    if request.method == "GET":
        with _not_found_when_gone():
            ContactMessage.objects.mark_read(contact)
    if wants(request, "detail"):
        return render(request, f"{PAGE}#detail", _swap_context(request, contact))
    return render(request, PAGE, {**_list_context(request), **_detail_context(contact)})


def _redirect_to_kept_contact(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Redirect a notification's link to the contact that a merge kept, or to the archived contact; else 404."""
    with suppress(Contact.DoesNotExist):
        survivor = Contact.objects.get_kept_contact(request.pro, id)
        return send_to(request, reverse("messages:conversation_detail", args=[survivor.pk]))
    archived = get_object_or_404(Contact.objects.for_pro(request.pro, deleted=True), pk=id)
    return send_to(request, reverse("contacts:contact_detail", args=[archived.pk]))


def _swap_context(request: ProRequest, contact: Contact, **forms: Any) -> dict[str, Any]:
    """One conversation, and its row in the list."""
    return {**_search_context(request), **_detail_context(contact, **forms), **_row_context(contact)}


def _row_context(contact: Contact) -> dict[str, Any]:
    """The contact's row, which replaces the one in the list."""
    return {"row": ContactMessage.objects.with_last([contact])[0], "is_swap": True}


def _confirm_and_find_next(unconfirmed: ContactMessage) -> ContactMessage | None:
    """Confirm a sender; return a message of another unconfirmed one: the answer might go to them."""
    confirm_sender(unconfirmed)
    return find_unconfirmed_message(unconfirmed.contact)


@require_POST
def message_send(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Answer by a reply channel."""
    contact = _find_contact(request, id)
    unconfirmed = find_unconfirmed_message(contact)
    form = MessageForm(take_free_text(find_reply_channels(contact)), request.POST, unconfirmed=unconfirmed)
    if form.is_valid():
        try:
            with _not_found_when_gone():
                if unconfirmed and (another := _confirm_and_find_next(unconfirmed)):
                    form = MessageForm(take_free_text(find_reply_channels(contact)), request.POST, unconfirmed=another)
                    return _show_conversation(request, contact, form=form)
                uploads = request.FILES.getlist("files")
                send_answer(contact, form.cleaned_data["text"], uploads, by=request.user, **form.options)
            messages.success(request, _("Your message is being sent."))
            return _show_conversation(request, contact)
        except ValidationError as error:
            add_errors(form, error)
        except SeenChangedError as error:
            form.add_error(None, str(error))
    return _show_conversation(request, contact, form=form)


@require_POST
def template_send(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Send a WhatsApp template."""
    contact = _find_contact(request, id)
    unconfirmed, template = find_unconfirmed_message(contact), find_template(contact, request.POST.get("template", ""))
    if template is None:
        messages.error(request, _("This template is no longer available."))
        return _show_conversation(request, contact)
    form = TemplateForm(template, request.POST, unconfirmed=unconfirmed)
    if form.is_valid():
        try:
            with _not_found_when_gone():
                if unconfirmed and (another := _confirm_and_find_next(unconfirmed)):
                    form = TemplateForm(template, request.POST, unconfirmed=another)
                    return _show_conversation(request, contact, template_form=form)
                write_template(contact, template, form.values, by=request.user, id=form.cleaned_data["id"])
            messages.success(request, _("Your message is being sent."))
            return _show_conversation(request, contact)
        except ValidationError as error:
            add_errors(form, error)
    return _show_conversation(request, contact, template_form=form)


def _show_conversation(request: ProRequest, contact: Contact, **forms: Any) -> HttpResponse:
    """Respond to a POST: the conversation and its row for htmx, else a redirect, or the page with the form's errors."""
    status = 422 if forms else 200
    if wants(request, "detail"):
        return render(request, f"{PAGE}#detail", _swap_context(request, contact, **forms), status=status)
    if forms:
        return render(request, PAGE, {**_list_context(request), **_detail_context(contact, **forms)}, status=status)
    page = reverse("messages:conversation_detail", args=[contact.pk])
    return redirect(f"{page}{_search_context(request)['query']}#thread")


@require_POST
def message_again(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """Send a failed message again."""
    contact = _find_contact(request, id)
    failed = get_object_or_404(contact.messages.select_related("contact__pro"), pk=message)
    try:
        with _not_found_when_gone():
            is_resent = resend_message(failed)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _show_conversation(request, contact)
    if is_resent:
        messages.success(request, _("Your message is being sent."))
    else:
        messages.info(request, _("This message has not failed, or is being sent already."))
    return _show_conversation(request, contact)


@require_POST
def conversation_unread(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Mark a conversation as unread."""
    contact = _find_contact(request, id)
    with _not_found_when_gone():
        ContactMessage.objects.mark_unread(contact)
    if contact.unread_count:
        messages.success(request, _("The conversation with %(name)s is unread again.") % {"name": contact.name})
    return redirect("messages:conversation_list")


@require_safe
def file_download(request: ProRequest, id: uuid.UUID, file: int) -> FileResponse | HttpResponse:
    """Download a file of a message, of an archived contact too."""
    contact = get_object_or_404(Contact.objects.for_pro(request.pro, deleted=None), pk=id)
    stored = get_object_or_404(MessageFile.objects.for_pro(request.pro).filter(message__contact=contact), pk=file)
    try:
        return download(stored.open(), filename=stored.filename, content_type=stored.served_type)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageUnavailableError:
        messages.error(request, _("The file cannot be fetched at the moment. Please try again in a few minutes."))
        return redirect("contacts:contact_detail", contact.pk)
