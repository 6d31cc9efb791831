"""Moves of an inquiry on its page, and their undoing there and on the board."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.accounts.http import ProRequest, wants
from config.web.forms import add_errors
from config.web.toasts import toast

from ..forms.inquiry import CloseForm, MoveForm
from ..lookup import find_inquiry
from ..models import PendingMove
from ..pipeline.moves import InvalidTransitionError
from ..pipeline.pending import plan_close, plan_move, undo_move
from ..translations import describe_refusal
from .announcing import announce_move
from .answering import answer_context
from .board import BoardPage, swap_columns
from .page import PAGE, page_context, progress_context


@require_POST
def inquiry_move(request: ProRequest, id: int) -> HttpResponse:
    """Move to the step with the key `to`; `seen` is the key of the step that the page showed."""
    inquiry, form = find_inquiry(request, id), MoveForm(request.POST)
    if not form.is_valid():
        return _respond(request, id, 422, move_form=form)
    to, expected_step = request.POST.get("to", ""), request.POST.get("seen")
    note = form.cleaned_data["note"]
    try:
        pending = plan_move(inquiry, to=to, by=request.user, note=note, expected_step=expected_step)
    except ValidationError as error:
        add_errors(form, error)
        return _respond(request, id, 422, move_form=form)
    except InvalidTransitionError as error:
        return _respond(request, id, 409, move_form=form, refusal=describe_refusal(inquiry, error))
    announce_move(request, inquiry, pending)
    return _respond(request, id)


@require_POST
def inquiry_close(request: ProRequest, id: int) -> HttpResponse:
    """Close it from any step."""
    inquiry, form = find_inquiry(request, id), CloseForm(request.POST)
    if not form.is_valid():
        return _respond(request, id, 422, close_form=form)
    outcome, note = form.cleaned_data["outcome"], form.cleaned_data["note"]
    try:
        expected_step = request.POST.get("seen")
        pending = plan_close(inquiry, outcome=outcome, by=request.user, note=note, expected_step=expected_step)
    except ValidationError as error:
        add_errors(form, error)
        return _respond(request, id, 422, close_form=form)
    except InvalidTransitionError as error:
        return _respond(request, id, 409, close_form=form, refusal=describe_refusal(inquiry, error))
    announce_move(request, inquiry, pending)
    return _respond(request, id)


def _respond(request: ProRequest, id: int, status: int = 200, **more: Any) -> HttpResponse:
    """Respond to a move, made or refused: htmx gets the progress section, a browser the page or a redirect to it."""
    inquiry = find_inquiry(request, id)
    if wants(request, "progress"):
        context = progress_context(inquiry, is_swap=True, **more)
        return render(request, f"{PAGE}#moved", context, status=status)
    if status == 200:
        return redirect("inquiries:inquiry_detail", id)
    page = page_context(request, inquiry)
    context = {**page, **answer_context(request, inquiry, page["offers"]), **more}
    return render(request, PAGE, context, status=status)


@require_POST
def move_undo(request: ProRequest, id: int, move: uuid.UUID) -> HttpResponse:
    """Undo a move that has not taken effect yet."""
    pending = _find_move(request, id, move)
    if undo_move(pending):
        text = _("“%(subject)s” stays where it was.") % {"subject": pending.inquiry.subject}
        toast(request, text)
    else:
        toast(request, _("That move cannot be undone any more."), level=messages.ERROR)
    return _respond_to_undo(request, pending)


@require_POST
def move_dismiss(request: ProRequest, id: int, move: uuid.UUID) -> HttpResponse:
    """Mark the refusal of a move as read."""
    _find_move(request, id, move).dismiss()
    return _respond(request, id)


def _find_move(request: ProRequest, id: int, move: uuid.UUID) -> PendingMove:
    rows = PendingMove.objects.for_pro(request.pro).select_related("inquiry__pro")
    return get_object_or_404(rows, pk=move, inquiry__pk=id)


def _respond_to_undo(request: ProRequest, pending: PendingMove) -> HttpResponse:
    """Show the page that it was undone on again: htmx gets what has changed of it, a browser a redirect to it."""
    url = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    is_own = url_has_allowed_host_and_scheme(url, {request.get_host()})
    parts = urlsplit(url if is_own else "")
    if not request.htmx:
        own = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return redirect(own or reverse("inquiries:inquiry_detail", args=[pending.inquiry_id]))
    try:
        match = resolve(parts.path or "/")
    except Resolver404:
        return HttpResponse()
    if match.view_name == "inquiries:board":
        return _swap_board(request, match.kwargs["slug"], parts.query, pending)
    if match.view_name == "inquiries:inquiry_detail" and match.kwargs["id"] == pending.inquiry_id:
        context = progress_context(find_inquiry(request, pending.inquiry_id), is_swap=True, is_beside=True)
        return render(request, f"{PAGE}#moved", context)
    return HttpResponse()


def _swap_board(request: ProRequest, slug: str, query: str, pending: PendingMove) -> HttpResponse:
    try:
        page = BoardPage(request, slug, QueryDict(query))
    except Http404:
        return HttpResponse()
    return swap_columns(page, page.board.columns({pending.from_step, pending.to_step}))
