"""What a visitor sees: a property and its contact form."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.accounts.http import VisitorRequest
from config.web.client import client_place

from ..forms import ContactForm
from ..models import Property
from ..spam import FLOOD, judge, read_stamp

PAGE = "contact_requests/property_detail.html"


# Nobody is signed in to this form, so there is no session to abuse, and no cookie has to be accepted first.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def property_detail(request: VisitorRequest, slug: str) -> HttpResponse:
    """The property's page; POST sends its form. htmx gets the form's place alone, a browser a page."""
    prop = get_object_or_404(Property.objects.select_related("pro"), slug=slug, is_published=True)
    if request.method == "POST":
        return _receive(request, prop)
    reference = request.GET.get("sent", "")
    context = {"property": prop, "form": ContactForm(prop)}
    if re.fullmatch(r"[0-9A-F]{8}", reference):
        context["reference"] = reference
    return render(request, PAGE, context)


def _receive(request: VisitorRequest, prop: Property) -> HttpResponse:
    form = ContactForm(prop, request.POST)
    if wait := FLOOD.hit(client_place(request)):
        form.add_error(None, _("Too many messages came from your network. Please try again later."))
        response = _answer(request, {"property": prop, "form": form}, 429)
        response.headers["Retry-After"] = str(wait)
        return response
    if not form.is_valid():
        return _answer(request, {"property": prop, "form": form}, 422)
    stamp = read_stamp(form.cleaned_data["stamp"], prop)
    found = form.receive(judge(request, stamp, form.cleaned_data["website"]))
    if request.htmx:
        return _answer(request, {"property": prop, "reference": found.reference}, 200)
    return redirect(f"{prop.get_absolute_url()}?sent={found.reference}#contact")


def _answer(request: VisitorRequest, context: dict, status: int) -> HttpResponse:
    template = f"{PAGE}#contact" if request.htmx else PAGE
    return render(request, template, context, status=status)
