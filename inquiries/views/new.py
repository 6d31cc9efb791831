"""Write an inquiry down for a customer."""

import hashlib
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from config.accounts.http import ProRequest, wants
from config.api.models import IdempotencyKey
from config.web.forms import add_errors
from config.web.limits import Limit

from ..customers import userhub
from ..customers.readings import WithheldProfileError, read_profile, record_reading
from ..forms.choices import categories_of
from ..forms.new import NewInquiryForm
from ..ids import GREATEST_ID
from ..lookup import find_contact, read_search, search_contacts
from ..models import Inquiry
from ..submission import Submission, prepare

PAGE = "inquiries/new.html"
MAX_FOUND = 8
# Enough for entering inquiries, too few for copying the directory id by id.
LOOK_UPS = Limit("userhub-look-up", 60, 3600)


@require_http_methods(["GET", "HEAD", "POST"])
def inquiry_new(request: ProRequest) -> HttpResponse:
    """Write an inquiry down for a customer; `contact` in the query chooses one of the Pro's contacts."""
    if request.method != "POST":
        if wants(request, "found"):
            return render(request, f"{PAGE}#found", _found_context(request, request.GET))
        return _show_new_inquiry(request, _first_form(request), **_found_context(request, request.GET))
    if "look" in request.POST or "search" in request.POST or "choose" in request.POST:
        # A button within the form without JavaScript: nothing is submitted, and no errors are shown.
        customer = _look_up_customer(request, request.POST.get("user_id", "")) if "look" in request.POST else {}
        found = {} if "choose" in request.POST else _found_context(request, request.POST)
        return _show_new_inquiry(request, _filled_form(request), **customer, **found)
    form = NewInquiryForm(request.pro, request.POST)
    if inquiry := _submit(request, form):
        return redirect("inquiries:inquiry_detail", inquiry.pk)
    return _show_new_inquiry(request, form, 422, **_found_context(request, request.POST))


@require_safe
def customer_look_up(request: ProRequest) -> HttpResponse:
    """Look up a UserHub id; htmx gets the result ("who") alone, a browser the form with it."""
    customer = _look_up_customer(request, request.GET.get("user_id", ""))
    if wants(request, "who"):
        return render(request, f"{PAGE}#who", customer)
    form = NewInquiryForm(request.pro, initial={"id": uuid.uuid4(), "user_id": request.GET.get("user_id", "")})
    return _show_new_inquiry(request, form, **customer)


def _first_form(request: ProRequest) -> NewInquiryForm:
    """The empty form, for the contact that the address names. Raises Http404 for another Pro's."""
    initial: dict[str, Any] = {"id": uuid.uuid4()}
    if contact := request.GET.get("contact"):
        initial["contact"] = find_contact(request, contact).pk
    return NewInquiryForm(request.pro, initial=initial)


def _filled_form(request: ProRequest) -> NewInquiryForm:
    """The form as it was sent, without its errors; `choose` takes or leaves a contact."""
    values: dict[str, Any] = request.POST.dict()
    values |= {"filter_option_ids": request.POST.getlist("filter_option_ids")}
    if "choose" in values:
        values |= {"contact": values["choose"], **dict.fromkeys(("contact_q", "name", "email", "phone", "user_id"), "")}
    return NewInquiryForm(request.pro, initial=values)


def _found_context(request: ProRequest, values: QueryDict) -> dict[str, Any]:
    text = read_search(values.get("contact_q", ""))
    return {"contact_q": text, "candidates": list(search_contacts(request.pro, text)[:MAX_FOUND]) if text else []}


def _show_new_inquiry(request: ProRequest, form: NewInquiryForm, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, PAGE, {"form": form, "categories": categories_of(request.pro), **more}, status=status)


def _look_up_customer(request: ProRequest, text: str) -> dict[str, Any]:
    """Context with the `profile` of a UserHub id, or the `problem`; {} without an id."""
    text = text.strip()
    if not text:
        return {}
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= GREATEST_ID):
        return {"problem": _("This is not the id of a UserHub user.")}
    if LOOK_UPS.hit(request.user.pk):
        return {"problem": _("Too many look-ups. You can submit the inquiry without one.")}
    try:
        profile, is_new = read_profile(request.pro, int(text))
    except WithheldProfileError as error:
        return {"problem": _(str(error))}
    except userhub.UnknownUserError:
        return {"problem": _("UserHub knows no user of this id.")}
    except userhub.UserHubUnavailableError:
        return {"problem": _("UserHub is not answering. You can submit the inquiry anyway; the profile will follow.")}
    if is_new:
        record_reading(request.pro, int(text), by=request.user)
    return {"profile": profile}


def _submit(request: ProRequest, form: NewInquiryForm) -> Inquiry | None:
    """Save the inquiry; returns None after adding the errors to the form."""
    is_valid = form.is_valid()
    fields, type_id, options = form.values()
    try:
        # Before the transaction below: UserHub may take seconds.
        submission = prepare(
            request.pro,
            fields,
            by=request.user,
            inquiry_type_id=type_id,
            filter_option_ids=options,
            customer=form.customer,
        )
        return _save_once(request, form, submission) if is_valid else None
    except ValidationError as error:
        # Fields that already have an error do not get a second one.
        errors = error.update_error_dict({})
        add_errors(form, ValidationError({name: texts for name, texts in errors.items() if name not in form.errors}))
        return None


def _save_once(request: ProRequest, form: NewInquiryForm, submission: Submission) -> Inquiry:
    """Save the inquiry; the same form with the same values, submitted twice, returns the same inquiry."""
    if form.cleaned_data["id"] is None:
        return submission.save(by=request.user)
    values = repr((request.pro.pk, sorted({**form.cleaned_data, "contact": form.data.get("contact")}.items())))
    with transaction.atomic():
        key, is_first = IdempotencyKey.objects.get_or_create(
            scope=hashlib.sha256(f"inquiry_new\n{values}".encode()).hexdigest(),
            defaults={"request": "", "status": 302, "body": b""},
        )
        if not is_first:
            return Inquiry.objects.for_pro(request.pro).get(pk=key.location)
        inquiry = submission.save(by=request.user)
        key.location = str(inquiry.pk)
        key.save(update_fields=["location"])
        return inquiry
