"""Pages of an import: upload, columns, check, run, undo."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from config.accounts.http import ProRequest, note_download, send_to, wants
from config.web.csv_files import csv_lines, csv_response
from config.web.toasts import toast

from ..models import ContactImport
from .forms import ColumnsForm, UploadForm
from .jobs import resume_import, start_check, start_run, start_undo
from .report import Report, refused_cells

PAGE = "contacts/import_detail.html"
MAX_IMPORTS = 50  # on the list
State = ContactImport.State
# States before the check has found anything.
UNCHECKED = (State.READING, State.REFUSED, State.UPLOADED, State.CHECKING)
SAMPLE = {
    "name": ["Hélène Marchand", "Jan Peeters"],
    "email": ["helene@example.org", "jan@example.net"],
    "phone": ["+33 6 12 34 56 78", ""],
    "status": ["prospect", "renter"],
    "role": ["prospect", "tenant"],
    "preferred channel": ["email", "phone"],
    "referred by": ["", "Hélène Marchand"],
    "language": ["fr", "nl"],
}


def _find_import(request: ProRequest, id: uuid.UUID) -> ContactImport:
    return get_object_or_404(ContactImport.objects.for_pro(request.pro).select_related("user", "pro"), pk=id)


@contextmanager
def discarded_is_404() -> Iterator[None]:
    """Answer 404 when a colleague has discarded the import meanwhile."""
    try:
        yield
    except ContactImport.DoesNotExist as error:
        raise Http404 from error


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: ProRequest) -> HttpResponse:
    """Upload form, and earlier imports."""
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid() and (contact_import := form.upload(request.pro, by=request.user)):
        return redirect("contacts:import_detail", contact_import.pk)
    imports = ContactImport.objects.for_pro(request.pro).select_related("user").order_by("-created_at", "-id")
    context = {"form": form, "imports": imports[:MAX_IMPORTS]}
    return render(request, "contacts/import_list.html", context, status=422 if is_sent else 200)


@require_safe
def import_sample(request: ProRequest) -> StreamingHttpResponse:
    """Small file that can be imported as it is."""
    rows = [list(cells) for cells in zip(*SAMPLE.values(), strict=True)]
    return csv_response("contacts-sample.csv", csv_lines(list(SAMPLE), rows))


@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Columns, progress or rows of an import. POST sets the columns and starts the check."""
    is_polling = wants(request, "progress")
    try:
        contact_import = _find_import(request, id)
    except Http404:
        # Discarded by a colleague: a page that polls the progress leaves.
        if is_polling:
            return send_to(request, reverse("contacts:import_list"))
        raise
    if request.method == "POST":
        return _save_columns(request, contact_import)
    if is_polling:
        show = _show_progress if contact_import.is_working else _leave_progress
        return show(request, contact_import)
    if contact_import.is_working or contact_import.is_forgotten or contact_import.state == State.REFUSED:
        return render(request, PAGE, {"contact_import": contact_import})
    if contact_import.state == State.UPLOADED or (contact_import.is_pending and "columns" in request.GET):
        return render(request, PAGE, {"contact_import": contact_import, "form": ColumnsForm(contact_import)})
    return _show_rows(request, contact_import)


def _show_progress(request: ProRequest, contact_import: ContactImport) -> HttpResponse:
    return render(request, f"{PAGE}#progress", {"contact_import": contact_import})


def _leave_progress(request: ProRequest, contact_import: ContactImport) -> HttpResponse:
    """After the phase the whole page changes; a toast offers to undo a run."""
    if contact_import.can_be_undone:
        toast(request, _("The file is imported."), reverse("contacts:import_undo", args=[contact_import.pk]))
    return HttpResponseClientRefresh()


def _save_columns(request: ProRequest, contact_import: ContactImport) -> HttpResponse:
    form = ColumnsForm(contact_import, request.POST)
    if contact_import.has_columns and not form.is_valid():
        return render(request, PAGE, {"contact_import": contact_import, "form": form}, status=422)
    if contact_import.has_columns:
        with discarded_is_404():
            start_check(contact_import, form.columns, keeps_rest=form.cleaned_data["keeps_rest"])
    # Else the page shows the run, or that the file is not read yet.
    return redirect("contacts:import_detail", contact_import.pk)


def _show_rows(request: ProRequest, contact_import: ContactImport) -> HttpResponse:
    report = Report(contact_import, request.GET)
    context = {"contact_import": contact_import, "report": report, **report.page()}
    if wants(request, "more"):
        return render(request, f"{PAGE}#rows", context)
    return render(request, PAGE, context)


@require_POST
def import_run(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Start the run, or retry a failed phase; a second click changes nothing."""
    contact_import = _find_import(request, id)
    with discarded_is_404():
        if contact_import.is_working:
            resume_import(contact_import)
        else:
            start_run(contact_import, by=request.user)
    return redirect("contacts:import_detail", id)


@require_POST
def import_undo(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Undo an import that was run; a second click changes nothing."""
    contact_import = _find_import(request, id)
    with discarded_is_404():
        is_started = start_undo(contact_import, by=request.user)
    if not is_started and contact_import.state != State.UNDOING:
        toast(request, _("This import cannot be undone any more."), level=messages.ERROR)
    return send_to(request, reverse("contacts:import_detail", args=[id]))


@require_POST
def import_discard(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Discard an import that was not run."""
    contact_import = _find_import(request, id)
    with discarded_is_404():
        is_discarded = contact_import.discard()
    if not is_discarded:
        messages.error(request, _("This file is imported already."))
        return redirect("contacts:import_detail", id)
    messages.success(request, _("“%(name)s” is discarded. Nothing was imported.") % {"name": contact_import.filename})
    return redirect("contacts:import_list")


@require_safe
def import_refused(request: ProRequest, id: uuid.UUID) -> StreamingHttpResponse:
    """Refused rows in the file's own columns, each with its reason, to be corrected and imported again."""
    contact_import = _find_import(request, id)
    if contact_import.state in UNCHECKED or contact_import.is_forgotten:
        raise Http404
    note_download(request, contact_import, request.pro)
    return csv_response("contacts-refused.csv", csv_lines(*refused_cells(contact_import)))
