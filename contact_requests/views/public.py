"""The public page of a property, with its contact form."""

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
from ..spam import FLOOD, detect_spam, read_stamp

PAGE = "contact_requests/property_detail.html"


# Exempt from CSRF checks: visitors have no session to abuse, and need not accept a cookie first.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def property_detail(request: VisitorRequest, slug: str) -> HttpResponse:
    """Show a property; POST sends its form. htmx gets the contact section alone, a browser the whole page."""
    prop = get_object_or_404(Property.objects.select_related("pro"), slug=slug, is_published=True)
    if request.method == "POST":
        return _receive_form(request, prop)
    reference = request.GET.get("sent", "")
    context = {"property": prop, "form": ContactForm(prop)}
    if re.fullmatch(r"[0-9A-F]{8}", reference):
        context["reference"] = reference
    return render(request, PAGE, context)


def _receive_form(request: VisitorRequest, prop: Property) -> HttpResponse:
    form = ContactForm(prop, request.POST)
    if wait := FLOOD.hit(client_place(request)):
        form.add_error(None, _("Too many messages came from your network. Please try again later."))
        response = _render_contact(request, {"property": prop, "form": form}, 429)
        response.headers["Retry-After"] = str(wait)
        return response
    if not form.is_valid():
        return _render_contact(request, {"property": prop, "form": form}, 422)
    stamp = read_stamp(form.cleaned_data["stamp"], prop)
    contact_request = form.receive(detect_spam(request, stamp, form.cleaned_data["website"]))
    if request.htmx:
        return _render_contact(request, {"property": prop, "reference": contact_request.reference}, 200)
    return redirect(f"{prop.get_absolute_url()}?sent={contact_request.reference}#contact")


def _render_contact(request: VisitorRequest, context: dict, status: int) -> HttpResponse:
    template = f"{PAGE}#contact" if request.htmx else PAGE
    return render(request, template, context, status=status)
