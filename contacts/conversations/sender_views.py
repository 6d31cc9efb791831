"""Actions beside a message: its original, who wrote it, and the addresses that somebody stated for a contact."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, note_download
from config.files.downloads import download_bytes
from config.files.storage import StorageUnavailableError

from ..models import Contact, ContactMessage, StatedAddress
from .originals import name_original
from .rereading import reread_delivery
from .senders import accept_address, confirm_sender, correct_sender, separate_sender


def _find_message(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> ContactMessage:
    rows = ContactMessage.objects.for_pro(request.pro).select_related("contact__pro", "delivery__connection")
    return get_object_or_404(rows, contact=id, pk=message)


def _redirect_to(contact: Contact) -> HttpResponse:
    return redirect("waiting:person", contact.pk)


@require_safe
def message_original(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> FileResponse | HttpResponse:
    """Download a message as the provider handed it over."""
    row = _find_message(request, id, message)
    if row.delivery is None:
        raise Http404
    try:
        original = name_original(row.delivery, row.delivery.read_original())
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageUnavailableError:
        messages.error(request, _("The file cannot be fetched at the moment. Please try again in a few minutes."))
        return _redirect_to(row.contact)
    note_download(request, row.delivery, request.pro)
    return download_bytes(original.content, filename=original.name)


@require_POST
def message_reread(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """Read a message's original again."""
    row = _find_message(request, id, message)
    if row.delivery is None:
        raise Http404
    reread_delivery.enqueue(row.delivery.pk)
    messages.success(request, _("The original is being read again."))
    return _redirect_to(row.contact)


@require_POST
def sender_confirm(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """Confirm that the contact wrote a message ("yes"), or give its sender a contact of their own ("no")."""
    row = _find_message(request, id, message)
    try:
        if request.POST.get("same") == "yes":
            confirm_sender(row)
            return _redirect_to(row.contact)
        newcomer = separate_sender(row, by=request.user)
    except Contact.DoesNotExist:
        return _redirect_to(row.contact)
    messages.success(request, _("%(name)s is a contact of their own now.") % {"name": newcomer.name})
    return _redirect_to(newcomer)


@require_POST
def sender_correct(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """Store how e-mails from the sender of a message are read from now on."""
    row = _find_message(request, id, message)
    try:
        correct_sender(row, request.POST.get("role", ""))
        messages.success(request, _("Saved for e-mails from this address. This one is being read again."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _redirect_to(row.contact)


@require_POST
def address_answer(request: ProRequest, id: uuid.UUID, address: int) -> HttpResponse:
    """Add a stated address to its contact ("add"), or reject it."""
    rows = StatedAddress.objects.for_pro(request.pro).select_related("contact__pro").filter(contact=id)
    stated = get_object_or_404(rows, pk=address)
    try:
        if request.POST.get("answer") == "add":
            accept_address(stated, by=request.user)
        else:
            StatedAddress.objects.filter(pk=stated.pk, rejected_at=None).update(rejected_at=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Contact.DoesNotExist as error:
        raise Http404 from error
    return redirect("contacts:contact_detail", stated.contact_id)
