"""Requests as views see them behind the middleware, and answers that pages and admin share."""

from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.files import downloads
from config.files.storage import open_file

from .models import IdentityDocument, Pro, User

FETCH_LATER = _("The file cannot be fetched at the moment. Please try again in a few minutes.")


class VisitorRequest(HttpRequest):
    """A request to a public page."""

    htmx: HtmxDetails


class ProRequest(VisitorRequest):
    """A request to a workspace page: of a signed-in user, with the user's Pro."""

    user: User
    pro: Pro


def wants(request: VisitorRequest, target: str) -> bool:
    """True when htmx asks for the fragment with the id `target` alone; from its history it restores whole pages."""
    htmx = request.htmx
    return bool(htmx) and not htmx.history_restore_request and htmx.target == target


def send_to(request: VisitorRequest, url: str) -> HttpResponse:
    """Redirect. htmx is told to leave the page, as it would put the whole other page in place of a fragment."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def note_download(request: HttpRequest, row: Model, pro: Pro | int) -> None:
    """Record that the user downloads the file of `row`, which belongs to this Pro; nothing for HEAD."""
    if request.method == "GET":
        record_event(Kind.DOWNLOADED, row, pro=pro, by=request.user)  # type: ignore[arg-type]


def download_document(document: IdentityDocument, request: HttpRequest) -> FileResponse:
    """Answer with a document as a download, to a caller that was checked before.

    Raises Http404 without its file, and StorageUnavailableError.
    """
    try:
        file = open_file(document.file.name or "")
    except FileNotFoundError as error:
        raise Http404 from error
    note_download(request, document, document.pro_id)
    return downloads.download(file, filename=document.filename, content_type=document.content_type)
