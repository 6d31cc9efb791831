"""Settings: sites whose pages may call for the Pro from a browser."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.web.toasts import toast

from ..forms import OriginsForm
from ..http import ProRequest
from ..middleware import for_owners
from ..models import AllowedOrigin
from ..proof import password_again


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("POST")
def origins(request: ProRequest) -> HttpResponse:
    """Edit the origins."""
    form = OriginsForm(request.pro, request.POST if request.method == "POST" else None)
    if form.is_valid():
        AllowedOrigin.objects.allow_only(request.pro, form.cleaned_data["origins"], by=request.user)
        toast(request, _("Saved."))
        return redirect("accounts:origins")
    context = {"form": form, "site_url": settings.SITE_URL}
    return render(request, "accounts/origins.html", context, status=422 if form.is_bound else 200)
