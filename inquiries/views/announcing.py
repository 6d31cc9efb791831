"""The toast after a move."""

from django.urls import reverse
from django.utils.translation import gettext as _

from config.accounts.http import ProRequest
from config.web.toasts import toast

from ..models import Inquiry, PendingMove
from ..pipeline.pending import show_pending_moves
from ..translations import pipeline_label


def announce_move(request: ProRequest, inquiry: Inquiry, pending: PendingMove | None) -> None:
    """Say where the inquiry stands now, with an undo while there is one."""
    show_pending_moves([inquiry])
    names = {"subject": inquiry.subject, "step": pipeline_label(inquiry.step.label)}
    text = _("“%(subject)s” moved to “%(step)s”.") % names
    if pending:
        undo_url = reverse("inquiries:move_undo", args=[inquiry.pk, pending.pk])
        toast(request, text, undo_url, seconds=request.user.undo_seconds)
    else:
        toast(request, text)
