"""Settings: the addresses of a Pro's own programs, and what was sent to them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.accounts.proof import password_again
from config.web.forms import add_errors
from config.web.paging import row_number
from config.web.toasts import toast

from .forms import EndpointForm
from .managing import change_endpoint, create_endpoint, delete_endpoint, replace_secret, send_again, send_test
from .models import Dispatch, Endpoint

ROWS = 30


def _find_endpoint(request: ProRequest, id: UUID) -> Endpoint:
    return get_object_or_404(Endpoint.objects.for_pro(request.pro).select_related("pro"), pk=id)


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("POST")
def endpoint_list(request: ProRequest) -> HttpResponse:
    """List the Pro's endpoints; POST makes one."""
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            endpoint = create_endpoint(request.pro, form.cleaned_data, by=request.user)
            toast(request, _("Saved."))
            return redirect("events:endpoint", endpoint.pk)
        except ValidationError as error:
            add_errors(form, error)
    context = {"form": form, "endpoints": Endpoint.objects.for_pro(request.pro)}
    return render(request, "events/list.html", context, status=422 if form.is_bound else 200)


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("POST")
def endpoint_detail(request: ProRequest, id: UUID) -> HttpResponse:
    """Show an endpoint with what was sent to it; POST changes it."""
    endpoint = _find_endpoint(request, id)
    form = EndpointForm(request.POST if request.method == "POST" else None, endpoint)
    if form.is_bound and form.is_valid():
        try:
            change_endpoint(endpoint, form.cleaned_data, by=request.user)
            toast(request, _("Saved."))
            return redirect("events:endpoint", endpoint.pk)
        except ValidationError as error:
            add_errors(form, error)
            # With the values that are stored: the page around the form shows them.
            endpoint = _find_endpoint(request, id)
    context = {"endpoint": endpoint, "form": form, **_deliveries(request, endpoint)}
    return render(request, "events/detail.html", context, status=422 if form.is_bound else 200)


def _deliveries(request: ProRequest, endpoint: Endpoint) -> dict[str, Any]:
    """A part of what was sent, the newest first, before the row that the query names and of the state that it names."""
    state, before = request.GET.get("state", ""), request.GET.get("before")
    rows = Dispatch.objects.for_pro(request.pro).filter(endpoint=endpoint).select_related("event").order_by("-pk")
    if state in Dispatch.State:
        rows = rows.filter(state=state)
    try:
        rows = rows.filter(pk__lt=row_number(before)) if before else rows
    except ValueError as error:
        raise Http404 from error
    page = list(rows[: ROWS + 1])
    return {
        "deliveries": page[:ROWS],
        "state": state if state in Dispatch.State else "",
        "states": Dispatch.State,
        "before": page[ROWS - 1].pk if len(page) > ROWS else None,
        "is_first": not before,
    }


@for_owners
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("GET", "HEAD", "POST")
def endpoint_secret(request: ProRequest, id: UUID) -> HttpResponse:
    """Show the secret by which calls are verified; POST replaces it."""
    endpoint = _find_endpoint(request, id)
    if request.method == "POST":
        replace_secret(endpoint, by=request.user)
        messages.success(request, _("The new secret signs from now on, and the former one too for a day."))
        return redirect("events:endpoint_secret", endpoint.pk)
    return render(request, "events/secret.html", {"endpoint": endpoint})


@for_owners
@require_POST
def endpoint_test(request: ProRequest, id: UUID) -> HttpResponse:
    """Send a test event."""
    endpoint = _find_endpoint(request, id)
    try:
        send_test(endpoint)
        messages.success(request, _("A test event is on its way. Reload the page to see the answer."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("events:endpoint", endpoint.pk)


@for_owners
@require_POST
@password_again("POST")
def endpoint_delete(request: ProRequest, id: UUID) -> HttpResponse:
    """Delete an endpoint."""
    delete_endpoint(_find_endpoint(request, id), by=request.user)
    messages.success(request, _("The webhook is deleted. Nothing is sent there any more."))
    return redirect("events:endpoint_list")


@for_owners
@require_POST
def delivery_send(request: ProRequest, id: UUID, delivery: int) -> HttpResponse:
    """Send an event again."""
    rows = Dispatch.objects.for_pro(request.pro).filter(endpoint=_find_endpoint(request, id)).select_related("endpoint")
    dispatch = get_object_or_404(rows, pk=delivery)
    try:
        send_again(dispatch, by=request.user)
        messages.success(request, _("The event is on its way again. Reload the page to see the answer."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("events:endpoint", id)
