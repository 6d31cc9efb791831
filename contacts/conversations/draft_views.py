"""Drafts are saved and deleted, and answers undone, from every page that has the form of an answer."""

import uuid
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.accounts.http import ProRequest, send_to
from config.files.storage import StorageUnavailableError
from config.web.next_page import read_next_page
from config.web.toasts import toast

from ..models import Contact, ContactMessage, Draft, DraftFile
from ..models.draft import MAX_CC
from .answering import UNAVAILABLE, keep_draft
from .drafts import delete_draft, save_draft
from .writing import TooLateError, undo_message


def _find_contact(request: ProRequest, id: uuid.UUID) -> Contact:
    """Present contact of this Pro, or the one that a merge kept of it; else 404."""
    with suppress(Contact.DoesNotExist):
        id = Contact.objects.get_kept_contact(request.pro, id).pk
    return get_object_or_404(Contact.objects.for_pro(request.pro).select_related("pro"), pk=id)


def _back(request: ProRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Return to the page that the form names, else to the conversation."""
    return send_to(request, read_next_page(request) or reverse("waiting:person", args=[contact_id]))


def _read_fields(request: ProRequest) -> dict[str, Any]:
    """Fields of a draft beside its words."""
    given = {name: text.replace("\0", "") for name, text in request.POST.dict().items() if isinstance(text, str)}
    kind = Draft.Kind.NOTE if given.get("kind") == Draft.Kind.NOTE else Draft.Kind.MESSAGE
    places = {name: given.get(name, "")[:60] for name in ("topic", "channel")}
    return {"kind": kind, "cc": given.get("cc", "")[:MAX_CC], **places}


@require_POST
def draft_save(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Keep what was typed. What is saved while typing gets a word about it, a button the page that it is on."""
    contact, given = _find_contact(request, id), request.POST
    text, uploads = given.get("text", given.get("body", "")), request.FILES.getlist("files")
    try:
        draft, refused = keep_draft(contact, text, uploads, by=request.user, **_read_fields(request))
    except Contact.DoesNotExist as error:
        raise Http404 from error
    except StorageUnavailableError:
        draft, refused = None, [str(UNAVAILABLE)]
    if request.htmx and "keep" not in given:
        return render(request, "messages/_draft_saved.html", {"draft": draft, "refused": refused})
    for line in refused:
        messages.error(request, line)
    if draft and not refused:
        messages.success(request, _("Your draft is saved."))
    return _back(request, contact.pk)


@require_POST
def draft_delete(request: ProRequest, id: uuid.UUID, draft: uuid.UUID) -> HttpResponse:
    """Delete a draft of one's own; a second click finds it gone."""
    contact = _find_contact(request, id)
    if own := Draft.objects.for_pro(request.pro).filter(contact=contact, user=request.user, pk=draft).first():
        delete_draft(own)
    toast(request, _("The draft is deleted."))
    return _back(request, contact.pk)


@require_POST
def draft_file_delete(request: ProRequest, id: uuid.UUID, file: int) -> HttpResponse:
    """Take a file out of a draft of one's own; the button's form holds what was typed since."""
    contact = _find_contact(request, id)
    own = DraftFile.objects.filter(draft__contact=contact, draft__user=request.user, draft__pro=request.pro)
    get_object_or_404(own, pk=file).delete_with_file()
    if "text" in request.POST and not contact.deleted_at:
        save_draft(contact, request.user, request.POST["text"], **_read_fields(request))
    return _back(request, contact.pk)


@require_POST
def message_undo(request: ProRequest, id: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """Take back an answer that has not left; its words are the draft again."""
    # Whose it is now: the contact may have been merged since.
    rows = ContactMessage.objects.for_pro(request.pro).exclude(state=ContactMessage.State.RECEIVED)
    answer = rows.select_related("contact").filter(pk=message).first()
    try:
        if answer is None:
            raise ContactMessage.DoesNotExist
        undo_message(answer, by=request.user)
        toast(request, _("Not sent. Your words are in the draft."))
    except TooLateError:
        messages.error(request, _("It is too late: the message is on its way."))
    except ContactMessage.DoesNotExist:
        # A second click.
        toast(request, _("This message was undone already."))
    return _back(request, answer.contact_id if answer else id)
