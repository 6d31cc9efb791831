"""The question below an e-mail: which property is it about?"""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.accounts.http import ProRequest
from contacts.models import ContactMessage

from ..leads import answer_lead, lead_notes, request_note
from ..models import Property


@require_POST
def lead_answer(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Make a message's lead a contact request about the chosen property. htmx gets the note below the message alone."""
    rows = ContactMessage.objects.for_pro(request.pro).filter(lead__isnull=False, contact__deleted_at=None)
    message = get_object_or_404(rows.select_related("contact__pro"), pk=id)
    if not (choice := request.POST.get("property", "")):
        return _ask_again(request, message)
    try:
        prop = get_object_or_404(Property.objects.for_pro(request.pro), pk=uuid.UUID(choice))
        contact_request = answer_lead(message, prop)
    except (ValueError, ContactMessage.DoesNotExist) as error:
        raise Http404 from error
    if contact_request is None:
        raise Http404
    if request.htmx:
        note = request_note(contact_request)
        return render(request, note.template, {"message": message, "note": note, "is_swap": True})
    messages.success(request, _("This is a contact request now."))
    return _redirect_to_message(message)


def _ask_again(request: ProRequest, message: ContactMessage) -> HttpResponse:
    """Answer a form without a property."""
    note = lead_notes([message]).get(message.pk)
    if note is None:
        raise Http404
    if request.htmx:
        context = {"message": message, "note": note, "is_missing": True, "is_swap": True}
        return render(request, note.template, context, status=422)
    messages.error(request, _("Choose a property."))
    return _redirect_to_message(message)


def _redirect_to_message(message: ContactMessage) -> HttpResponse:
    conversation = reverse("waiting:person", args=[message.contact_id])
    return redirect(f"{conversation}#message-{message.pk}")
