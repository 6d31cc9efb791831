"""Page of a contact: details, notes, duplicates and timeline."""

import uuid
from contextlib import suppress
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
from config.web.forms import add_errors
from config.web.toasts import toast

from ..book.fields import display_value, field_label
from ..conversations.forms import reply_context
from ..conversations.senders import find_unconfirmed_message
from ..forms import FIELDS, FieldForm, NoteForm
from ..models import Contact, StaleEditError
from ..timeline import Place, timeline
from .merging import merging_context

PAGE, DETAIL = "contacts/contact.html", "contacts/_detail.html"
GONE = gettext_lazy("This contact was archived or merged meanwhile. What you typed is still here.")


def find_contact(request: ProRequest, id: uuid.UUID) -> Contact:
    """Contact of this Pro, archived and merged ones too; else 404."""
    return get_object_or_404(Contact.objects.for_pro(request.pro, deleted=None).select_related("pro"), pk=id)


def contact_context(request: ProRequest, contact: Contact, **more: Any) -> dict[str, Any]:
    """Context of the whole page; a `detail` among `more` replaces the one of its field."""
    edited = more.pop("detail", None) or {"field": None}
    details = [edited if field == edited["field"] else _make_detail(contact, field) for field in FIELDS]
    return {
        **({} if contact.deleted_at else merging_context(request, contact)),
        "stated_addresses": contact.stated_addresses.open(),
        **_timeline_context(request, contact),
        "contact": contact,
        "details": details,
        "note_form": new_note_form(),
        **_reply_context(contact),
        **more,
    }


def new_note_form(*, is_focused: bool = False) -> NoteForm:
    """Empty form of a new note."""
    form = NoteForm(initial={"id": uuid.uuid4()})
    form.fields["body"].widget.attrs["autofocus"] = is_focused
    return form


def send_to_contact(request: ProRequest, contact: Contact) -> HttpResponse:
    """Redirect to the contact's page, also from htmx."""
    return send_to(request, reverse("contacts:contact_detail", args=[contact.pk]))


def _make_detail(contact: Contact, field: str, form: FieldForm | None = None, **more: Any) -> dict[str, Any]:
    value = getattr(contact, field)
    display = display_value(field, value, contact.pro.country)
    return {"field": field, "label": field_label(field), "value": value, "display": display, "form": form, **more}


def _reply_context(contact: Contact) -> dict[str, Any]:
    # Other parts of the page have a form too.
    context = reply_context(contact, find_unconfirmed_message(contact))
    return {"message_form": context.pop("form"), **context}


def _timeline_context(request: ProRequest, contact: Contact) -> dict[str, Any]:
    entries, older = timeline(contact, _read_place(request))
    query = older and urlencode({"until": older.until.isoformat(), "skip": older.skip})
    return {"entries": entries, "older": query}


def _read_place(request: ProRequest) -> Place | None:
    """Beginning of the timeline's page from the URL; None for the newest page, 404 for an invalid place."""
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


@require_safe
def contact_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """One contact; htmx gets the older part of the timeline ("older") alone."""
    contact = find_contact(request, id)
    if contact.merged_into_id:
        return redirect("contacts:contact_detail", Contact.objects.get_kept_contact(request.pro, id).pk)
    if wants(request, "older"):
        return render(request, f"{PAGE}#entries", {"contact": contact, **_timeline_context(request, contact)})
    return render(request, PAGE, contact_context(request, contact))


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: ProRequest, id: uuid.UUID, field: str) -> HttpResponse:
    """Edit one field in its place."""
    if field not in FIELDS:
        raise Http404
    contact = find_contact(request, id)
    if request.method != "POST":
        return _show_form(request, contact, field)
    form = FieldForm(contact, field, request.POST)
    changes = _save_field(request, contact, form)
    if changes is None:
        # Read anew: the form stands beside the stored value and not beside the refused one.
        contact = find_contact(request, id)
        return _show_detail(request, contact, _make_detail(contact, field, form), 409 if form.is_stale else 422)
    return _show_saved(request, contact, field, changes)


def _show_form(request: ProRequest, contact: Contact, field: str) -> HttpResponse:
    """The field as a form, or as a value when the edit is cancelled."""
    if contact.deleted_at:
        return send_to_contact(request, contact)
    form = None if "cancel" in request.GET else FieldForm(contact, field)
    return _show_detail(request, contact, _make_detail(contact, field, form, is_new=form is None))


def _save_field(request: ProRequest, contact: Contact, form: FieldForm) -> dict[str, list[str]] | None:
    """Save the field; returns the changes, None when the form has errors."""
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
    except StaleEditError as error:
        form.mark_stale(error.current)
    except Contact.DoesNotExist:
        form.mark_stale()
        form.add_error(form.field, GONE)
    return None


def _show_detail(request: ProRequest, contact: Contact, detail: dict[str, Any], status: int = 200) -> HttpResponse:
    """One field: alone for htmx, else in its page."""
    if wants(request, f"fact-{detail['field']}"):
        return render(request, DETAIL, {"contact": contact, "detail": detail}, status=status)
    return render(request, PAGE, contact_context(request, contact, detail=detail), status=status)


def _show_saved(request: ProRequest, contact: Contact, field: str, changes: dict[str, list[str]]) -> HttpResponse:
    """The saved field and the other parts of the page that show it, for htmx; else a redirect to the page."""
    if not wants(request, f"fact-{field}"):
        return redirect("contacts:contact_detail", contact.pk)
    # Only the new entry is added to the timeline: another form of the page may have unsaved text in it.
    entries = timeline(contact)[0][:1] if changes else []
    more = {"detail": _make_detail(contact, field, is_new=True), "entries": entries, "is_swap": True}
    context = {**merging_context(request, contact), "contact": contact, **more}
    return render(request, f"{PAGE}#saved", context)


@require_POST
def contact_archive(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Archive a contact; a toast on the list offers to undo it."""
    contact = find_contact(request, id)
    # A second click finds it archived.
    with suppress(Contact.DoesNotExist):
        contact.archive(by=request.user)
        text = _("%(name)s is archived.") % {"name": contact.name}
        toast(request, text, reverse("contacts:contact_restore", args=[contact.pk]))
    return redirect("contacts:contact_list")


@require_POST
def contact_restore(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Restore an archived contact."""
    contact = find_contact(request, id)
    try:
        contact.restore(by=request.user)
        toast(request, _("%(name)s is restored.") % {"name": contact.name})
    except Contact.DoesNotExist:
        contact.refresh_from_db()
        if contact.merged_into_id:
            toast(request, _("%(name)s was merged meanwhile.") % {"name": contact.name}, level=messages.ERROR)
    return send_to_contact(request, contact)
