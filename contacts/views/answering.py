"""Answers and notes from the desk."""

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from config.accounts.http import ProRequest, send_to, wants
from config.files.storage import StorageUnavailableError
from config.web.forms import add_errors
from config.web.next_page import read_next_page
from config.web.toasts import toast

from ..assigning.mentions import write_note
from ..conversations.answering import UNAVAILABLE, keep_draft, send_answer
from ..conversations.drafts import delete_draft, find_draft
from ..conversations.forms import MessageForm, TemplateForm, read_settles
from ..conversations.reply_channels import find_reply_channels, take_free_text
from ..conversations.seen import SeenChangedError
from ..conversations.senders import confirm_sender, find_unconfirmed_message
from ..conversations.sending import resend_message
from ..conversations.templates import find_template, write_template
from ..forms import NoteForm
from ..models import Contact, ContactMessage, Draft, WaitingItem
from ..topics import clean_topic
from ..waiting.persons import items_to_answer
from ..waiting.reminders import remind_if_silent
from .contact import GONE, PAGE, contact_context, find_contact
from .desk_context import DeskList
from .desk_lists import find_next_person, find_row, shown_to
from .leaving import show_next
from .thread import find_person, show_person
from .thread_context import composer_context

# Days after which somebody who does not answer comes back.
REMINDERS = ("1", "3", "7")


def show_answered(request: ProRequest, contact: Contact) -> HttpResponse:
    """Respond to a POST that was done: the person for htmx on the desk, else the page that the form came from."""
    if request.htmx and not _is_docked(request):
        return show_person(request, contact)
    person_url = f"{reverse('waiting:person', args=[contact.pk])}{DeskList(request).person_query}"
    page = _read_page(request)
    # A browser does not load a page again for a fragment.
    fragment = "" if request.htmx else "#composer" if page else "#thread-end"
    return send_to(request, f"{page or person_url}{fragment}")


def _read_page(request: ProRequest) -> str:
    """The page that the composer stands on; "" for the desk."""
    page = read_next_page(request)
    return "" if page.startswith("/inbox") else page


def _is_docked(request: ProRequest) -> bool:
    """True for htmx on a page with the composer alone, such as a contact's or an inquiry's."""
    return wants(request, "composer")


def show_refused(request: ProRequest, contact: Contact, **more: Any) -> HttpResponse:
    """Respond to a POST that was refused: the composer with its errors alone, or the person. `more` holds the forms."""
    page_url = _read_page(request)
    if contact.deleted_at and not _is_docked(request):
        return render(request, PAGE, contact_context(request, contact, **more), status=422)
    if not _is_docked(request):
        return show_person(request, contact, 422, page_url=page_url, **more)
    forms = {name: more.pop(name) for name in ("form", "template_form", "note_form") if name in more}
    context = composer_context(request, contact, page_url=page_url, topic=_read_topic(request), **forms)
    response = render(request, "thread/_composer.html", {**context, **more}, status=422)
    # Others may have added to it.
    return trigger_client_event(response, "thread-changed", after="swap")


def _read_topic(request: ProRequest) -> str:
    """The topic of an answer, or of the composer that another form stands in."""
    return clean_topic(request.POST.get("topic", request.POST.get("about", "")))


def _confirm_and_find_next(unconfirmed: ContactMessage) -> ContactMessage | None:
    """Confirm a sender; return a message of another unconfirmed one: the answer might go to them."""
    confirm_sender(unconfirmed)
    return find_unconfirmed_message(unconfirmed.contact)


@require_POST
def send(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Answer by a reply channel; the answer leaves when the seconds to undo it are over, or at a chosen time."""
    try:
        contact = find_person(request, id)
    except Http404:
        return _keep_for_survivor(request, id)
    following = find_next_person(request.pro, contact, whose=shown_to(request.user))
    form = _bind_form(request, contact)
    if form.is_valid():
        try:
            if form.unconfirmed and _confirm_and_find_next(form.unconfirmed):
                return show_refused(request, contact, form=_bind_form(request, contact))
            uploads = request.FILES.getlist("files")
            message = send_answer(contact, form.cleaned_data["text"], uploads, by=request.user, **form.options)
            _remind(request, message)
            return _show_sent(request, contact, message, following)
        except Contact.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            add_errors(form, error)
        except SeenChangedError as error:
            form.data = {**form.data, "seen": error.version}
            form.add_error(None, str(error))
            return show_refused(request, contact, form=form, is_overtaken=True)
    return show_refused(request, contact, form=form)


def _keep_for_survivor(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Keep an answer to somebody who was merged meanwhile as a draft to the contact that was kept; else 404."""
    try:
        survivor = Contact.objects.get_kept_contact(request.pro, id)
        text, uploads = request.POST.get("text", ""), request.FILES.getlist("files")
        fields = {name: request.POST.get(name, "").replace("\0", "") for name in ("channel", "cc")}
        _draft, refused = keep_draft(survivor, text, uploads, by=request.user, **fields)
    except Contact.DoesNotExist as error:
        raise Http404 from error
    except StorageUnavailableError:
        refused = [str(UNAVAILABLE)]
    names = {"name": survivor.name}
    messages.warning(request, _("Now part of %(name)s: nothing was sent. Your words are in the draft.") % names)
    for line in refused:
        messages.error(request, line)
    return send_to(request, reverse("waiting:person", args=[survivor.pk]))


def _bind_form(request: ProRequest, contact: Contact) -> MessageForm:
    unconfirmed = find_unconfirmed_message(contact)
    items = list(items_to_answer(contact, _read_topic(request)).order_by("since", "id"))
    channels = take_free_text(find_reply_channels(contact, _read_topic(request)))
    return MessageForm(channels, _read_post(request), unconfirmed=unconfirmed, waiting=items)


def _read_post(request: ProRequest) -> dict[str, Any]:
    """Fields of the form, those of the ticks as a list."""
    return {**request.POST.dict(), "settles": request.POST.getlist("settles")}


def _remind(request: ProRequest, message: ContactMessage) -> None:
    """Let the contact come back if they do not answer within the chosen days."""
    days = request.POST.get("remind", "")
    if days in REMINDERS:
        remind_if_silent(message, timezone.now() + timedelta(days=int(days)), by=request.user)


def _show_sent(
    request: ProRequest, contact: Contact, message: ContactMessage, following: WaitingItem | None
) -> HttpResponse:
    """The same person, or the next one who waits, with a toast by which the answer is undone."""
    names = {"name": contact.name}
    if message.send_at and message.send_at > timezone.now() + timedelta(minutes=1):
        names["time"] = date_format(timezone.localtime(message.send_at), "j F, H:i")
        text = _("To %(name)s: leaves on %(time)s.") % names
    else:
        text = _("Sent to %(name)s.") % names
    query = DeskList(request).person_query
    page = _read_page(request) or (f"{reverse('waiting:person', args=[contact.pk])}{query}" if query else "")
    undo_url = reverse("messages:message_undo", args=[contact.pk, message.pk])
    undo_url += f"?{urlencode({'next': page})}" if page else ""
    toast(request, text, undo_url if request.user.undo_seconds else "", seconds=request.user.undo_seconds or 4)
    row = find_row(request.pro, contact)
    if request.POST.get("then") == "next" and following:
        return show_next(request, contact, following, row)
    if request.htmx and not _is_docked(request):
        return show_person(request, contact, is_sent=True, left=None if row else contact, changed_row=row)
    return show_answered(request, contact)


@require_POST
def template_send(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Send a WhatsApp template."""
    contact = find_person(request, id)
    unconfirmed, template = find_unconfirmed_message(contact), find_template(contact, request.POST.get("template", ""))
    if template is None:
        messages.error(request, _("This template is no longer available."))
        return show_answered(request, contact)
    form = TemplateForm(template, request.POST, unconfirmed=unconfirmed)
    if form.is_valid():
        try:
            if unconfirmed and (another := _confirm_and_find_next(unconfirmed)):
                form = TemplateForm(template, request.POST, unconfirmed=another)
                return show_refused(request, contact, template_form=form)
            options = {"id": form.cleaned_data["id"], "settles": read_settles(_read_post(request))}
            write_template(contact, template, form.values, by=request.user, **options)
            messages.success(request, _("Your message is being sent."))
            return show_answered(request, contact)
        except Contact.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            add_errors(form, error)
    return show_refused(request, contact, template_form=form)


@require_POST
def send_again(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """Send a failed message again."""
    contact = find_person(request, id)
    failed = get_object_or_404(contact.messages.select_related("contact__pro"), pk=message)
    try:
        is_resent = resend_message(failed)
    except Contact.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return show_answered(request, contact)
    if is_resent:
        messages.success(request, _("Your message is being sent."))
    else:
        messages.info(request, _("This message has not failed, or is being sent already."))
    return show_answered(request, contact)


@require_POST
def note_add(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Add a note to the thread."""
    contact, form = find_contact(request, id), NoteForm(request.POST, auto_id="id_note_%s")
    if contact.deleted_at:
        form.add_error("body", GONE)
    elif form.is_valid():
        try:
            write_note(contact, form.cleaned_data["body"], by=request.user, id=form.cleaned_data["id"])
            if draft := find_draft(contact, request.user, kind=Draft.Kind.NOTE):
                delete_draft(draft)
            return show_answered(request, contact)
        except ValidationError as error:
            add_errors(form, error)
        except Contact.DoesNotExist:
            form.add_error("body", GONE)
    return show_refused(request, contact, note_form=form)
