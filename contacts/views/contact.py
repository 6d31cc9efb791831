"""Page of a contact: thread, composer, details and duplicates."""

import uuid
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.accounts.http import ProRequest, send_to, wants
from config.accounts.models import Pro
from config.audit.recording import record_view
from config.web.compiled import Compiled
from config.web.forms import add_errors
from config.web.toasts import toast
from config.web.together import UNASKED

from ..book.fields import display_value, field_label
from ..forms import FIELDS, FieldForm
from ..models import Contact, Erasure, StaleEditError, StatedAddress
from ..timeline import timeline
from .merging import MERGES, merging_context
from .thread import EARLIER, read_place, show_news
from .thread_context import ask_ahead, composer_context, thread_context

PAGE, DETAIL = "contacts/contact.html", "contacts/_detail.html"
GONE = gettext_lazy("This contact was archived or merged meanwhile. What you typed is still here.")


def find_contact(request: ProRequest, id: uuid.UUID) -> Contact:
    """Contact of this Pro, archived and merged ones too; else 404."""
    if (contact := _FOUND.first(request.pro, id)) is None:
        raise Http404
    return contact


def _found(pro: Pro, id: uuid.UUID) -> QuerySet[Contact]:
    return Contact.objects.for_pro(pro, deleted=None).select_related("pro").filter(pk=id)


_FOUND = Compiled(_found, keeps_plan=True)


def contact_context(request: ProRequest, contact: Contact, **more: Any) -> dict[str, Any]:
    """Context of the whole page; a `detail` among `more` replaces the one of its field, a `note_form` the empty one."""
    edited = more.pop("detail", None) or {"field": None}
    details = [edited if field == edited["field"] else _make_detail(contact, field) for field in FIELDS]
    url, place, answers = page_url(contact), read_place(request), UNASKED
    if not contact.deleted_at:
        answers = ask_ahead(request, contact, place, MERGES.question(contact), _STATED.question(contact))
    forms = {"note_form": more.pop("note_form")} if "note_form" in more else {}
    # An archived contact has no composer, but for a note that was written meanwhile.
    has_composer = forms or not contact.deleted_at
    composer = composer_context(request, contact, page_url=url, answers=answers, **forms) if has_composer else {}
    return {
        **({} if contact.deleted_at else merging_context(contact, answers)),
        "stated_addresses": answers.rows(_STATED.question(contact)),
        **thread_context(contact, place, url=url, answers=answers),
        **composer,
        "details": details,
        "erasure": Erasure.objects.planned().filter(person=contact.pk).first() if contact.deleted_at else None,
        **more,
    }


_STATED = Compiled(lambda contact: StatedAddress.objects.filter(contact=contact).open(), keeps_plan=True)


def page_url(contact: Contact) -> str:
    """Address of the contact's page."""
    return reverse("contacts:contact_detail", args=[contact.pk])


def send_to_contact(request: ProRequest, contact: Contact) -> HttpResponse:
    """Redirect to the contact's page, also from htmx."""
    return send_to(request, page_url(contact))


def _make_detail(contact: Contact, field: str, form: FieldForm | None = None, **more: Any) -> dict[str, Any]:
    value = getattr(contact, field)
    display = display_value(field, value, contact.pro.country)
    return {"field": field, "label": field_label(field), "value": value, "display": display, "form": form, **more}


@require_safe
def contact_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """One contact; htmx gets earlier entries of the thread ("earlier") or its news ("thread") alone."""
    contact = find_contact(request, id)
    if contact.merged_into_id:
        return redirect("contacts:contact_detail", Contact.objects.get_kept_contact(request.pro, id).pk)
    if wants(request, "thread"):
        return show_news(request, contact, url=page_url(contact))
    if wants(request, "earlier"):
        return render(request, EARLIER, thread_context(contact, read_place(request), url=page_url(contact)))
    record_view(contact, by=request.user)
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
    # Only the new entry is added to the thread: a form in it may have unsaved text.
    entries = timeline(contact)[0][:1] if changes else []
    more = {"detail": _make_detail(contact, field, is_new=True), "entries": entries, "is_swap": True}
    context = {**merging_context(contact), "contact": contact, **more}
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
