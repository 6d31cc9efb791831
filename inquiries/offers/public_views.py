"""The customer's page of an offer, at a secret address."""

import zoneinfo

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.accounts.http import VisitorRequest
from config.web.client import client_place
from config.web.limits import Limit

from ..models import InvalidOfferTransitionError, Offer
from .lifecycle import answer_offer, open_offer

PAGE = "inquiries/offer_public.html"
# Per network and hour; a whole office may share one.
VIEWS = Limit("offer", 300, 3600)
ANSWERS = {"accept": Offer.Status.ACCEPTED, "decline": Offer.Status.DECLINED}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def offer_public(request: VisitorRequest, key: str) -> HttpResponse:
    """Show the offer with this key; POST saves the customer's answer, `answer` = "accept" or "decline"."""
    if wait := VIEWS.hit(client_place(request)):
        return _too_many(request, wait)
    offers = Offer.objects.public().filter(inquiry__pro__closing=None).select_related("inquiry__pro")
    offer = get_object_or_404(offers, key=key)
    zone = zoneinfo.ZoneInfo(offer.inquiry.pro.time_zone)
    with translation.override(offer.language), timezone.override(zone):
        is_own = _is_own(request, offer)
        respond = _answer if request.method == "POST" else _view
        response = respond(request, offer, is_own)
        response.headers["Content-Language"] = offer.language
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _too_many(request: VisitorRequest, wait: int) -> HttpResponse:
    context = {"title": _("That was too often"), "text": _("Wait a few minutes, then open the page again.")}
    response = render(request, "errors/page.html", context, status=429)
    response.headers["Retry-After"] = str(wait)
    return response


def _is_own(request: VisitorRequest, offer: Offer) -> bool:
    """True for the Pro and staff, who only look at the customer's page."""
    user = request.user
    return user.is_authenticated and (user.is_staff or user.pro_id == offer.inquiry.pro_id)


def _view(request: VisitorRequest, offer: Offer, is_own: bool) -> HttpResponse:
    if request.method == "GET" and not is_own and not _is_prefetch(request):
        open_offer(offer)
    return _show_offer(request, offer, is_own)


def _is_prefetch(request: VisitorRequest) -> bool:
    """True if the browser prefetches the page, which is no view."""
    purposes = (request.headers.get("Sec-Purpose", ""), request.headers.get("Purpose", ""))
    return any("prefetch" in purpose.lower() for purpose in purposes)


def _answer(request: VisitorRequest, offer: Offer, is_own: bool) -> HttpResponse:
    if is_own:
        raise PermissionDenied
    status = ANSWERS.get(request.POST.get("answer", ""))
    if status is None:
        return _show_offer(request, offer, status=422)
    try:
        answer_offer(offer, status)
    except InvalidOfferTransitionError:
        problem = _("That is no longer possible. This is the current state of the offer.")
        return _show_offer(request, offer, problem=problem, status=409)
    return redirect("inquiries:offer_public", offer.key)


def _show_offer(
    request: VisitorRequest, offer: Offer, is_own: bool = False, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"offer": offer, "pro": offer.inquiry.pro, "is_own": is_own, "problem": problem}
    return render(request, PAGE, context, status=status)
