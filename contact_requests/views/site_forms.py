"""Forms on an office's own site: the frame, and what a plain form there sends."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import VisitorRequest
from config.accounts.models import AllowedOrigin
from config.closing.models import is_closed
from config.origins import foreign_origin

from ..models import ContactRequest, OfficePage, Property
from ..receipts import find_by_receipt_key, make_receipt_key
from ..site_forms import FrameForm, SiteForm, find_published, next_origin
from ..spam import count_sending, detect_foreign_spam, detect_spam
from .public import describe_answer_time

FRAME = "contact_requests/embedded.html"


def _find_page(key: str) -> OfficePage:
    page = get_object_or_404(OfficePage.objects.select_related("pro"), form_key=key.replace("\0", ""))
    if is_closed(page.pro_id):
        raise Http404
    return page


def _speak(chosen: str) -> None:
    """Use the language that a site asks for, if it is one of ours."""
    if chosen in dict(settings.LANGUAGES):
        translation.activate(chosen)


# Exempt from CSRF checks: no cookie counts here, and a frame on another site gets none.
@xframe_options_exempt
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def frame(request: VisitorRequest, key: str) -> HttpResponse:
    """Show the form in a frame on a site of the office; POST sends it. `property` names one, `lang` the language."""
    page = _find_page(key)
    _speak(request.GET.get("lang", ""))
    form = FrameForm(
        page,
        find_published(page.pro, request.GET.get("property", "")),
        request.POST if request.method == "POST" else None,
    )
    if form.is_bound:
        return _receive_frame(request, page, form)
    sent = find_by_receipt_key(request.GET.get("receipt", "").replace("\0", "")[:100])
    return _show_frame(request, page, form, sent if sent and sent.pro_id == page.pro_id else None)


def _receive_frame(request: VisitorRequest, page: OfficePage, form: FrameForm) -> HttpResponse:
    is_valid = form.is_valid()
    wait, is_too_often = count_sending(request, is_valid=is_valid)
    if wait:
        form.add_error(None, _too_many())
        response = _show_frame(request, page, form, status=HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(wait)
        return response
    if not is_valid:
        return _show_frame(request, page, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    quarantine = detect_spam(form.cleaned_data["stamp"], form.cleaned_data["website"], is_too_often=is_too_often)
    query = request.GET.copy()
    try:
        query["receipt"] = make_receipt_key(form.receive(quarantine))
    except Property.DoesNotExist as error:
        raise Http404 from error
    return redirect(f"{request.path}?{query.urlencode()}")


def _too_many() -> str:
    return _("Too many messages came from your network. Please try again later.")


def _show_frame(
    request: VisitorRequest,
    page: OfficePage,
    form: FrameForm,
    sent: ContactRequest | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    query = request.GET.copy()
    query.pop("receipt", None)
    context: dict[str, Any] = {
        "office": page,
        "form": form,
        "sent": sent,
        "receipt_url": reverse("contact_requests:receipt", args=[make_receipt_key(sent)]) if sent else "",
        "address": f"{request.path}?{query.urlencode()}" if query else request.path,
        "answer_time": describe_answer_time(page.pro),
    }
    response = render(request, FRAME, context, status=status)
    origins = AllowedOrigin.objects.for_pro(page.pro).order_by("origin").values_list("origin", flat=True)
    # Ourselves, for the preview in the settings.
    response._csp_config = {**settings.SECURE_CSP, "frame-ancestors": [CSP.SELF, *origins]}  # type: ignore[attr-defined]
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def site_form(request: VisitorRequest, key: str) -> HttpResponse:
    """Receive what a plain form on a site of the office sends, and lead back to `next` there, or to the receipt.

    What is wrong is shown here, with what was typed.
    """
    page = _find_page(key)
    _speak(request.POST.get("lang", ""))
    form = SiteForm(page.pro, request.POST)
    is_valid = form.is_valid()
    wait, is_too_often = count_sending(request, is_valid=is_valid)
    origin = next_origin(page.pro, request.POST.get("next", ""))
    if wait:
        form.add_error(None, _too_many())
        response = _show_site_form(request, page, form, origin, HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(wait)
        return response
    if not is_valid:
        return _show_site_form(request, page, form, origin, HTTPStatus.UNPROCESSABLE_ENTITY)
    sender = foreign_origin(request)
    # A page may keep its origin to itself: "null".
    is_foreign = sender not in ("", "null") and not AllowedOrigin.objects.is_allowed(sender, page.pro)
    quarantine = detect_foreign_spam(form.cleaned_data["website"], is_foreign=is_foreign, is_too_often=is_too_often)
    try:
        contact_request = form.receive(page, quarantine)
    except Property.DoesNotExist as error:
        raise Http404 from error
    if origin:
        return redirect(form.cleaned_data["next"])
    return redirect("contact_requests:receipt", make_receipt_key(contact_request))


def _show_site_form(
    request: VisitorRequest, page: OfficePage, form: SiteForm, origin: str, status: int
) -> HttpResponse:
    context = {"office": page, "form": form, "property": form.cleaned_data.get("property")}
    response = render(request, "contact_requests/site_form.html", context, status=status)
    # Browsers hold a redirect after the form to `form-action` too.
    actions = [CSP.SELF, *([origin] if origin else [])]
    response._csp_config = {**settings.SECURE_CSP, "form-action": actions}  # type: ignore[attr-defined]
    return response
