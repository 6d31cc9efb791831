"""Add, download and delete the files of an inquiry."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from config.accounts.http import ProRequest, note_download, wants
from config.files.downloads import download_stored
from config.files.storage import StorageUnavailableError

from ..attachments import attach
from ..lookup import find_inquiry
from ..models import Attachment, Inquiry

PAGE, SECTION = "inquiries/attachments.html", "inquiries/_attachments.html"


def _find_attachment(inquiry: Inquiry, attachment_id: int) -> Attachment:
    return get_object_or_404(inquiry.attachments, pk=attachment_id)


def _show_attachments(request: ProRequest, inquiry: Inquiry, status: int = 200, **more: Any) -> HttpResponse:
    """Show the files: alone for htmx, else on their own page."""
    context = {"inquiry": inquiry, "attachments": list(inquiry.attachments.all()), **more}
    template = SECTION if wants(request, "attachments") else PAGE
    return render(request, template, context, status=status)


def _done(request: ProRequest, inquiry: Inquiry, text: str) -> HttpResponse:
    """Respond to a change: htmx gets the files, a browser a redirect to the inquiry."""
    if wants(request, "attachments"):
        return _show_attachments(request, inquiry, done=text)
    messages.success(request, text)
    return _to_inquiry(inquiry.pk)


def _to_inquiry(id: int) -> HttpResponse:
    return redirect(f"{reverse('inquiries:inquiry_detail', args=[id])}#attachments")


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_add(request: ProRequest, id: int) -> HttpResponse:
    """Attach a file; GET shows the files on their own page."""
    inquiry = find_inquiry(request, id)
    if request.method != "POST":
        return _show_attachments(request, inquiry)
    file = request.FILES.get("file")
    if file is None:
        return _show_attachments(request, inquiry, 422, upload_error=_("Choose a file first."))
    try:
        attachment: Attachment = attach(inquiry, file, file.name or "", uploaded_by=request.user.userhub_id)
    except ValidationError as error:
        return _show_attachments(request, inquiry, 422, upload_error=" ".join(error.messages))
    except StorageUnavailableError:
        # htmx does not swap in a 5xx response.
        status = 422 if wants(request, "attachments") else 503
        problem = _("The file could not be stored at the moment. Please try again in a few minutes.")
        return _show_attachments(request, inquiry, status, upload_error=problem)
    return _done(request, inquiry, _("“%(name)s” is attached.") % {"name": attachment.filename})


@require_safe
def attachment_download(request: ProRequest, id: int, attachment_id: int) -> HttpResponseBase:
    """Download one file."""
    attachment = _find_attachment(find_inquiry(request, id), attachment_id)
    try:
        response = download_stored(attachment, content_type=attachment.mime_type)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageUnavailableError:
        messages.error(request, _("The file cannot be fetched at the moment. Please try again in a few minutes."))
        return _to_inquiry(id)
    note_download(request, attachment, request.pro)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_delete(request: ProRequest, id: int, attachment_id: int) -> HttpResponse:
    """Delete a file; GET asks for confirmation."""
    inquiry = find_inquiry(request, id)
    attachment = _find_attachment(inquiry, attachment_id)
    if request.method != "POST":
        return render(request, PAGE, {"inquiry": inquiry, "attachment": attachment})
    try:
        attachment.delete_with_file()
    except Attachment.DoesNotExist as error:
        raise Http404 from error
    return _done(request, inquiry, _("“%(name)s” is deleted.") % {"name": attachment.filename})
