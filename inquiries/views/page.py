"""The page of one inquiry as templates need it: its progress, its thread, and what stands beside them."""

from typing import Any, NamedTuple

from django.db.models import QuerySet, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.accounts.http import ProRequest
from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers
from contacts.models import Contact, ContactMessage, WaitingItem
from contacts.views.thread_context import fingerprint_entries

from ..forms.choices import CATEGORIES, categories_of
from ..forms.inquiry import CaseForm, ClassificationForm, CloseForm, MoveForm
from ..history.entry import Entry
from ..history.reading import OWN, read_history
from ..lookup import read_search, search_contacts
from ..models import Attachment, Inquiry, Offer, PendingMove, PipelineStep
from ..models.step import ask_steps
from ..pipeline.pending import show_pending_moves
from ..thread import ask_thread, read_thread
from ..translations import userhub_name

PAGE = "inquiries/inquiry.html"
MAX_CANDIDATES = 8
Outcome = WaitingItem.Outcome

# Status of an offer -> the hint, and the keys of the steps that it suggests to move to.
OFFER_STEPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    Offer.Status.SENT: (gettext_lazy("The offer was sent."), ("offer_sent",)),
    Offer.Status.VIEWED: (gettext_lazy("The customer opened the offer."), ("offer_sent", "offer_viewed")),
    Offer.Status.ACCEPTED: (
        gettext_lazy("The customer accepted the offer."),
        ("offer_sent", "offer_viewed", "offer_accepted"),
    ),
}


class StepState(NamedTuple):
    """A step and its `state` for this inquiry: "done", "skipped", "now" or "ahead"."""

    step: PipelineStep
    state: str


class Move(NamedTuple):
    """An allowed move to a step: "next" in order, "back" or "skip"."""

    step: PipelineStep
    direction: str


def _ask_progress(inquiry: Inquiry, *more: Question[Any]) -> Answers:
    """Ask what `progress_context` shows, and `more`, in one statement."""
    answers = Answers()
    answers.ask(*_own(inquiry), *ask_steps(inquiry.inquiry_type), *ask_thread(inquiry), OWN.question(inquiry.pk), *more)
    return answers


def _own(inquiry: Inquiry) -> tuple[Question[Any], ...]:
    return _LAST_MOVE.question(inquiry), _OFFERS.question(inquiry), _ITEM.question(str(inquiry.pk))


def progress_context(inquiry: Inquiry, answers: Answers | None = None, **more: Any) -> dict[str, Any]:
    """Context of the pipeline with its moves, and of the thread. A pending move is shown as made."""
    shown_at, answers = timezone.now(), answers or _ask_progress(inquiry)
    last_moves, offers, items = map(answers.rows, _own(inquiry))
    own: list[Any] = [*last_moves, *offers]
    for row in own:
        row.inquiry = inquiry
    last_move = last_moves[0] if last_moves else None
    if last_move and last_move.state == PendingMove.State.WAITING:
        show_pending_moves([inquiry])
    allowed_by_step = PipelineStep.objects.allowed_by_step(inquiry.inquiry_type, answers)
    steps, entries = list(allowed_by_step), read_history(inquiry.pk, answers)
    moves = _moves(inquiry, steps, allowed_by_step.get(inquiry.step, []))
    step_states, thread = _step_states(inquiry, steps, entries), read_thread(inquiry, entries, offers, answers)
    unread = [entry for entry in thread if getattr(entry.item, "state", "") == ContactMessage.State.RECEIVED]
    end = next((step for step in reversed(steps) if step.is_terminal), None)
    return {
        "inquiry": inquiry,
        "offers": offers,
        "hint": _offer_hint(inquiry, offers[-1], moves) if offers else "",
        "end": end,
        "is_for_good": not inquiry.step.is_terminal and end is not None and not allowed_by_step[end],
        "step_states": step_states,
        "place": next((n for n, step_state in enumerate(step_states, start=1) if step_state.state == "now"), 0),
        "moves": moves,
        "thread": thread,
        "version": fingerprint_entries(thread),
        "page_url": inquiry.get_absolute_url(),
        "is_unread": any(message.item.read_at is None for message in unread),
        "read_url": reverse("inquiries:inquiry_read", args=[inquiry.pk]),
        "shown_at": shown_at.isoformat(),
        # If it was refused and nobody has read that.
        "refused_move": last_move if last_move and last_move.state == PendingMove.State.REFUSED else None,
        "waiting_item": items[0] if items else None,
        "move_form": MoveForm(),
        "close_form": CloseForm(),
        **more,
    }


def page_context(request: ProRequest, inquiry: Inquiry, **more: Any) -> dict[str, Any]:
    """Context of the whole page."""
    attachments = _ATTACHMENTS.question(inquiry)
    answers = _ask_progress(inquiry, attachments, CATEGORIES.question(request.pro))
    progress = progress_context(inquiry, answers)
    return {
        **progress,
        **contact_context(request, inquiry),
        **details_context(request, inquiry, progress["waiting_item"], answers),
        "attachments": answers.rows(attachments),
        "case_form": CaseForm(initial={"case_id": inquiry.case_id}),
        **more,
    }


def contact_context(request: ProRequest, inquiry: Inquiry) -> dict[str, Any]:
    """Context of the contacts to link: the result of a search, else those with the customer's e-mail or phone."""
    text = read_search(request.GET.get("contact_q", ""))
    contacts = Contact.objects.for_pro(request.pro)
    if text:
        candidates = search_contacts(request.pro, text)
    else:
        person = inquiry.person
        same_address = contacts.none()
        for channel, value in (("email", person.get("email", "")), ("phone", person.get("phone", ""))):
            same_address |= contacts.same_address(channel, value) if value else contacts.none()
        candidates = contacts.none() if inquiry.contact_id else same_address.order_by("created_at", "id")
    candidates = candidates.exclude(pk=inquiry.contact_id) if inquiry.contact_id else candidates
    return {"contact_q": text, "candidates": list(candidates[:MAX_CANDIDATES])}


def details_context(
    request: ProRequest, inquiry: Inquiry, item: WaitingItem | None, answers: Answers = UNASKED
) -> dict[str, Any]:
    """Context of the section of details. `answered_at` is the time of an answer, which a move is not."""
    prefetch_related_objects([inquiry], "filter_options")
    return {
        "inquiry": inquiry,
        "options": list(inquiry.filter_options.all()),
        "submitted_by": _submitter_name(inquiry),
        "answered_at": item.ended_at if item and item.outcome in (Outcome.ANSWERED, Outcome.ANOTHER_WAY) else None,
        "classification_form": ClassificationForm(instance=inquiry),
        "categories": categories_of(request.pro, answers),
    }


def find_waiting_item(inquiry: Inquiry) -> WaitingItem | None:
    """The item by which the inquiry waits, or did; not those of its offers."""
    return _ITEM.first(str(inquiry.pk))


def _item(key: str) -> QuerySet[WaitingItem]:
    return WaitingItem.objects.filter(kind=WaitingItem.Kind.INQUIRY, key=key)[:1]


def _last_move(inquiry: Inquiry) -> QuerySet[PendingMove]:
    return PendingMove.objects.filter(inquiry=inquiry).select_related("by").reverse()[:1]


_LAST_MOVE, _ITEM = Compiled(_last_move, keeps_plan=True), Compiled(_item, keeps_plan=True)
_OFFERS = Compiled(lambda inquiry: Offer.objects.filter(inquiry=inquiry), keeps_plan=True)
_ATTACHMENTS = Compiled(lambda inquiry: Attachment.objects.filter(inquiry=inquiry), keeps_plan=True)


def _step_states(inquiry: Inquiry, steps: list[PipelineStep], entries: list[Entry]) -> list[StepState]:
    visited = {entry.to_status for entry in entries}

    def state(step: PipelineStep) -> str:
        if step.pk == inquiry.step_id:
            return "now"
        if step.sort_order > inquiry.step.sort_order:
            return "ahead"
        return "done" if step.key in visited else "skipped"

    return [StepState(step, state(step)) for step in steps]


def _moves(inquiry: Inquiry, steps: list[PipelineStep], allowed: list[PipelineStep]) -> list[Move]:
    """The allowed moves, the one to the next step first."""
    current = inquiry.step
    later = [step for step in steps if step.sort_order > current.sort_order]
    following = None if current.is_terminal else next(iter(later), None)

    def direction(step: PipelineStep) -> str:
        if step == following:
            return "next"
        return "back" if step.sort_order < current.sort_order else "skip"

    moves = [Move(step, direction(step)) for step in allowed]
    return sorted(moves, key=lambda move: ("next", "skip", "back").index(move.direction))


def _offer_hint(inquiry: Inquiry, offer: Offer, moves: list[Move]) -> str:
    """The news of the latest offer if the inquiry can be moved accordingly, else ""."""
    if offer.current_status == Offer.Status.DECLINED and not inquiry.step.is_terminal:
        return _("The customer declined the offer.")
    hint, keys = OFFER_STEPS.get(offer.current_status, ("", ()))
    can_follow = any(move.step.key in keys and move.direction != "back" for move in moves)
    return str(hint) if can_follow else ""


def _submitter_name(inquiry: Inquiry) -> str:
    if inquiry.created_by:
        return userhub_name(inquiry.created_by, inquiry)
    first = inquiry.history.first()
    return first.by_name if first else ""
