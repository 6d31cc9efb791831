"""A contact's page: what is known of it, notes, and one timeline."""

import uuid
from collections.abc import Callable
from datetime import UTC
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.accounts.http import ProRequest, send_to, wants

from ..book.fields import label_of, shown
from ..conversations.forms import MessageForm
from ..conversations.reply_channels import find_reply_channels
from ..forms import FIELDS, FactForm, NoteForm, add_errors
from ..models import Contact, ContactNote, StaleEdit
from ..timeline import Entry, Place, timeline
from .merging import panel

PAGE, FACT, NOTE = "contacts/contact.html", "contacts/_fact.html", "contacts/_note.html"
GONE = gettext_lazy("This contact was archived or merged meanwhile. What you typed is still here.")


def _find(request: ProRequest, id: uuid.UUID) -> Contact:
    """A contact of this Pro, archived and merged ones too; else 404."""
    return get_object_or_404(Contact.objects.for_pro(request.pro, deleted=None).select_related("pro"), pk=id)


def _fact(contact: Contact, field: str, form: FactForm | None = None, **more: Any) -> dict[str, Any]:
    value = getattr(contact, field)
    read = shown(field, value, contact.pro.country)
    return {"field": field, "label": label_of(field), "value": value, "shown": read, "form": form, **more}


def _place(request: ProRequest) -> Place | None:
    """Where the timeline begins, as the address has it; else 404."""
    text, skip = request.GET.get("until"), request.GET.get("skip", "0")
    if text is None:
        return None
    try:
        until = parse_datetime(text)
        if until is None or until.tzinfo is None or not (skip.isascii() and skip.isdigit() and len(skip) < 5):
            raise Http404
        return Place(until.astimezone(UTC), int(skip))
    except (ValueError, OverflowError) as error:
        raise Http404 from error


def _context(request: ProRequest, contact: Contact, **more: Any) -> dict[str, Any]:
    """What the whole page shows; `fact` among `more` takes the place of the one of its field."""
    changed = more.pop("fact", None) or {"field": None}
    facts = [changed if field == changed["field"] else _fact(contact, field) for field in FIELDS]
    return {
        **({} if contact.deleted_at else panel(request, contact)),
        **_timeline(request, contact),
        "contact": contact,
        "facts": facts,
        "note_form": _new_note(),
        **_answering(contact),
        **more,
    }


def _answering(contact: Contact) -> dict[str, Any]:
    """The contact's reply channels, and the form of a message."""
    reply_channels = [] if contact.deleted_at else find_reply_channels(contact)
    form = MessageForm(reply_channels, initial={"id": uuid.uuid4()})
    return {"reply_channels": reply_channels, "message_form": form}


def _timeline(request: ProRequest, contact: Contact) -> dict[str, Any]:
    entries, older = timeline(contact, _place(request))
    query = older and urlencode({"until": older.until.isoformat(), "skip": older.skip})
    return {"entries": entries, "older": query}


def _new_note(*, is_focused: bool = False) -> NoteForm:
    form = NoteForm(initial={"id": uuid.uuid4()})
    form.fields["body"].widget.attrs["autofocus"] = is_focused
    return form


@require_safe
def contact_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """One contact; htmx gets the older part of the timeline ("older") alone."""
    contact = _find(request, id)
    if contact.merged_into_id:
        # The address of a merged contact leads to the one that stayed.
        return redirect("contacts:contact_detail", Contact.objects.survivor_of(request.pro, id).pk)
    if wants(request, "older"):
        return render(request, f"{PAGE}#entries", {"contact": contact, **_timeline(request, contact)})
    return render(request, PAGE, _context(request, contact))


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: ProRequest, id: uuid.UUID, field: str) -> HttpResponse:
    """Edit one field in its place."""
    if field not in FIELDS:
        raise Http404
    contact = _find(request, id)
    if request.method != "POST":
        return _begin_edit(request, contact, field)
    form = FactForm(contact, field, request.POST)
    changes = _save(request, contact, form)
    if changes is None:
        # What is shown beside the form is what stands now, not what was refused.
        contact = _find(request, id)
        return _show_fact(request, contact, _fact(contact, field, form), 409 if form.is_late else 422)
    return _saved(request, contact, field, changes)


def _begin_edit(request: ProRequest, contact: Contact, field: str) -> HttpResponse:
    """The field as a form; or as it stands, when the editing is given up."""
    if contact.deleted_at:
        return _to_page(request, contact)
    form = None if "cancel" in request.GET else FactForm(contact, field)
    return _show_fact(request, contact, _fact(contact, field, form, is_new=form is None))


def _to_page(request: ProRequest, contact: Contact) -> HttpResponse:
    return send_to(request, reverse("contacts:contact_detail", args=[contact.pk]))


def _save(request: ProRequest, contact: Contact, form: FactForm) -> dict[str, list[str]] | None:
    """What was changed; None when it was refused, which the form then says."""
    if not form.is_valid():
        return None
    try:
        return contact.change(
            {form.field: form.cleaned_data[form.field]},
            by=request.user,
            expected={form.field: form.cleaned_data["was"]},
        )
    except ValidationError as error:
        add_errors(form, error)
    except StaleEdit as error:
        form.be_late(error.present)
    except Contact.DoesNotExist:
        form.be_late()
        form.add_error(form.field, GONE)
    return None


def _show_fact(request: ProRequest, contact: Contact, fact: dict[str, Any], status: int = 200) -> HttpResponse:
    """One field as a form: alone for htmx, else in its page."""
    if wants(request, f"fact-{fact['field']}"):
        return render(request, FACT, {"contact": contact, "fact": fact}, status=status)
    return render(request, PAGE, _context(request, contact, fact=fact), status=status)


def _saved(request: ProRequest, contact: Contact, field: str, changes: dict[str, list[str]]) -> HttpResponse:
    """htmx gets the field, and what else shows it; a browser is sent to the page."""
    if not wants(request, f"fact-{field}"):
        return redirect("contacts:contact_detail", contact.pk)
    # What happened just now stands on top of the timeline; the rest of the page may have something typed in it.
    entries = timeline(contact)[0][:1] if changes else []
    more = {"fact": _fact(contact, field, is_new=True), "entries": entries, "is_swap": True}
    context = {**panel(request, contact), "contact": contact, **more}
    return render(request, f"{PAGE}#saved", context)


@require_POST
def contact_archive(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Archive a contact; the list then offers to undo it."""
    contact = _find(request, id)
    try:
        contact.archive(by=request.user)
    except Contact.DoesNotExist:
        # A second click finds it archived already, which is just as well.
        contact.refresh_from_db()
    return redirect(f"{reverse('contacts:contact_list')}?{urlencode({'archived': contact.pk})}")


@require_POST
def contact_restore(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Take an archived contact back into the list."""
    contact = _find(request, id)
    try:
        contact.restore(by=request.user)
        messages.success(request, _("%(name)s is in your contacts again.") % {"name": contact.name})
    except Contact.DoesNotExist:
        contact.refresh_from_db()
    return redirect("contacts:contact_detail", contact.pk)


def _find_note(request: ProRequest, id: uuid.UUID, note: uuid.UUID) -> ContactNote:
    return get_object_or_404(_find(request, id).notes.select_related("author", "contact"), pk=note)


@require_POST
def note_add(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Keep a note about a contact."""
    contact, form = _find(request, id), NoteForm(request.POST)
    note = _keep(request, contact, form) if form.is_valid() else None
    status = 200 if note else 422
    if not wants(request, "note-new"):
        if note:
            return redirect("contacts:contact_detail", contact.pk)
        return render(request, PAGE, _context(request, contact, note_form=form), status=status)
    context = {"contact": contact, "note_form": form, "is_swap": True}
    if note:
        context |= {"note_form": _new_note(is_focused=True), "entries": [Entry(note.created_at, NOTE, note)]}
    return render(request, f"{PAGE}#noted", context, status=status)


def _keep(request: ProRequest, contact: Contact, form: NoteForm) -> ContactNote | None:
    try:
        return ContactNote.objects.add_note(
            contact, form.cleaned_data["body"], by=request.user, id=form.cleaned_data["id"]
        )
    except ValidationError as error:
        add_errors(form, error)
    except Contact.DoesNotExist:
        form.add_error("body", GONE)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: ProRequest, id: uuid.UUID, note: uuid.UUID) -> HttpResponse:
    """Rewrite a note."""
    found = _find_note(request, id, note)
    if request.method != "POST":
        if "cancel" in request.GET:
            return _show_note(request, found)
        return _show_note(request, found, NoteForm(initial={"body": found.body, "was": found.body}, prefix="edit"))
    form = NoteForm(request.POST, prefix="edit")
    status = 422
    if form.is_valid():
        try:
            found.rewrite(form.cleaned_data["body"], expected=form.cleaned_data["was"])
            return _show_note(request, found)
        except ValidationError as error:
            add_errors(form, error)
        except StaleEdit as error:
            form.be_late(error.present)
        except ContactNote.DoesNotExist:
            form.be_late()
            form.add_error("body", _("This note was deleted meanwhile. What you typed is still here."))
        except Contact.DoesNotExist:
            form.be_late()
            form.add_error("body", GONE)
        status = 409 if form.is_late else 422
    return _show_note(request, found, form, status)


def _show_note(request: ProRequest, note: ContactNote, form: NoteForm | None = None, status: int = 200) -> HttpResponse:
    """One note, or its form: alone for htmx, else in its page."""
    context = {"contact": note.contact, "pro": request.pro, "entry": Entry(note.created_at, NOTE, note), "form": form}
    context["is_focused"] = True
    if wants(request, f"note-{note.pk}"):
        return render(request, NOTE, context, status=status)
    if form is None and note.deleted_at is None:
        return redirect("contacts:contact_detail", note.contact_id)
    return render(request, "contacts/note.html", context, status=status)


@require_POST
def note_delete(request: ProRequest, id: uuid.UUID, note: uuid.UUID) -> HttpResponse:
    """Take a note off the page; what is left in its place brings it back."""
    return _change_note(request, _find_note(request, id, note), ContactNote.delete_softly)


@require_POST
def note_restore(request: ProRequest, id: uuid.UUID, note: uuid.UUID) -> HttpResponse:
    """Bring a deleted note back."""
    return _change_note(request, _find_note(request, id, note), ContactNote.restore)


def _change_note(request: ProRequest, note: ContactNote, verb: Callable[[ContactNote], None]) -> HttpResponse:
    try:
        verb(note)
    except Contact.DoesNotExist:
        messages.error(request, _("This contact was archived or merged meanwhile. This is how it stands now."))
        return _to_page(request, note.contact)
    return _show_note(request, note)
