"""The public page of a property with its contact form, and the receipt of what was sent."""

import zoneinfo
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import push_url

from config.accounts.http import VisitorRequest
from config.accounts.models import Pro
from config.closing.models import is_closed
from config.files.downloads import serve_inline
from config.files.storage import StorageUnavailableError
from config.origins import open_to_origins
from config.web.compiled import Compiled
from config.web.isolation import open_to_other_sites
from contacts.waiting.answer_times import usual_answer_time

from ..forms import ContactForm
from ..models import ContactRequest, OfficePage, Property, PropertyPicture
from ..qr_codes import draw_qr
from ..receipts import find_by_receipt_key, make_receipt_key
from ..spam import count_sending, detect_spam

PAGE = "contact_requests/property_detail.html"
RECEIPT = "contact_requests/receipt.html"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Nobody is told that an answer takes longer than this.
LONGEST_PROMISE = 7 * DAY
_PROPERTY = Compiled["Property"](
    lambda slug: Property.objects.select_related("pro").filter(slug=slug, is_published=True), keeps_plan=True
)


def _pro_of(slug: str) -> Pro | None:
    """The Pro of a published property."""
    prop = _PROPERTY.first(slug)
    return prop.pro if prop else None


# Exempt from CSRF checks: visitors have no session to abuse, and need not accept a cookie first.
@open_to_origins("GET", "HEAD", "POST", find_pro=_pro_of)
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def property_detail(request: VisitorRequest, slug: str) -> HttpResponse:
    """Show a property; POST sends its form. htmx gets the contact section alone, a browser the whole page."""
    if (prop := _PROPERTY.first(slug)) is None:
        raise Http404
    if request.method == "POST":
        return _receive_form(request, prop)
    return _render_form(request, prop, ContactForm(prop), 200)


@login_not_required
@open_to_other_sites
@require_safe
def property_picture(request: VisitorRequest, slug: str, picture: int) -> HttpResponseBase:
    """Serve a picture of a published property."""
    pictures = PropertyPicture.objects.filter(property__slug=slug, property__is_published=True)
    row = get_object_or_404(pictures, pk=picture)
    try:
        return serve_inline(request, row.open(), size=row.size, content_type=row.mime_type)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageUnavailableError:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)


def _receive_form(request: VisitorRequest, prop: Property) -> HttpResponse:
    form = ContactForm(prop, request.POST)
    is_valid = form.is_valid()
    wait, is_too_often = count_sending(request, is_valid=is_valid)
    if wait:
        form.add_error(None, _("Too many messages came from your network. Please try again later."))
        response = _render_form(request, prop, form, 429)
        response.headers["Retry-After"] = str(wait)
        return response
    if not is_valid:
        return _render_form(request, prop, form, 422)
    quarantine = detect_spam(form.cleaned_data["stamp"], form.cleaned_data["website"], is_too_often=is_too_often)
    try:
        contact_request = form.receive(quarantine)
    except Property.DoesNotExist as error:
        raise Http404 from error
    url = reverse("contact_requests:receipt", args=[make_receipt_key(contact_request)])
    if not request.htmx:
        return redirect(url)
    # The address of the receipt, so that a reload shows it again.
    return push_url(_render_receipt(request, f"{RECEIPT}#receipt", contact_request), url)


def _render_form(request: VisitorRequest, prop: Property, form: ContactForm, status: int) -> HttpResponse:
    template = f"{PAGE}#contact" if request.htmx else PAGE
    context: dict[str, Any] = {"property": prop, "form": form, "answer_time": describe_answer_time(prop.pro)}
    if not request.htmx:
        pictures = list(prop.pictures.all())
        context |= {"pictures": pictures, "office": find_office_page(prop.pro), **describe_link(prop, pictures)}
    response = render(request, template, context, status=status)
    if prop.is_gone:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def find_office_page(pro: Pro) -> OfficePage | None:
    """The page of the office, where visitors see one."""
    return OfficePage.objects.for_pro(pro).filter(is_published=True).first()


def describe_link(prop: Property, pictures: list[PropertyPicture]) -> dict[str, str]:
    """Whole addresses of a property's page and of its first picture, for search engines and previews of links."""
    image = reverse("contact_requests:property_picture", args=[prop.slug, pictures[0].pk]) if pictures else ""
    return {
        "canonical": f"{settings.SITE_URL}{prop.get_absolute_url()}",
        "image": f"{settings.SITE_URL}{image}" if image else "",
    }


def cache_for_all(request: VisitorRequest, response: HttpResponse, seconds: int) -> None:
    """Let caches keep an answer that is the same for everybody, but for its language.

    That to somebody who is signed in may renew their cookie, and is for them alone.
    """
    is_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    patch_cache_control(response, max_age=seconds, **{"private" if is_signed_in else "public": True})
    patch_vary_headers(response, ["Accept-Language", "Cookie"])


@login_not_required
@require_safe
def property_qr(request: VisitorRequest, slug: str) -> HttpResponse:
    """Draw the QR code of a property's page, as SVG."""
    if (prop := _PROPERTY.first(slug)) is None:
        raise Http404
    code = draw_qr(f"{settings.SITE_URL}{prop.get_absolute_url()}")
    response = HttpResponse(code, content_type="image/svg+xml")
    cache_for_all(request, response, 3600)
    return response


@login_not_required
@never_cache
@require_safe
def property_sheet(request: VisitorRequest, slug: str) -> HttpResponse:
    """Show a property as a sheet to print, with the QR code of its page."""
    if (prop := _PROPERTY.first(slug)) is None:
        raise Http404
    context = {"property": prop, "pictures": list(prop.pictures.all()[:3])}
    response = render(request, "contact_requests/property_sheet.html", context | describe_link(prop, []))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@never_cache
@require_safe
def receipt(request: VisitorRequest, key: str) -> HttpResponse:
    """Show a visitor what they sent, at an address that nobody else knows."""
    contact_request = find_by_receipt_key(key)
    if contact_request is None or is_closed(contact_request.pro_id):
        raise Http404
    response = _render_receipt(request, RECEIPT, contact_request)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _render_receipt(request: VisitorRequest, template: str, contact_request: ContactRequest) -> HttpResponse:
    """The receipt with its times as the office's clock has them: a visitor has no time zone of their own here."""
    pro = contact_request.pro
    context = {"contact_request": contact_request, "property": contact_request.property}
    with timezone.override(zoneinfo.ZoneInfo(pro.time_zone)):
        return render(request, template, context | {"answer_time": describe_answer_time(pro)})


def describe_answer_time(pro: Pro) -> str:
    """ "an hour", "3 hours", "2 days": within which the Pro's answers usually come; "" when it is not known."""
    usual = usual_answer_time(pro)
    if usual is None or usual > LONGEST_PROMISE:
        return ""
    if usual <= DAY:
        hours = max(-(-usual // HOUR), 1)
        return ngettext("an hour", "%(hours)d hours", hours) % {"hours": hours} if hours < 24 else _("a day")
    return _("%(days)d days") % {"days": -(-usual // DAY)}
