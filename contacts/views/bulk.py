"""Many rows of a list at once: chosen there, previewed here, worked by a job, stopped, gone on with, undone."""

import uuid
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from config.accounts.http import ProRequest, send_to, wants
from config.web.paging import row_number
from config.web.toasts import toast

from ..bulk.actions import BulkList, find_list
from ..bulk.reporting import Preview, Sums, list_runs
from ..bulk.working import can_be_undone, go_on, start_run, start_undo, stop_run
from ..models import BulkRun
from ..models.bulk_run import key_field
from .ticked import ticked

PAGE = "contacts/bulk/run.html"
# As many as a form may have fields; more are chosen as all that match.
MAX_TICKED = 900


def is_everything(values: QueryDict) -> bool:
    """True when all rows that match the list's filter are chosen."""
    return "all" in values


def chosen_query(request: ProRequest) -> QueryDict:
    """The query string of the list on which rows were chosen."""
    return QueryDict(request.POST.get("query", "")[:4000])


@require_POST
def bulk_plan(request: ProRequest, name: str) -> HttpResponse:
    """Note which rows of a list are chosen, and lead to the choice of what to do; `do` chooses that too."""
    if (bulk_list := find_list(name)) is None:
        raise Http404
    return plan_rows(request, bulk_list, request.POST.get("do", ""))


def plan_rows(request: ProRequest, bulk_list: BulkList, action: str = "") -> HttpResponse:
    """The same for a list that is known."""
    try:
        rows = _read_rows(request, bulk_list)
        run = BulkRun.objects.plan(request.pro, bulk_list.name, rows, by=request.user)
    except ValidationError as error:
        toast(request, error.messages[0], level=messages.WARNING)
        query = chosen_query(request).urlencode()
        return send_to(request, f"{reverse(bulk_list.url_name)}?{query}".rstrip("?"))
    url = reverse("contacts:bulk_run", args=[run.pk])
    return send_to(request, f"{url}?do={action}" if bulk_list.check_action(request.pro, action) else url)


def _read_rows(request: ProRequest, bulk_list: BulkList) -> QuerySet[Any]:
    """The rows that are chosen. Raises ValidationError for more boxes than a form may have."""
    if is_everything(request.POST):
        return bulk_list.select(request, chosen_query(request))
    texts = ticked(request.POST, bulk_list.checkbox)
    if len(texts) > MAX_TICKED:
        raise ValidationError(_("Choose at most %(n)s rows one by one, or all that match.") % {"n": MAX_TICKED})
    read = uuid.UUID if key_field(bulk_list.model) == "object_uuid" else row_number
    keys = set()
    for text in texts:
        with suppress(ValueError):
            keys.add(read(text))
    return bulk_list.all_rows(request.pro).filter(pk__in=keys)


@require_safe
def bulk_list(request: ProRequest) -> HttpResponse:
    """List what everybody of the office did with many rows lately."""
    return render(request, "contacts/bulk/list.html", {"runs": list_runs(request.pro)})


@require_http_methods(["GET", "HEAD", "POST"])
def bulk_run(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Choice of what to do with the chosen rows and its preview, progress, or sums. POST starts it."""
    try:
        run = _find_run(request, id)
    except Http404:
        # Replaced by another choice meanwhile: a page that polls the progress leaves.
        if wants(request, "progress"):
            return send_to(request, reverse("contacts:bulk_list"))
        raise
    bulk_list = find_list(run.list_name)
    if bulk_list is None:
        raise Http404
    if run.state == BulkRun.State.PLANNED:
        return _start(request, run, bulk_list) if request.method == "POST" else _show_plan(request, run, bulk_list)
    if request.method == "POST":
        return redirect("contacts:bulk_run", run.pk)
    if not wants(request, "progress"):
        return render(request, PAGE, _context(request, run, bulk_list))
    if run.is_working:
        return render(request, f"{PAGE}#progress", _context(request, run, bulk_list))
    return HttpResponseClientRefresh()


def _find_run(request: ProRequest, id: uuid.UUID) -> BulkRun:
    return get_object_or_404(BulkRun.objects.for_pro(request.pro).select_related("user", "undone_by", "pro"), pk=id)


def _context(request: ProRequest, run: BulkRun, bulk_list: BulkList) -> dict[str, Any]:
    sums = Sums(run, bulk_list)
    return {"run": run, "bulk_list": bulk_list, "sums": sums, "can_be_undone": can_be_undone(run)}


def _show_plan(request: ProRequest, run: BulkRun, bulk_list: BulkList, status: int = 200) -> HttpResponse:
    action = (request.POST if request.method == "POST" else request.GET).get("do", "")
    is_known = bulk_list.check_action(request.pro, action)
    preview = Preview(run, bulk_list, action) if is_known else None
    context = {
        "run": run,
        "bulk_list": bulk_list,
        "groups": bulk_list.groups(request.pro),
        "action": action,
        "preview": preview,
        "is_wrong": status == 422,
    }
    return render(request, f"{PAGE}#preview" if wants(request, "preview") else PAGE, context, status=status)


def _start(request: ProRequest, run: BulkRun, bulk_list: BulkList) -> HttpResponse:
    action = request.POST.get("do", "")
    if not bulk_list.check_action(request.pro, action):
        return _show_plan(request, run, bulk_list, 422)
    try:
        start_run(run, action, by=request.user)
    except BulkRun.DoesNotExist as error:
        raise Http404 from error
    return redirect("contacts:bulk_run", run.pk)


@require_POST
def bulk_stop(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Stop a run after the batch that is worked at the moment."""
    stop_run(_find_run(request, id))
    return redirect("contacts:bulk_run", id)


@require_POST
def bulk_go_on(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Go on with a run that was stopped, or try again one that failed."""
    go_on(_find_run(request, id), by=request.user)
    return redirect("contacts:bulk_run", id)


@require_POST
def bulk_undo(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Undo a run; a second click changes nothing."""
    run = _find_run(request, id)
    if not start_undo(run, by=request.user) and not run.is_undo:
        toast(request, _("This cannot be undone any more."), level=messages.ERROR)
    return redirect("contacts:bulk_run", id)
