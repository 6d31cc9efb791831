"""Notes in a thread: edited, deleted and restored."""

import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest, wants
from config.accounts.models import User
from config.web.forms import add_errors
from config.web.toasts import toast

from ..assigning.mentions import change_note
from ..forms import NoteForm
from ..models import Contact, ContactNote, StaleEditError
from ..timeline import Entry
from .contact import GONE, find_contact, send_to_contact
from .thread import read_time

NOTE = "contacts/_note.html"


def _find_note(request: ProRequest, id: uuid.UUID, note_id: uuid.UUID) -> ContactNote:
    return get_object_or_404(find_contact(request, id).notes.select_related("author", "contact"), pk=note_id)


@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: ProRequest, id: uuid.UUID, note: uuid.UUID) -> HttpResponse:
    """Edit a note in its place."""
    contact_note = _find_note(request, id, note)
    if request.method != "POST":
        form = NoteForm(initial={"body": contact_note.body, "was": contact_note.body}, prefix="edit")
        return _show_note(request, contact_note, None if "cancel" in request.GET else form)
    form = NoteForm(request.POST, prefix="edit")
    edited_at = contact_note.edited_at
    if form.is_valid() and _save_note(contact_note, form, by=request.user):
        if contact_note.edited_at and contact_note.edited_at != edited_at:
            of = urlencode({"of": contact_note.edited_at.isoformat()})
            toast(request, _("The note is changed."), f"{reverse('contacts:note_undo', args=[id, note])}?{of}")
        return _show_note(request, contact_note)
    return _show_note(request, contact_note, form, 409 if form.is_stale else 422)


def _save_note(note: ContactNote, form: NoteForm, *, by: User) -> bool:
    """Save the text; False when the form has got errors."""
    try:
        change_note(note, form.cleaned_data["body"], expected=form.cleaned_data["was"], by=by)
        return True
    except ValidationError as error:
        add_errors(form, error)
    except StaleEditError as error:
        form.mark_stale(error.current)
    except ContactNote.DoesNotExist:
        form.mark_stale()
        form.add_error("body", _("This note was deleted meanwhile. What you typed is still here."))
    except Contact.DoesNotExist:
        form.mark_stale()
        form.add_error("body", GONE)
    return False


def _show_note(
    request: ProRequest, note: ContactNote, form: NoteForm | None = None, status: int = 200, *, is_swap: bool = False
) -> HttpResponse:
    """One note, or its form: alone for htmx (`is_swap`: in the place where it was), else in a page."""
    context = {"contact": note.contact, "pro": request.pro, "entry": Entry(note.created_at, NOTE, note), "form": form}
    context |= {"is_focused": not is_swap, "is_swap": is_swap}
    if is_swap or wants(request, f"note-{note.pk}"):
        return render(request, NOTE, context, status=status)
    if form is None and note.deleted_at is None:
        return redirect("contacts:contact_detail", note.contact_id)
    return render(request, "contacts/note.html", context, status=status)


@require_POST
def note_delete(request: ProRequest, id: uuid.UUID, note: uuid.UUID) -> HttpResponse:
    """Delete a note; a toast offers to undo it."""
    contact_note = _find_note(request, id, note)
    is_present = contact_note.deleted_at is None
    if refusal := _change_note(request, contact_note, ContactNote.soft_delete):
        return refusal
    if is_present:
        toast(request, _("The note is deleted."), reverse("contacts:note_restore", args=[id, contact_note.pk]))
    if wants(request, f"note-{contact_note.pk}"):
        return _show_note(request, contact_note)
    return send_to_contact(request, contact_note.contact)


@require_POST
def note_restore(request: ProRequest, id: uuid.UUID, note: uuid.UUID) -> HttpResponse:
    """Restore a deleted note, in the place where it was."""
    contact_note = _find_note(request, id, note)
    if refusal := _change_note(request, contact_note, ContactNote.restore):
        return refusal
    toast(request, _("The note is restored."))
    if wants(request, "toasts"):
        return _show_note(request, contact_note, is_swap=True)
    return send_to_contact(request, contact_note.contact)


@require_POST
def note_undo(request: ProRequest, id: uuid.UUID, note: uuid.UUID) -> HttpResponse:
    """Give a note the text back that it had before the edit `of` a time, unless it was changed or deleted since."""
    contact_note, of = _find_note(request, id, note), read_time(request.GET.get("of", ""))
    if of is None:
        raise BadRequest
    is_undone = False

    def undo(row: ContactNote) -> None:
        nonlocal is_undone
        is_undone = row.undo_change(of)

    if refusal := _change_note(request, contact_note, undo):
        return refusal
    toast(request, _("The note says what it said before.") if is_undone else _("This can no longer be undone."))
    if wants(request, "toasts"):
        return _show_note(request, contact_note, is_swap=True)
    return send_to_contact(request, contact_note.contact)


def _change_note(
    request: ProRequest, note: ContactNote, change: Callable[[ContactNote], object]
) -> HttpResponse | None:
    """Change it by `change`; the answer of an archived contact, else None."""
    try:
        change(note)
    except Contact.DoesNotExist:
        messages.error(request, _("This contact was archived or merged meanwhile. This is its current page."))
        return send_to_contact(request, note.contact)
    return None
