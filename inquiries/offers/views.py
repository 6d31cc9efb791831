"""Offers as the Pro makes and sends them."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest

from ..lookup import find_inquiry
from ..models import Inquiry, InvalidOfferTransition, Offer, StaleOffer
from .forms import OfferForm, read_time
from .lifecycle import resend_offer, send_offer
from .mails import preview, public_url

PAGE, SEND = "inquiries/offer.html", "inquiries/offer_send.html"


def _find(request: ProRequest, id: int, offer: int) -> Offer:
    return get_object_or_404(find_inquiry(request, id).offers.select_related("made_by"), pk=offer)


def _page(request: ProRequest, inquiry: Inquiry, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, PAGE, {"inquiry": inquiry, **context}, status=status)


def _too_late(request: ProRequest, offer: Offer) -> HttpResponse:
    """Somebody else was quicker, or the page is old: what is shown next is the truth."""
    messages.error(request, _("That is not possible any more. This is how the offer stands now."))
    return redirect("inquiries:offer_detail", offer.inquiry_id, offer.pk)


def _after_saving(request: ProRequest, offer: Offer) -> HttpResponse:
    """On to the preview when that was asked for."""
    if "preview" in request.POST:
        return redirect("inquiries:offer_send", offer.inquiry_id, offer.pk)
    messages.success(request, _("The draft is saved."))
    return redirect("inquiries:offer_detail", offer.inquiry_id, offer.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def offer_new(request: ProRequest, id: int) -> HttpResponse:
    """Draw up an offer for an inquiry."""
    inquiry = find_inquiry(request, id)
    if request.method != "POST":
        return _page(request, inquiry, form=OfferForm(inquiry, initial={"id": uuid.uuid4()}))
    form = OfferForm(inquiry, request.POST)
    offer = form.draft(request.user)
    return _after_saving(request, offer) if offer else _page(request, inquiry, 422, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def offer_detail(request: ProRequest, id: int, offer: int) -> HttpResponse:
    """One offer; a draft is a form, and POST saves it."""
    found = _find(request, id, offer)
    if request.method != "POST":
        form = OfferForm(found.inquiry, instance=found) if found.is_draft else None
        return _page(request, found.inquiry, offer=found, form=form, url=public_url(found))
    form = OfferForm(found.inquiry, request.POST, instance=found)
    status = 422
    if form.is_valid():
        try:
            found.change(expected=form.read_was(), **form.values)
            return _after_saving(request, found)
        except ValidationError as error:
            form.add_error(None, error)
        except InvalidOfferTransition:
            return _too_late(request, found)
        except Offer.DoesNotExist as error:
            raise Http404 from error
        except StaleOffer:
            status = 409
            form.be_late(found)
    return _page(request, found.inquiry, status, offer=_find(request, id, offer), form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def offer_send(request: ProRequest, id: int, offer: int) -> HttpResponse:
    """The mail as the customer will get it; POST sends it."""
    found = _find(request, id, offer)
    if request.method != "POST":
        return _show_mail(request, found) if found.is_draft else _to_offer(found)
    try:
        send_offer(found, expected=read_time(request.POST.get("was", "")))
    except ValidationError as error:
        return _show_mail(request, _find(request, id, offer), 422, problems=error.messages)
    except StaleOffer:
        text = _("Somebody changed this draft meanwhile, and nothing was sent yet. Look at it again.")
        return _show_mail(request, _find(request, id, offer), 409, problems=[text])
    except Offer.DoesNotExist as error:
        raise Http404 from error
    except InvalidOfferTransition:
        return _too_late(request, found)
    messages.success(request, _("The offer is on its way to %(email)s.") % {"email": found.email})
    return _to_offer(found)


@require_POST
def offer_again(request: ProRequest, id: int, offer: int) -> HttpResponse:
    """Have an offer mailed that could not be."""
    found = _find(request, id, offer)
    try:
        if resend_offer(found):
            messages.success(request, _("The offer is on its way to %(email)s.") % {"email": found.email})
    except InvalidOfferTransition:
        return _too_late(request, found)
    return _to_offer(found)


def _show_mail(request: ProRequest, offer: Offer, status: int = 200, **more: Any) -> HttpResponse:
    subject, text = preview(offer)
    context = {"offer": offer, "inquiry": offer.inquiry, "subject": subject, "text": text, **more}
    return render(request, SEND, context, status=status)


def _to_offer(offer: Offer) -> HttpResponse:
    return redirect("inquiries:offer_detail", offer.inquiry_id, offer.pk)


@require_POST
def offer_discard(request: ProRequest, id: int, offer: int) -> HttpResponse:
    """Delete a draft."""
    found = _find(request, id, offer)
    try:
        found.discard()
    except InvalidOfferTransition:
        return _too_late(request, found)
    except Offer.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The draft is discarded."))
    return redirect("inquiries:inquiry_detail", id)
