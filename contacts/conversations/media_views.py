"""Pictures and sounds of messages for the pages of a conversation, and fetching a medium again."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, note_download
from config.files.downloads import download_stored, serve_inline
from config.files.storage import StorageUnavailableError, open_file

from ..models import Contact, MessageFile, MessageMedium
from .media import retry_medium


def _find_file(request: ProRequest, id: uuid.UUID, file: int) -> MessageFile:
    """A file of a message, of an archived contact too; else 404."""
    contact = get_object_or_404(Contact.objects.for_pro(request.pro, deleted=None), pk=id)
    return get_object_or_404(MessageFile.objects.for_pro(request.pro).filter(message__contact=contact), pk=file)


def _serve(request: ProRequest, key: str, *, size: int | None, content_type: str) -> HttpResponseBase:
    try:
        stored = open_file(key)
        return serve_inline(request, stored, size=stored.size if size is None else size, content_type=content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageUnavailableError:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)


@require_safe
def file_thumbnail(request: ProRequest, id: uuid.UUID, file: int) -> HttpResponseBase:
    """Serve the thumbnail of a picture, which is a file of ours; a stranger's own is never displayed."""
    stored = _find_file(request, id, file)
    if not stored.thumbnail_key:
        raise Http404
    return _serve(request, stored.thumbnail_key, size=None, content_type="image/webp")


@require_safe
def file_play(request: ProRequest, id: uuid.UUID, file: int) -> HttpResponseBase:
    """Serve a sound to the player of the page."""
    stored = _find_file(request, id, file)
    if not stored.is_playable:
        raise Http404
    return _serve(request, stored.key, size=stored.size, content_type=stored.mime_type)


@require_POST
def medium_fetch(request: ProRequest, id: uuid.UUID, medium: int) -> HttpResponse:
    """Fetch a medium that was given up once more."""
    contacts = Contact.objects.for_pro(request.pro).filter(pk=id)
    rows = MessageMedium.objects.filter(message__contact__in=contacts)
    retry_medium(get_object_or_404(rows, pk=medium))
    messages.success(request, _("It is being fetched again."))
    return redirect("waiting:person", id)


@require_safe
def file_download(request: ProRequest, id: uuid.UUID, file: int) -> HttpResponseBase:
    """Download a file of a message, of an archived contact too."""
    contact = get_object_or_404(Contact.objects.for_pro(request.pro, deleted=None), pk=id)
    stored = get_object_or_404(MessageFile.objects.for_pro(request.pro).filter(message__contact=contact), pk=file)
    try:
        response = download_stored(stored, content_type=stored.served_type)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageUnavailableError:
        messages.error(request, _("The file cannot be fetched at the moment. Please try again in a few minutes."))
        return redirect("contacts:contact_detail", contact.pk)
    note_download(request, stored, request.pro)
    return response
