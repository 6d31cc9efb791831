"""Pages of an import of properties: upload, columns, check, run."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from config.accounts.http import ProRequest, wants

from ..importing.forms import ColumnsForm, UploadForm, target_label
from ..importing.jobs import resume_import, start_check, start_run
from ..models import PropertyImport, PropertyImportRow

PAGE = "contact_requests/property_import.html"
MAX_IMPORTS, ROWS = 50, 100
State, Outcome = PropertyImport.State, PropertyImportRow.Outcome


def _find_import(request: ProRequest, id: uuid.UUID) -> PropertyImport:
    return get_object_or_404(PropertyImport.objects.for_pro(request.pro).select_related("user", "pro"), pk=id)


@require_safe
def import_list(request: ProRequest) -> HttpResponse:
    """Upload form, and earlier imports."""
    return _show_list(request, UploadForm(), 200)


@require_POST
def import_upload(request: ProRequest) -> HttpResponse:
    """Store a file. Below an address of its own, as uploads may be larger there."""
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid() and (property_import := form.upload(request.pro, by=request.user)):
        return redirect("contact_requests:property_import", property_import.pk)
    return _show_list(request, form, 422)


def _show_list(request: ProRequest, form: UploadForm, status: int) -> HttpResponse:
    imports = PropertyImport.objects.for_pro(request.pro).select_related("user").order_by("-created_at", "-id")
    context = {"form": form, "imports": imports[:MAX_IMPORTS]}
    return render(request, "contact_requests/property_imports.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Columns, progress or rows of an import. POST sets the columns and starts the check."""
    property_import = _find_import(request, id)
    if request.method == "POST":
        return _save_columns(request, property_import)
    if wants(request, "progress"):
        shown = render(request, f"{PAGE}#progress", {"import": property_import})
        return shown if property_import.is_working else HttpResponseClientRefresh()
    context: dict[str, Any] = {"import": property_import}
    if property_import.state == State.UPLOADED or (property_import.has_columns and "columns" in request.GET):
        context["form"] = ColumnsForm(property_import)
    elif not property_import.is_working and property_import.state != State.REFUSED:
        context |= _describe_rows(request, property_import)
    return render(request, PAGE, context)


def _save_columns(request: ProRequest, property_import: PropertyImport) -> HttpResponse:
    form = ColumnsForm(property_import, request.POST)
    if property_import.has_columns:
        if not form.is_valid():
            return render(request, PAGE, {"import": property_import, "form": form}, status=422)
        try:
            start_check(property_import, form.columns)
        except PropertyImport.DoesNotExist as error:
            raise Http404 from error
    return redirect("contact_requests:property_import", property_import.pk)


def _describe_rows(request: ProRequest, property_import: PropertyImport) -> dict[str, Any]:
    """One tab of the rows, as the address asks for it, and the number after which the next page begins."""
    tabs = [(str(each), each.label, property_import.count(each)) for each in Outcome]
    shown = [name for name, _label, count in tabs if count]
    show = request.GET.get("show", "")
    show = show if show in Outcome.values else next(iter(shown), str(Outcome.CREATE))
    after = request.GET.get("after") or "0"
    if not (after.isdecimal() and len(after) < 9):
        raise Http404
    rows = property_import.rows.filter(outcome=show, number__gt=int(after)).select_related("property")
    page = list(rows.order_by("number")[: ROWS + 1])
    return {
        "tabs": tabs,
        "show": show,
        "rows": [(row, _changed(row), _reasons(row)) for row in page[:ROWS]],
        "next_after": page[ROWS - 1].number if len(page) > ROWS else "",
    }


def _changed(row: PropertyImportRow) -> list[tuple[str, str]]:
    """Label and new value of each field that a row changes."""
    return [(target_label(name), row.fields.get(name, "")) for name in row.changed]


def _reasons(row: PropertyImportRow) -> list[tuple[str, str, str]]:
    """Label, value and reason of each field for which a row is refused."""
    return [
        ("" if name == NON_FIELD_ERRORS else target_label(name), row.fields.get(name, ""), reason)
        for name, reason in row.reasons.items()
    ]


@require_POST
def import_run(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Start the run, or retry a failed phase; a second click changes nothing."""
    property_import = _find_import(request, id)
    try:
        if property_import.is_working:
            resume_import(property_import)
        else:
            start_run(property_import, by=request.user)
    except PropertyImport.DoesNotExist as error:
        raise Http404 from error
    return redirect("contact_requests:property_import", id)


@require_POST
def import_discard(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Discard an import that was not run."""
    property_import = _find_import(request, id)
    try:
        is_discarded = property_import.discard()
    except PropertyImport.DoesNotExist as error:
        raise Http404 from error
    if not is_discarded:
        messages.error(request, _("This file is imported already."))
        return redirect("contact_requests:property_import", id)
    messages.success(request, _("“%(name)s” is discarded. Nothing was imported.") % {"name": property_import.filename})
    return redirect("contact_requests:property_import_list")
