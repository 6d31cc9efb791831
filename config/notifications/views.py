"""Settings: what a user is told of, when and how, and their devices. Pushes lead to what they are about."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.accounts.devices import describe_device
from config.accounts.http import ProRequest
from config.web.toasts import toast

from .devices import add_device, ask_test, remove_device
from .forms import PreferencesForm
from .models import Notification, PushDevice
from .news import read_news
from .preferences import read_preferences, save_preferences
from .readers import decides_about_office
from .seeing import note_seen
from .vapid import public_key

# A test is done by then, or nobody works the jobs.
TEST_LASTS = timedelta(seconds=30)


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: ProRequest) -> HttpResponse:
    """Edit what the user is told of."""
    preferences = read_preferences(request.user, request.pro)
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=preferences)
    if form.is_bound and form.is_valid():
        save_preferences(form.instance)
        toast(request, _("Saved."))
        return redirect("notifications:settings")
    devices = [(device, describe_device(device.agent)) for device in _devices(request)]
    context = {
        "form": form,
        "decides_about_office": decides_about_office(request.user, request.pro),
        "devices": devices,
        "vapid_key": public_key(),
    }
    return render(request, "notifications/settings.html", context, status=422 if form.is_bound else 200)


def _devices(request: ProRequest) -> QuerySet[PushDevice]:
    return PushDevice.objects.for_pro(request.pro).filter(user=request.user)


@require_POST
def device_add(request: ProRequest) -> HttpResponse:
    """Take the subscription of the user's browser."""
    names = ("endpoint", "public_key", "secret", "key")
    given = {name: request.POST.get(name, "") for name in names}
    try:
        add_device(request.user, request.pro, agent=request.META.get("HTTP_USER_AGENT", ""), **given)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        toast(request, _("This device shows notifications now. Send a test to see one."))
    return redirect("notifications:settings")


@require_POST
def device_remove(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Send no pushes to a device any more."""
    remove_device(get_object_or_404(_devices(request), pk=id), by=request.user)
    toast(request, _("The device is removed."))
    return redirect("notifications:settings")


@require_http_methods(["GET", "HEAD", "POST"])
def device_test(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """POST sends a test by the way of every push; the page says what became of it."""
    device = _devices(request).filter(pk=id).first()
    if request.method == "POST":
        ask_test(get_object_or_404(_devices(request), pk=id))
        return redirect("notifications:device_test", id=id)
    asked_at = device.test_asked_at if device else None
    is_done = bool(device and asked_at and device.tried_at and device.tried_at >= asked_at)
    is_late = bool(asked_at and timezone.now() - asked_at > TEST_LASTS)
    context = {
        "device": device,
        "name": describe_device(device.agent) if device else "",
        "is_done": is_done,
        "is_late": is_late and not is_done,
        "is_waiting": device is not None and not is_done and not is_late,
    }
    return render(request, "notifications/test.html", context, status=200 if device else 404)


@require_safe
def notification_open(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Lead from a push to what it is about; to the list where it is about several things, or over."""
    rows = Notification.objects.for_pro(request.pro).select_related("user", "pro").filter(user=request.user)
    notification = get_object_or_404(rows, pk=id)
    others = rows.waiting().filter(pushed_at__isnull=False).exclude(pk=id)
    news = None if others.exists() else read_news(notification)
    note_seen(notification)
    return redirect(news.path) if news else redirect("waiting:list")


# The service worker has no page with a token. Whoever sends it could do no more than a click.
@csrf_exempt
@require_POST
def notification_seen(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Note that the user saw a push."""
    rows = Notification.objects.for_pro(request.pro).filter(user=request.user)
    note_seen(get_object_or_404(rows, pk=id))
    return HttpResponse(status=204)
