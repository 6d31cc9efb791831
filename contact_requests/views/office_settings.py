"""Settings: the page of the office, and the forms for its own site with the text to copy."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.accounts.models import AllowedOrigin
from config.accounts.proof import password_again
from config.web.toasts import toast

from ..models import OfficePage
from ..office import renew_form_key
from ..office_forms import OfficePageForm
from ..site_forms import MAX_CHOICES, published

PAGE = "contact_requests/office_settings.html"


# The preview is a frame.
@for_owners
@csp_override({**settings.SECURE_CSP, "frame-src": [CSP.SELF]})
@require_http_methods(["GET", "HEAD", "POST"])
def office_settings(request: ProRequest) -> HttpResponse:
    """Edit the page of the office; show the forms for its own site, of all properties or of the one in the address."""
    page = OfficePage.objects.for_pro(request.pro).select_related("pro").first()
    form = OfficePageForm(request.pro, page, request.POST if request.method == "POST" else None)
    if form.is_bound and form.store(request.user):
        toast(request, _("Saved."))
        return redirect("contact_requests:office_settings")
    context: dict[str, Any] = {"form": form, "office": page, "site_url": settings.SITE_URL}
    if page:
        context |= _describe_forms(request, page)
    return render(request, PAGE, context, status=422 if form.is_bound else 200)


def _describe_forms(request: ProRequest, page: OfficePage) -> dict[str, Any]:
    """Addresses and properties in the texts to copy."""
    rows = list(published(request.pro).order_by("-created_at", "-id")[:MAX_CHOICES])
    chosen = next((row for row in rows if str(row.pk) == request.GET.get("property")), None)
    path = reverse("contact_requests:frame", args=[page.form_key])
    query = f"?{urlencode({'property': chosen.slug})}" if chosen else ""
    origins = AllowedOrigin.objects.for_pro(request.pro).order_by("origin").values_list("origin", flat=True)
    return {
        "properties": rows,
        "chosen": chosen,
        "example": chosen or next(iter(rows), None),
        "frame_path": f"{path}{query}",
        "form_path": reverse("contact_requests:site_form", args=[page.form_key]),
        "origins": list(origins),
    }


@for_owners
@require_POST
@password_again("POST")
def form_key_renew(request: ProRequest) -> HttpResponse:
    """Make the key of the forms anew."""
    renew_form_key(get_object_or_404(OfficePage.objects.for_pro(request.pro)), by=request.user)
    toast(request, _("The forms have a new key. Copy their text to your site again."))
    return redirect("contact_requests:office_settings")
