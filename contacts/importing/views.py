"""Contacts from a file: upload, choose the columns, look at what would happen, import."""

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

from config.accounts.http import ProRequest, send_to, wants

from ..csv_files import csv_lines, csv_response
from ..models import ContactImport
from .forms import ColumnsForm, UploadForm
from .jobs import resume_import, start_check, start_run
from .report import Report, refused_cells

PAGE = "contacts/import_detail.html"
SHOWN = 50  # earlier imports
State = ContactImport.State
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


def _find(request: ProRequest, id: uuid.UUID) -> ContactImport:
    return get_object_or_404(ContactImport.objects.for_pro(request.pro).select_related("user", "pro"), pk=id)


@contextmanager
def gone_is_404() -> Iterator[None]:
    """For what a colleague has discarded since it was found."""
    try:
        yield
    except ContactImport.DoesNotExist as error:
        raise Http404 from error


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: ProRequest) -> HttpResponse:
    """The upload, and the imports there were."""
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid() and (found := form.upload(request.pro, by=request.user)):
        return redirect("contacts:import_detail", found.pk)
    imports = ContactImport.objects.for_pro(request.pro).select_related("user").order_by("-created_at", "-id")
    context = {"form": form, "imports": imports[:SHOWN]}
    return render(request, "contacts/import_list.html", context, status=422 if is_sent else 200)


@require_safe
def import_sample(request: ProRequest) -> StreamingHttpResponse:
    """A small file that can be imported as it stands."""
    rows = [list(cells) for cells in zip(*SAMPLE.values(), strict=True)]
    return csv_response("contacts-sample.csv", csv_lines(list(SAMPLE), rows))


@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """One import: its columns, its progress, or its rows. POST chooses the columns and has the rows checked."""
    is_polling = wants(request, "progress")
    try:
        found = _find(request, id)
    except Http404:
        # A colleague has discarded it: the page that looks on has nothing more to look at.
        if is_polling:
            return send_to(request, reverse("contacts:import_list"))
        raise
    if request.method == "POST":
        return _check(request, found)
    if is_polling:
        # When the work is over, everything on the page is another thing.
        return _progress(request, found) if found.is_working else HttpResponseClientRefresh()
    if found.is_working or found.is_forgotten:
        return render(request, PAGE, {"found": found})
    if found.state == State.UPLOADED or (found.is_before and "columns" in request.GET):
        return render(request, PAGE, {"found": found, "form": ColumnsForm(found)})
    return _report(request, found)


def _progress(request: ProRequest, found: ContactImport) -> HttpResponse:
    return render(request, f"{PAGE}#progress", {"found": found})


def _check(request: ProRequest, found: ContactImport) -> HttpResponse:
    form = ColumnsForm(found, request.POST)
    if found.is_before and not form.is_valid():
        return render(request, PAGE, {"found": found, "form": form}, status=422)
    # Where it is being worked on, or was run, the page says so.
    if found.is_before:
        with gone_is_404():
            start_check(found, form.columns)
    return redirect("contacts:import_detail", found.pk)


def _report(request: ProRequest, found: ContactImport) -> HttpResponse:
    report = Report(found, request.GET)
    context = {"found": found, "report": report, **report.page()}
    if wants(request, "more"):
        return render(request, f"{PAGE}#rows", context)
    return render(request, PAGE, context)


@require_POST
def import_run(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Import the checked rows, or go on with what came to a halt; a second click changes nothing."""
    found = _find(request, id)
    with gone_is_404():
        if found.is_working:
            resume_import(found)
        else:
            start_run(found, by=request.user)
    return redirect("contacts:import_detail", id)


@require_POST
def import_discard(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Take away an import that was not run."""
    found = _find(request, id)
    with gone_is_404():
        is_gone = found.discard()
    if not is_gone:
        messages.error(request, _("This file is imported already."))
        return redirect("contacts:import_detail", id)
    messages.success(request, _("“%(name)s” is discarded. Nothing of it was imported.") % {"name": found.filename})
    return redirect("contacts:import_list")


@require_safe
def import_refused(request: ProRequest, id: uuid.UUID) -> StreamingHttpResponse:
    """The refused rows in the file's own columns, each with its reason, to be corrected and imported again."""
    found = _find(request, id)
    if found.state not in (State.CHECKED, State.RUNNING, State.DONE) or found.is_forgotten:
        raise Http404
    return csv_response("contacts-refused.csv", csv_lines(*refused_cells(found)))
