"""The page of one inquiry: its thread and its progress along the pipeline, and the sections beside them."""

import uuid
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, wants
from config.audit.recording import record_view
from config.web.forms import add_errors
from contacts.models import Contact, ContactMessage, StaleEditError
from contacts.topics import INQUIRY, make_topic
from contacts.views.thread import read_time

from ..customers.profiles import retry_profile
from ..forms.inquiry import CaseForm, ClassificationForm
from ..linking import link_contact
from ..lookup import find_inquiry
from ..models import Inquiry
from ..pipeline.moves import link_case
from .answering import answer_context, news_context
from .page import PAGE, contact_context, details_context, find_waiting_item, page_context


@require_safe
def inquiry_detail(request: ProRequest, id: int) -> HttpResponse:
    """Show the page.

    htmx gets the contact section with the search result ("inquiry-contact") or the thread ("thread") alone.
    """
    inquiry = find_inquiry(request, id)
    if wants(request, "inquiry-contact"):
        context = {"inquiry": inquiry, **contact_context(request, inquiry), "is_swap": True}
        return render(request, f"{PAGE}#contact", context)
    if wants(request, "thread"):
        return _show_news(request, inquiry)
    if inquiry.contact:
        record_view(inquiry.contact, by=request.user)
    page = page_context(request, inquiry)
    return render(request, PAGE, {**page, **answer_context(request, inquiry, page["offers"])})


def _show_news(request: ProRequest, inquiry: Inquiry) -> HttpResponse:
    """The thread and who is answering; 204 when the page shows that already."""
    context = news_context(request, inquiry)
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    return render(request, f"{PAGE}#news", context)


@require_POST
def inquiry_read(request: ProRequest, id: int) -> HttpResponse:
    """Mark as read the messages about it that its page showed for a moment, until the time at which it was shown."""
    inquiry, until = find_inquiry(request, id), read_time(request.POST.get("until", ""))
    if until is None:
        raise BadRequest
    if inquiry.contact:
        topic = make_topic(INQUIRY, inquiry.pk)
        # Of a contact who was archived meanwhile nothing is to be read.
        with suppress(Contact.DoesNotExist):
            ContactMessage.objects.mark_read(inquiry.contact, until=until, topic=topic)
    return HttpResponse() if request.htmx else redirect(inquiry)


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
            "contact": lambda: {"inquiry": inquiry, **contact_context(request, inquiry)},
            "case": lambda: {"inquiry": inquiry, "case_form": CaseForm(initial={"case_id": inquiry.case_id})},
            "details": lambda: details_context(request, inquiry, find_waiting_item(inquiry)),
        }
        return render(request, f"{PAGE}#{name}", {**contexts[name](), "is_swap": True, **more}, status=status)
    if status == 200:
        return redirect("inquiries:inquiry_detail", id)
    page = page_context(request, inquiry)
    context = {**page, **answer_context(request, inquiry, page["offers"]), **more}
    return render(request, PAGE, context, status=status)
