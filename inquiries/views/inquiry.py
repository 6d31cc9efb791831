"""One inquiry: what was asked and by whom, where it stands and where it may go."""

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
from ..forms import CaseForm, CloseForm, FactsForm, MoveForm, categories_of
from ..history.entry import Entry
from ..history.reading import read_history
from ..lookup import find_inquiry
from ..models import Inquiry, Offer, PipelineStep
from ..pipeline.moves import InvalidTransitionError, close_inquiry, link_case, move_inquiry
from ..translations import refusal

PAGE = "inquiries/inquiry.html"
# How many contacts a search offers.
MOST_FOUND = 8


# What is said of an offer, and the keys of the steps that an inquiry may be moved to for it.
OFFER_STEPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    Offer.Status.SENT: (gettext_lazy("The offer was sent."), ("offer_sent",)),
    Offer.Status.VIEWED: (gettext_lazy("The customer opened the offer."), ("offer_sent", "offer_viewed")),
    Offer.Status.ACCEPTED: (
        gettext_lazy("The customer accepted the offer."),
        ("offer_sent", "offer_viewed", "offer_accepted"),
    ),
}


class Stop(NamedTuple):
    """A step as this inquiry sees it: "done", "skipped", "now" or "ahead"."""

    step: PipelineStep
    state: str


class Way(NamedTuple):
    """A step to which it may go from here: "next" in order, "back" or "skip" along an extra move."""

    step: PipelineStep
    kind: str


def _stops(inquiry: Inquiry, steps: list[PipelineStep], entries: list[Entry]) -> list[Stop]:
    been = {entry.to_status for entry in entries}

    def state(step: PipelineStep) -> str:
        if step.pk == inquiry.step_id:
            return "now"
        if step.sort_order > inquiry.step.sort_order:
            return "ahead"
        return "done" if step.key in been else "skipped"

    return [Stop(step, state(step)) for step in steps]


def _ways(inquiry: Inquiry, steps: list[PipelineStep]) -> list[Way]:
    """The allowed moves, the one to the next step first."""
    here = inquiry.step
    later = [step for step in steps if step.sort_order > here.sort_order]
    following = None if here.is_terminal else next(iter(later), None)

    def kind(step: PipelineStep) -> str:
        if step == following:
            return "next"
        return "back" if step.sort_order < here.sort_order else "skip"

    ways = [Way(step, kind(step)) for step in inquiry.allowed_steps()]
    return sorted(ways, key=lambda way: ("next", "skip", "back").index(way.kind))


def _hint(inquiry: Inquiry, newest: Offer, ways: list[Way]) -> str:
    """What became of the newest offer, where the inquiry may follow it; "" where it need not."""
    if newest.standing == Offer.Status.DECLINED and not inquiry.step.is_terminal:
        return _("The customer declined the offer.")
    said, keys = OFFER_STEPS.get(newest.standing, ("", ()))
    follows = any(way.step.key in keys and way.kind != "back" for way in ways)
    return str(said) if follows else ""


def _standing(inquiry: Inquiry, **more: Any) -> dict[str, Any]:
    """Where it stands, where it was and where it may go."""
    steps, entries = list(inquiry.inquiry_type.steps.all()), read_history(inquiry.pk)
    stops, ways, offers = _stops(inquiry, steps, entries), _ways(inquiry, steps), list(inquiry.offers.all())
    end = next((step for step in reversed(steps) if step.is_terminal), None)
    return {
        "inquiry": inquiry,
        "offers": offers,
        "hint": _hint(inquiry, offers[-1], ways) if offers else "",
        "end": end,
        "is_for_good": not inquiry.step.is_terminal and end is not None and not end.moves_out.exists(),
        "stops": stops,
        "place": next((n for n, stop in enumerate(stops, start=1) if stop.state == "now"), 0),
        "ways": ways,
        # What happened last is what one looks for.
        "entries": entries[::-1],
        "move_form": MoveForm(),
        "close_form": CloseForm(),
        **more,
    }


def _contacts(request: ProRequest, inquiry: Inquiry) -> dict[str, Any]:
    """Who of the Pro's contacts the customer may be: who was looked for, else who has the same e-mail or phone."""
    text = " ".join(request.GET.get("contact_q", "").replace("\0", " ").split())[:200]
    contacts = Contact.objects.for_pro(request.pro)
    if text:
        found = contacts.search(text, by_word=True).order_by("-updated_at", "-id")
    else:
        person = inquiry.person
        alike = contacts.none()
        for channel, value in (("email", person.get("email", "")), ("phone", person.get("phone", ""))):
            alike |= contacts.same_address(channel, value) if value else contacts.none()
        found = contacts.none() if inquiry.contact_id else alike.order_by("created_at", "id")
    found = found.exclude(pk=inquiry.contact_id) if inquiry.contact_id else found
    return {"contact_q": text, "found_contacts": list(found[:MOST_FOUND])}


def _context(request: ProRequest, inquiry: Inquiry, **more: Any) -> dict[str, Any]:
    """What the whole page shows."""
    return {
        **_standing(inquiry),
        **_contacts(request, inquiry),
        **_facts(request, inquiry),
        "attachments": list(inquiry.attachments.all()),
        "case_form": CaseForm(initial={"case_id": inquiry.case_id}),
        **more,
    }


def _facts(request: ProRequest, inquiry: Inquiry, **more: Any) -> dict[str, Any]:
    return {
        "inquiry": inquiry,
        "options": list(inquiry.filter_options.all()),
        "facts_form": FactsForm(instance=inquiry),
        "categories": categories_of(request.pro),
        **more,
    }


@require_safe
def inquiry_detail(request: ProRequest, id: int) -> HttpResponse:
    """The page; htmx gets the linked contact with who was looked for ("inquiry-contact") alone."""
    inquiry = find_inquiry(request, id)
    if wants(request, "inquiry-contact"):
        context = {"inquiry": inquiry, **_contacts(request, inquiry), "is_swap": True}
        return render(request, f"{PAGE}#contact", context)
    return render(request, PAGE, _context(request, inquiry))


@require_POST
def inquiry_move(request: ProRequest, id: int) -> HttpResponse:
    """Move to another step of the pipeline."""
    inquiry, form = find_inquiry(request, id), MoveForm(request.POST)
    if not form.is_valid():
        return _stands(request, id, 422, move_form=form)
    # A page may be older than what a colleague did: from elsewhere the same button would be another move.
    seen = request.POST.get("seen")
    try:
        move_inquiry(inquiry, to=request.POST.get("to", ""), by=request.user, note=form.cleaned_data["note"], seen=seen)
    except ValidationError as error:
        add_errors(form, error)
        return _stands(request, id, 422, move_form=form)
    except InvalidTransitionError as error:
        return _stands(request, id, 409, move_form=form, refusal=refusal(inquiry, error))
    return _stands(request, id)


@require_POST
def inquiry_close(request: ProRequest, id: int) -> HttpResponse:
    """Close it from wherever it stands."""
    inquiry, form = find_inquiry(request, id), CloseForm(request.POST)
    if not form.is_valid():
        return _stands(request, id, 422, close_form=form)
    try:
        close_inquiry(inquiry, outcome=form.cleaned_data["outcome"], by=request.user, note=form.cleaned_data["note"])
    except ValidationError as error:
        add_errors(form, error)
        return _stands(request, id, 422, close_form=form)
    except InvalidTransitionError as error:
        return _stands(request, id, 409, close_form=form, refusal=refusal(inquiry, error))
    return _stands(request, id)


def _stands(request: ProRequest, id: int, status: int = 200, **more: Any) -> HttpResponse:
    """What follows a move, made or refused: htmx gets where it stands now; a browser the page, or is sent to it."""
    inquiry = find_inquiry(request, id)
    if wants(request, "standing"):
        return render(request, f"{PAGE}#moved", _standing(inquiry, is_swap=True, **more), status=status)
    if status == 200:
        return redirect("inquiries:inquiry_detail", id)
    return render(request, PAGE, _context(request, inquiry, **more), status=status)


@require_POST
def inquiry_case(request: ProRequest, id: int) -> HttpResponse:
    """Link it to a case of another system; with `unlink` to none."""
    inquiry, form = find_inquiry(request, id), CaseForm(request.POST)
    if "unlink" in request.POST:
        link_case(inquiry, None, by=request.user)
        return _part(request, id, "case", case_form=CaseForm())
    if form.is_valid():
        try:
            link_case(inquiry, form.cleaned_data["case_id"], by=request.user)
            return _part(request, id, "case", case_form=CaseForm(initial=form.cleaned_data))
        except ValidationError as error:
            add_errors(form, error)
    return _part(request, id, "case", 422, case_form=form)


@require_POST
def inquiry_contact(request: ProRequest, id: int) -> HttpResponse:
    """Say which contact the customer is; without one nobody."""
    inquiry, chosen = find_inquiry(request, id), request.POST.get("contact", "")
    try:
        contact = Contact.objects.for_pro(request.pro).get(pk=uuid.UUID(chosen)) if chosen else None
        inquiry.link_contact(contact)
    except (ValueError, Contact.DoesNotExist):
        refusal = _("That contact was archived or merged meanwhile, or is not yours. Look again.")
        return _part(request, id, "contact", 409, contact_refusal=refusal)
    return _part(request, id, "contact")


@require_POST
def inquiry_profile(request: ProRequest, id: int) -> HttpResponse:
    """Have UserHub asked anew for the customer's profile."""
    retry_profile(find_inquiry(request, id))
    if wants(request, "customer"):
        context = {"inquiry": find_inquiry(request, id), "is_asked": True, "is_swap": True}
        return render(request, f"{PAGE}#customer", context)
    messages.success(request, _("UserHub is asked again. The profile appears here when it has answered."))
    return redirect("inquiries:inquiry_detail", id)


@require_POST
def inquiry_facts(request: ProRequest, id: int) -> HttpResponse:
    """Change its priority, its category and its filter options."""
    inquiry = find_inquiry(request, id)
    form = FactsForm(request.POST, instance=inquiry)
    if not form.is_valid():
        # The form has put what was typed into its inquiry; what is shown beside it is what stands.
        return _part(request, id, "facts", 422, facts_form=form)
    try:
        inquiry.classify(was=form.was, **form.cleaned_data)
    except StaleEditError:
        form.be_late(find_inquiry(request, id))
        return _part(request, id, "facts", 409, facts_form=form)
    return _part(request, id, "facts")


def _part(request: ProRequest, id: int, name: str, status: int = 200, **more: Any) -> HttpResponse:
    """What follows a change to a part of the page: htmx gets the part, a browser the page, or is sent to it."""
    inquiry = find_inquiry(request, id)
    if wants(request, f"inquiry-{name}"):
        makers = {
            "contact": lambda: {"inquiry": inquiry, **_contacts(request, inquiry)},
            "case": lambda: {"inquiry": inquiry},
            "facts": lambda: _facts(request, inquiry),
        }
        return render(request, f"{PAGE}#{name}", {**makers[name](), "is_swap": True, **more}, status=status)
    if status == 200:
        return redirect("inquiries:inquiry_detail", id)
    return render(request, PAGE, _context(request, inquiry, **more), status=status)
