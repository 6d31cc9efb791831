"""Settings: what a user is told of, when and how."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.accounts.http import ProRequest
from config.web.toasts import toast

from .forms import PreferencesForm
from .preferences import read_preferences, save_preferences
from .readers import decides_about_office


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: ProRequest) -> HttpResponse:
    """Edit what the user is told of."""
    preferences = read_preferences(request.user, request.pro)
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=preferences)
    if form.is_bound and form.is_valid():
        save_preferences(form.instance)
        toast(request, _("Saved."))
        return redirect("notifications:settings")
    context = {"form": form, "decides_about_office": decides_about_office(request.user, request.pro)}
    return render(request, "notifications/settings.html", context, status=422 if form.is_bound else 200)
