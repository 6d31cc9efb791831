"""The Pro's pages of offers."""

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
from ..models import Inquiry, InvalidOfferTransitionError, Offer, StaleOfferError
from .forms import OfferForm, read_time
from .lifecycle import resend_offer, send_offer
from .mails import preview_mail, public_url, reply_address

PAGE, SEND = "inquiries/offer.html", "inquiries/offer_send.html"


def _find_offer(request: ProRequest, id: int, offer_id: int) -> Offer:
    return get_object_or_404(find_inquiry(request, id).offers.select_related("made_by"), pk=offer_id)


def _page(request: ProRequest, inquiry: Inquiry, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, PAGE, {"inquiry": inquiry, **context}, status=status)


def _too_late(request: ProRequest, offer: Offer) -> HttpResponse:
    """Redirect to the offer's current state after a transition that is no longer possible."""
    messages.error(request, _("That is no longer possible. This is the current state of the offer."))
    return redirect("inquiries:offer_detail", offer.inquiry_id, offer.pk)


def _after_saving(request: ProRequest, offer: Offer) -> HttpResponse:
    """Redirect to the preview if asked for, else to the draft."""
    if "preview" in request.POST:
        return redirect("inquiries:offer_send", offer.inquiry_id, offer.pk)
    messages.success(request, _("The draft is saved."))
    return redirect("inquiries:offer_detail", offer.inquiry_id, offer.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def offer_new(request: ProRequest, id: int) -> HttpResponse:
    """Create an offer for an inquiry."""
    inquiry = find_inquiry(request, id)
    if request.method != "POST":
        return _page(request, inquiry, form=OfferForm(inquiry, initial={"id": uuid.uuid4()}))
    form = OfferForm(inquiry, request.POST)
    offer = form.create_draft(request.user)
    return _after_saving(request, offer) if offer else _page(request, inquiry, 422, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def offer_detail(request: ProRequest, id: int, offer_id: int) -> HttpResponse:
    """Show an offer; a draft shows its form, and POST saves it."""
    offer = _find_offer(request, id, offer_id)
    if request.method != "POST":
        form = OfferForm(offer.inquiry, instance=offer) if offer.is_draft else None
        return _page(request, offer.inquiry, offer=offer, form=form, url=public_url(offer))
    form = OfferForm(offer.inquiry, request.POST, instance=offer)
    status = 422
    if form.is_valid():
        try:
            offer.edit_draft(expected=form.expected, **form.values)
            return _after_saving(request, offer)
        except ValidationError as error:
            form.add_error(None, error)
        except InvalidOfferTransitionError:
            return _too_late(request, offer)
        except Offer.DoesNotExist as error:
            raise Http404 from error
        except StaleOfferError:
            status = 409
            form.show_conflict(offer)
    return _page(request, offer.inquiry, status, offer=_find_offer(request, id, offer_id), form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def offer_send(request: ProRequest, id: int, offer_id: int) -> HttpResponse:
    """Preview the mail to the customer; POST sends it."""
    offer = _find_offer(request, id, offer_id)
    if request.method != "POST":
        return _show_mail(request, offer) if offer.is_draft else _to_offer(offer)
    try:
        send_offer(offer, by=request.user, expected=read_time(request.POST.get("was", "")))
    except ValidationError as error:
        return _show_mail(request, _find_offer(request, id, offer_id), 422, problems=error.messages)
    except StaleOfferError:
        text = _("Somebody else has changed this draft, so it was not sent. Check it and try again.")
        return _show_mail(request, _find_offer(request, id, offer_id), 409, problems=[text])
    except Offer.DoesNotExist as error:
        raise Http404 from error
    except InvalidOfferTransitionError:
        return _too_late(request, offer)
    messages.success(request, _("The offer is on its way to %(email)s.") % {"email": offer.email})
    return _to_offer(offer)


@require_POST
def offer_resend(request: ProRequest, id: int, offer_id: int) -> HttpResponse:
    """Mail an offer again after a failure."""
    offer = _find_offer(request, id, offer_id)
    try:
        if resend_offer(offer, by=request.user):
            messages.success(request, _("The offer is on its way to %(email)s.") % {"email": offer.email})
    except InvalidOfferTransitionError:
        return _too_late(request, offer)
    return _to_offer(offer)


def _show_mail(request: ProRequest, offer: Offer, status: int = 200, **more: Any) -> HttpResponse:
    subject, text = preview_mail(offer)
    context = {"offer": offer, "inquiry": offer.inquiry, "subject": subject, "text": text, **more}
    return render(request, SEND, {"reply_to": reply_address(offer), **context}, status=status)


def _to_offer(offer: Offer) -> HttpResponse:
    return redirect("inquiries:offer_detail", offer.inquiry_id, offer.pk)


@require_POST
def offer_discard(request: ProRequest, id: int, offer_id: int) -> HttpResponse:
    """Delete a draft."""
    offer = _find_offer(request, id, offer_id)
    try:
        offer.discard()
    except InvalidOfferTransitionError:
        return _too_late(request, offer)
    except Offer.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The draft is discarded."))
    return redirect("inquiries:inquiry_detail", id)
