"""The page of one inquiry: the question, the customer, its progress along the pipeline, and everything linked to it."""

import uuid
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, wants
from config.web.forms import add_errors
from contacts.models import Contact, StaleEditError

from ..customers.profiles import retry_profile
from ..forms.choices import categories_of
from ..forms.inquiry import CaseForm, ClassificationForm, CloseForm, MoveForm
from ..history.entry import Entry
from ..history.reading import read_history
from ..linking import link_contact
from ..lookup import find_inquiry, read_search, search_contacts
from ..models import Inquiry, Offer, PipelineStep
from ..pipeline.moves import InvalidTransitionError, close_inquiry, link_case, move_inquiry
from ..translations import describe_refusal, userhub_name

PAGE = "inquiries/inquiry.html"
MAX_CANDIDATES = 8


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


def _step_states(inquiry: Inquiry, steps: list[PipelineStep], entries: list[Entry]) -> list[StepState]:
    visited = {entry.to_status for entry in entries}

    def state(step: PipelineStep) -> str:
        if step.pk == inquiry.step_id:
            return "now"
        if step.sort_order > inquiry.step.sort_order:
            return "ahead"
        return "done" if step.key in visited else "skipped"

    return [StepState(step, state(step)) for step in steps]


def _moves(inquiry: Inquiry, steps: list[PipelineStep]) -> list[Move]:
    """The allowed moves, the one to the next step first."""
    current = inquiry.step
    later = [step for step in steps if step.sort_order > current.sort_order]
    following = None if current.is_terminal else next(iter(later), None)

    def direction(step: PipelineStep) -> str:
        if step == following:
            return "next"
        return "back" if step.sort_order < current.sort_order else "skip"

    moves = [Move(step, direction(step)) for step in inquiry.allowed_steps()]
    return sorted(moves, key=lambda move: ("next", "skip", "back").index(move.direction))


def _offer_hint(inquiry: Inquiry, offer: Offer, moves: list[Move]) -> str:
    """The news of the latest offer if the inquiry can be moved accordingly, else ""."""
    if offer.current_status == Offer.Status.DECLINED and not inquiry.step.is_terminal:
        return _("The customer declined the offer.")
    hint, keys = OFFER_STEPS.get(offer.current_status, ("", ()))
    can_follow = any(move.step.key in keys and move.direction != "back" for move in moves)
    return str(hint) if can_follow else ""


def _progress_context(inquiry: Inquiry, **more: Any) -> dict[str, Any]:
    """Context of the pipeline, the allowed moves, and the history, newest first."""
    steps, entries = list(inquiry.inquiry_type.steps.all()), read_history(inquiry.pk)
    moves, offers = _moves(inquiry, steps), list(inquiry.offers.all())
    step_states = _step_states(inquiry, steps, entries)
    end = next((step for step in reversed(steps) if step.is_terminal), None)
    return {
        "inquiry": inquiry,
        "offers": offers,
        "hint": _offer_hint(inquiry, offers[-1], moves) if offers else "",
        "end": end,
        "is_for_good": not inquiry.step.is_terminal and end is not None and not end.moves_out.exists(),
        "step_states": step_states,
        "place": next((n for n, step_state in enumerate(step_states, start=1) if step_state.state == "now"), 0),
        "moves": moves,
        "entries": entries[::-1],
        "move_form": MoveForm(),
        "close_form": CloseForm(),
        **more,
    }


def _contact_context(request: ProRequest, inquiry: Inquiry) -> dict[str, Any]:
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


def _page_context(request: ProRequest, inquiry: Inquiry, **more: Any) -> dict[str, Any]:
    return {
        **_progress_context(inquiry),
        **_contact_context(request, inquiry),
        **_details_context(request, inquiry),
        "attachments": list(inquiry.attachments.all()),
        "case_form": CaseForm(initial={"case_id": inquiry.case_id}),
        **more,
    }


def _details_context(request: ProRequest, inquiry: Inquiry) -> dict[str, Any]:
    return {
        "inquiry": inquiry,
        "options": list(inquiry.filter_options.all()),
        "submitted_by": _submitter_name(inquiry),
        "classification_form": ClassificationForm(instance=inquiry),
        "categories": categories_of(request.pro),
    }


def _submitter_name(inquiry: Inquiry) -> str:
    if inquiry.created_by:
        return userhub_name(inquiry.created_by, inquiry)
    first = inquiry.history.first()
    return first.by_name if first else ""


@require_safe
def inquiry_detail(request: ProRequest, id: int) -> HttpResponse:
    """Show the page; htmx gets the contact section with the search result ("inquiry-contact") alone."""
    inquiry = find_inquiry(request, id)
    if wants(request, "inquiry-contact"):
        context = {"inquiry": inquiry, **_contact_context(request, inquiry), "is_swap": True}
        return render(request, f"{PAGE}#contact", context)
    return render(request, PAGE, _page_context(request, inquiry))


@require_POST
def inquiry_move(request: ProRequest, id: int) -> HttpResponse:
    """Move to the step with the key `to`; `seen` is the key of the step that the page showed."""
    inquiry, form = find_inquiry(request, id), MoveForm(request.POST)
    if not form.is_valid():
        return _progress_response(request, id, 422, move_form=form)
    to, expected_step = request.POST.get("to", ""), request.POST.get("seen")
    try:
        move_inquiry(inquiry, to=to, by=request.user, note=form.cleaned_data["note"], expected_step=expected_step)
    except ValidationError as error:
        add_errors(form, error)
        return _progress_response(request, id, 422, move_form=form)
    except InvalidTransitionError as error:
        return _progress_response(request, id, 409, move_form=form, refusal=describe_refusal(inquiry, error))
    return _progress_response(request, id)


@require_POST
def inquiry_close(request: ProRequest, id: int) -> HttpResponse:
    """Close it from any step."""
    inquiry, form = find_inquiry(request, id), CloseForm(request.POST)
    if not form.is_valid():
        return _progress_response(request, id, 422, close_form=form)
    try:
        close_inquiry(inquiry, outcome=form.cleaned_data["outcome"], by=request.user, note=form.cleaned_data["note"])
    except ValidationError as error:
        add_errors(form, error)
        return _progress_response(request, id, 422, close_form=form)
    except InvalidTransitionError as error:
        return _progress_response(request, id, 409, close_form=form, refusal=describe_refusal(inquiry, error))
    return _progress_response(request, id)


def _progress_response(request: ProRequest, id: int, status: int = 200, **more: Any) -> HttpResponse:
    """Respond to a move, made or refused: htmx gets the progress section, a browser the page or a redirect to it."""
    inquiry = find_inquiry(request, id)
    if wants(request, "progress"):
        return render(request, f"{PAGE}#moved", _progress_context(inquiry, is_swap=True, **more), status=status)
    if status == 200:
        return redirect("inquiries:inquiry_detail", id)
    return render(request, PAGE, _page_context(request, inquiry, **more), status=status)


@require_POST
def inquiry_case(request: ProRequest, id: int) -> HttpResponse:
    """Link it to a case of another system; with `unlink` to none."""
    inquiry, form = find_inquiry(request, id), CaseForm(request.POST)
    is_unlinked = "unlink" in request.POST
    if not form.is_valid() and not is_unlinked:
        return _section_response(request, id, "case", 422, case_form=form)
    try:
        case_id = None if is_unlinked else form.cleaned_data["case_id"]
        link_case(inquiry, case_id, by=request.user, was=request.POST.get("was"))
    except ValidationError as error:
        add_errors(form, error)
        return _section_response(request, id, "case", 422, case_form=form)
    except StaleEditError:
        form.has_conflict = True
        return _section_response(request, id, "case", 409, case_form=form)
    return _section_response(request, id, "case")


@require_POST
def inquiry_contact(request: ProRequest, id: int) -> HttpResponse:
    """Link the contact that the customer is; an empty `contact` unlinks."""
    inquiry, contact_id = find_inquiry(request, id), request.POST.get("contact", "")
    try:
        contact = Contact.objects.for_pro(request.pro).get(pk=uuid.UUID(contact_id)) if contact_id else None
        link_contact(inquiry, contact)
    except (ValueError, Contact.DoesNotExist):
        refusal = _("This contact has been archived or merged, or is not yours. Choose again.")
        return _section_response(request, id, "contact", 409, contact_refusal=refusal)
    return _section_response(request, id, "contact")


@require_POST
def inquiry_profile(request: ProRequest, id: int) -> HttpResponse:
    """Fetch the customer's profile again, in the background."""
    retry_profile(find_inquiry(request, id))
    if wants(request, "customer"):
        context = {"inquiry": find_inquiry(request, id), "is_asked": True, "is_swap": True}
        return render(request, f"{PAGE}#customer", context)
    messages.success(request, _("Asking UserHub again. The profile will appear here once it answers."))
    return redirect("inquiries:inquiry_detail", id)


@require_POST
def inquiry_classify(request: ProRequest, id: int) -> HttpResponse:
    """Change its priority, category and filter options."""
    inquiry = find_inquiry(request, id)
    form = ClassificationForm(request.POST, instance=inquiry)
    if not form.is_valid():
        return _section_response(request, id, "details", 422, classification_form=form)
    try:
        inquiry.classify(original=form.original, **form.cleaned_data)
    except StaleEditError:
        form.show_conflict(find_inquiry(request, id))
        return _section_response(request, id, "details", 409, classification_form=form)
    return _section_response(request, id, "details")


def _section_response(request: ProRequest, id: int, name: str, status: int = 200, **more: Any) -> HttpResponse:
    """Respond to a change of one section: htmx gets the section, a browser the page or a redirect to it."""
    # Read again: a form that was refused has put its values into its instance.
    inquiry = find_inquiry(request, id)
    if wants(request, f"inquiry-{name}"):
        contexts = {
            "contact": lambda: {"inquiry": inquiry, **_contact_context(request, inquiry)},
            "case": lambda: {"inquiry": inquiry, "case_form": CaseForm(initial={"case_id": inquiry.case_id})},
            "details": lambda: _details_context(request, inquiry),
        }
        return render(request, f"{PAGE}#{name}", {**contexts[name](), "is_swap": True, **more}, status=status)
    if status == 200:
        return redirect("inquiries:inquiry_detail", id)
    return render(request, PAGE, _page_context(request, inquiry, **more), status=status)
