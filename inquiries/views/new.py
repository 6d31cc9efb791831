"""Submit an inquiry on behalf of a customer."""

import hashlib
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from config.accounts.http import ProRequest, wants
from config.api.models import IdempotencyKey
from config.web.forms import add_errors
from config.web.limits import Limit

from ..customers import userhub
from ..forms import NewInquiryForm, categories_of
from ..ids import GREATEST_ID
from ..models import Inquiry
from ..submission import Submission, prepare

PAGE = "inquiries/new.html"
# Enough for entering inquiries, too few for copying the directory id by id.
LOOK_UPS = Limit("userhub-look-up", 60, 3600)


@require_http_methods(["GET", "HEAD", "POST"])
def inquiry_new(request: ProRequest) -> HttpResponse:
    """Submit an inquiry on behalf of a customer."""
    if request.method != "POST":
        form = NewInquiryForm(initial={"id": uuid.uuid4()})
        return render(request, PAGE, _context(request, form))
    if "look" in request.POST:
        # The look-up button without JavaScript: nothing is submitted, and no errors are shown.
        form = NewInquiryForm(initial=_submitted_values(request))
        customer = _look_up_customer(request, request.POST.get("user_id", ""))
        return render(request, PAGE, {**_context(request, form), **customer})
    form = NewInquiryForm(request.POST)
    if inquiry := _submit(request, form):
        return redirect("inquiries:inquiry_detail", inquiry.pk)
    return render(request, PAGE, _context(request, form), status=422)


@require_safe
def customer_look_up(request: ProRequest) -> HttpResponse:
    """Look up a UserHub id; htmx gets the result ("who") alone, a browser the form with it."""
    customer = _look_up_customer(request, request.GET.get("user_id", ""))
    if wants(request, "who"):
        return render(request, f"{PAGE}#who", customer)
    form = NewInquiryForm(initial={"id": uuid.uuid4(), "user_id": request.GET.get("user_id", "")})
    return render(request, PAGE, {**_context(request, form), **customer})


def _submitted_values(request: ProRequest) -> dict[str, Any]:
    values: dict[str, Any] = request.POST.dict()
    return {**values, "filter_option_ids": request.POST.getlist("filter_option_ids")}


def _context(request: ProRequest, form: NewInquiryForm) -> dict[str, Any]:
    return {"form": form, "categories": categories_of(request.pro)}


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
        return {"profile": userhub.fetch_profile(int(text))}
    except userhub.UnknownUserError:
        return {"problem": _("UserHub knows no user of this id.")}
    except userhub.UserHubUnavailableError:
        return {"problem": _("UserHub is not answering. You can submit the inquiry anyway; the profile will follow.")}


def _submit(request: ProRequest, form: NewInquiryForm) -> Inquiry | None:
    """Save the inquiry; returns None after adding the errors to the form."""
    is_valid = form.is_valid()
    fields, type_id, options = form.values()
    try:
        # Before the transaction below: UserHub may take seconds.
        submission = prepare(request.pro, fields, by=request.user, inquiry_type_id=type_id, filter_option_ids=options)
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
    values = repr((request.pro.pk, sorted(form.cleaned_data.items())))
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
