"""Privacy of a contact: everything about the person, and their erasure."""

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, send_to
from config.accounts.middleware import for_owners
from config.accounts.proof import password_again
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.files.downloads import download_stored
from config.web.toasts import toast

from ..forms import ErasureForm
from ..models import Contact, PersonExport
from ..models.consent import MAX_SOURCE, MAX_WORDS
from ..privacy.consents import read_consents
from ..privacy.decisions import note_consent
from ..privacy.erasing import NotPlannedError, find_planned, plan_erasure, undo_erasure
from ..privacy.exporting import ask_export, may_download
from ..privacy.preview import preview_person
from .contact import find_contact, page_url

PAGE = "contacts/privacy/person.html"
# Exports that the page lists.
SHOWN = 5


class ConsentForm(forms.Form):
    """A contact's consent to being written to."""

    words = forms.CharField(label=gettext_lazy("What they agreed to"), max_length=MAX_WORDS)
    source = forms.CharField(label=gettext_lazy("Where they said so"), max_length=MAX_SOURCE)


def _find_contact(request: ProRequest, id: uuid.UUID) -> Contact:
    """A contact of this Pro that was not merged; else 404."""
    contact = find_contact(request, id)
    if contact.merged_into_id:
        raise Http404
    return contact


def _show_privacy(
    request: ProRequest,
    contact: Contact,
    form: ErasureForm,
    status: int = 200,
    consent_form: ConsentForm | None = None,
) -> HttpResponse:
    exports = PersonExport.objects.for_pro(request.pro).of_requester(request.user).filter(contact=contact)
    context: dict[str, Any] = {
        "contact": contact,
        "form": form,
        "erasure": find_planned(contact),
        "counts": preview_person(contact) if request.user.is_owner else {},
        "exports": exports.select_related("file")[:SHOWN],
        "given": read_consents(contact),
        "consents": contact.consents.select_related("user", "token"),
        "consent_form": consent_form or ConsentForm(),
    }
    return render(request, PAGE, context, status=status)


@require_safe
def contact_privacy(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Page with the exports that this user asked for, and what an erasure takes."""
    return _show_privacy(request, _find_contact(request, id), ErasureForm())


@for_owners
@password_again("POST")
@require_POST
def contact_export_person(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Have everything about the person put together."""
    contact = _find_contact(request, id)
    ask_export(contact, by=request.user, language=get_language() or request.user.language)
    toast(request, _("Everything about this person is being put together. Come back in a minute."))
    return send_to(request, privacy_url(contact))


@for_owners
@password_again("GET")
@require_safe
def person_export_file(request: ProRequest, id: uuid.UUID) -> HttpResponseBase:
    """Download of an export, for the user who asked for it."""
    export = PersonExport.objects.for_pro(request.pro).select_related("file").filter(pk=id).first()
    if export is None or not may_download(export, request.user):
        raise Http404
    try:
        response = download_stored(export.file, content_type=export.file.mime_type)
    except FileNotFoundError as error:
        raise Http404 from error
    record_event(Kind.DOWNLOADED, export, pro=request.pro, by=request.user, detail="person")
    return response


@for_owners
@password_again("POST")
@require_POST
def contact_erase(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Plan the erasure of a contact."""
    contact, form = _find_contact(request, id), ErasureForm(request.POST)
    if not form.is_valid():
        return _show_privacy(request, contact, form, 422)
    try:
        erasure = plan_erasure(contact, reason=form.cleaned_data["reason"], by=request.user)
    except Contact.DoesNotExist as error:
        raise Http404 from error
    day = date_format(timezone.localtime(erasure.due_at), "DATE_FORMAT")
    undo = reverse("contacts:contact_keep", args=[contact.pk])
    toast(request, _("%(name)s will be erased on %(day)s.") % {"name": contact.name, "day": day}, undo)
    return send_to(request, page_url(contact))


@for_owners
@require_POST
def contact_keep(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Undo a planned erasure."""
    contact = _find_contact(request, id)
    erasure = find_planned(contact)
    try:
        if erasure is None:
            raise NotPlannedError
        undo_erasure(erasure, by=request.user)
        toast(request, _("%(name)s will not be erased.") % {"name": contact.name})
    except NotPlannedError:
        toast(request, _("No erasure is planned any more."))
    return send_to(request, page_url(contact))


@require_POST
def contact_consent(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Note that a contact may be written to."""
    contact, form = _find_contact(request, id), ConsentForm(request.POST)
    if not form.is_valid():
        return _show_privacy(request, contact, ErasureForm(), 422, form)
    try:
        note_consent(contact, **form.cleaned_data, by=request.user)
    except Contact.DoesNotExist as error:
        raise Http404 from error
    return send_to(request, privacy_url(contact))


@require_POST
def consent_withdraw(request: ProRequest, id: uuid.UUID, consent: int) -> HttpResponse:
    """Note that a consent was withdrawn."""
    contact = _find_contact(request, id)
    if (row := contact.consents.filter(pk=consent).first()) is None:
        raise Http404
    row.withdraw()
    return send_to(request, privacy_url(contact))


def privacy_url(contact: Contact) -> str:
    """Address of the page."""
    return reverse("contacts:contact_privacy", args=[contact.pk])
