"""An inquiry that the Pro writes down for a customer."""

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
from ..submission import Draft, prepare

PAGE = "inquiries/new.html"
# Enough for whoever writes inquiries down, too few for whoever would copy the directory by its numbers.
LOOK_UPS = Limit("userhub-look-up", 60, 3600)


@require_http_methods(["GET", "HEAD", "POST"])
def inquiry_new(request: ProRequest) -> HttpResponse:
    """Submit an inquiry on behalf of a customer."""
    if request.method != "POST":
        form = NewInquiryForm(initial={"id": uuid.uuid4()})
        return render(request, PAGE, _context(request, form))
    if "look" in request.POST:
        # The button beside the id, without JavaScript: nothing is submitted, and nothing is wrong yet.
        form = NewInquiryForm(initial=_typed(request))
        return render(request, PAGE, {**_context(request, form), **_who(request, request.POST.get("user_id", ""))})
    form = NewInquiryForm(request.POST)
    if inquiry := _submit(request, form):
        return redirect("inquiries:inquiry_detail", inquiry.pk)
    return render(request, PAGE, _context(request, form), status=422)


@require_safe
def customer_look_up(request: ProRequest) -> HttpResponse:
    """Who a UserHub id is; htmx gets the line alone ("who"), a browser the form with it."""
    who = _who(request, request.GET.get("user_id", ""))
    if wants(request, "who"):
        return render(request, f"{PAGE}#who", who)
    form = NewInquiryForm(initial={"id": uuid.uuid4(), "user_id": request.GET.get("user_id", "")})
    return render(request, PAGE, {**_context(request, form), **who})


def _typed(request: ProRequest) -> dict[str, Any]:
    typed: dict[str, Any] = request.POST.dict()
    return {**typed, "filter_option_ids": request.POST.getlist("filter_option_ids")}


def _context(request: ProRequest, form: NewInquiryForm) -> dict[str, Any]:
    return {"form": form, "categories": categories_of(request.pro)}


def _who(request: ProRequest, typed: str) -> dict[str, Any]:
    """What UserHub or the directory says about the id that was typed."""
    text = typed.strip()
    if not text:
        return {}
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= GREATEST_ID):
        return {"problem": _("This is no id of a UserHub user.")}
    if LOOK_UPS.hit(request.user.pk):
        return {"problem": _("You have looked up many customers. You can submit the inquiry without it.")}
    try:
        return {"profile": userhub.ask(int(text))}
    except userhub.UnknownUserError:
        return {"problem": _("UserHub knows no user of this id.")}
    except userhub.UserHubUnavailableError:
        return {"problem": _("UserHub does not answer now. You can submit all the same: the profile follows.")}


def _submit(request: ProRequest, form: NewInquiryForm) -> Inquiry | None:
    """The new inquiry; None when form or engine refuses it, which the form then says."""
    is_whole = form.is_valid()
    fields, type_id, options = form.given()
    try:
        # Here and not in the transaction below: UserHub may take seconds.
        draft = prepare(request.pro, fields, by=request.user, inquiry_type_id=type_id, filter_option_ids=options)
        return _keep_once(request, form, draft) if is_whole else None
    except ValidationError as error:
        # What the form has said already of a field is said once.
        told = error.update_error_dict({})
        add_errors(form, ValidationError({name: errors for name, errors in told.items() if name not in form.errors}))
        return None


def _keep_once(request: ProRequest, form: NewInquiryForm, draft: Draft) -> Inquiry:
    """Store it; the same form with the same words, sent twice, is one inquiry."""
    if form.cleaned_data["id"] is None:
        return draft.keep(by=request.user)
    words = repr((request.pro.pk, sorted(form.cleaned_data.items())))
    with transaction.atomic():
        key, is_first = IdempotencyKey.objects.get_or_create(
            scope=hashlib.sha256(f"inquiry_new\n{words}".encode()).hexdigest(),
            defaults={"request": "", "status": 302, "body": b""},
        )
        if not is_first:
            return Inquiry.objects.for_pro(request.pro).get(pk=key.location)
        inquiry = draft.keep(by=request.user)
        key.location = str(inquiry.pk)
        key.save(update_fields=["location"])
        return inquiry
