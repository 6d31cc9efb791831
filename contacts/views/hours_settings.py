"""Settings of the office's hours: the week, public holidays, closed days, and the time in which to answer."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.audit.recording import changed_names
from config.web.toasts import toast

from ..forms import WeekForm
from ..hours.clock import is_open, next_opening
from ..hours.countries import country_choices
from ..hours.keeping import close_days, keep_hours, open_days
from ..hours.public_holidays import name_holidays, regions_of
from ..hours.schedules import find_hours, make_schedule
from ..models import OfficeHours
from ..models.office_hours import MAX_TARGET

PAGE = "contacts/hours.html"
# Channels that may have a target of their own.
CHANNELS: dict[str, Any] = {
    "form": pgettext_lazy("channel", "Form"),
    "email": gettext_lazy("E-mail"),
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
}


class HoursForm(WeekForm):
    """The hours of an office."""

    holidays_country = forms.ChoiceField(label=gettext_lazy("Closed on public holidays of"), required=False)
    holidays_region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    target_minutes = forms.IntegerField(
        label=gettext_lazy("First answer within, in minutes of office hours"),
        required=False,
        min_value=0,
        max_value=MAX_TARGET,
        help_text=gettext_lazy("60 is an hour. Empty: no target."),
    )

    def __init__(self, data: Any, hours: OfficeHours) -> None:
        targets = {f"target_{channel}": hours.channel_targets.get(channel) for channel in CHANNELS}
        holidays = {"holidays_country": hours.holidays_country, "holidays_region": hours.holidays_region}
        initial = targets | holidays | {"target_minutes": hours.target_minutes or None}
        super().__init__(data, hours.week, initial)
        for channel, label in CHANNELS.items():
            self.fields[f"target_{channel}"] = forms.IntegerField(
                label=label, required=False, min_value=0, max_value=MAX_TARGET
            )
        country, region = self.fields["holidays_country"], self.fields["holidays_region"]
        country.choices = [("", pgettext("public holidays", "None")), *country_choices()]  # type: ignore[attr-defined]
        region.choices = [("", _("All of the country")), *regions_of(hours.holidays_country, timezone.now().year)]  # type: ignore[attr-defined]

    def targets(self) -> list[Any]:
        return [self[f"target_{channel}"] for channel in CHANNELS]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        targets = {channel: data.get(f"target_{channel}") for channel in CHANNELS}
        is_same = data.get("holidays_country") == self.initial["holidays_country"]
        return {
            "week": data["week"],
            "holidays_country": data.get("holidays_country", ""),
            "holidays_region": data.get("holidays_region", "") if is_same else "",
            "target_minutes": data.get("target_minutes") or 0,
            "channel_targets": {channel: minutes for channel, minutes in targets.items() if minutes is not None},
        }


class ClosureForm(forms.Form):
    """Days on which the office is closed."""

    first_day = forms.DateField(
        label=gettext_lazy("Closed from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Closed until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The last closed day."),
    )
    why = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=100)


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def hours_settings(request: ProRequest) -> HttpResponse:
    """Show and save the hours."""
    hours = find_hours(request.pro)
    form = HoursForm(request.POST if request.method == "POST" else None, hours)
    if not (form.is_bound and form.is_valid()):
        return _show_hours(request, hours, form, status=422 if form.is_bound else 200)
    keep_hours(request.pro, form.cleaned_data, by=request.user, detail=changed_names(form))
    toast(request, _("Saved."))
    return redirect("contacts:hours_settings")


@for_owners
@require_POST
def closure_add(request: ProRequest) -> HttpResponse:
    """Close the office on some days."""
    form = ClosureForm(request.POST)
    if form.is_valid():
        days = form.cleaned_data
        try:
            close_days(request.pro, days["first_day"], days["last_day"], days["why"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            toast(request, _("Saved."))
            return redirect("contacts:hours_settings")
    return _show_hours(request, find_hours(request.pro), closure_form=form, status=422)


@for_owners
@require_POST
def closure_remove(request: ProRequest) -> HttpResponse:
    """Open the office again on some days."""
    if open_days(request.pro, request.POST.get("first", ""), request.POST.get("last", ""), by=request.user):
        toast(request, _("Removed."))
    return redirect("contacts:hours_settings")


def _show_hours(
    request: ProRequest,
    hours: OfficeHours,
    form: HoursForm | None = None,
    *,
    closure_form: ClosureForm | None = None,
    status: int = 200,
) -> HttpResponse:
    schedule, now = make_schedule(hours), timezone.now()
    today = timezone.localdate(timezone=schedule.zone)
    names = [
        (day, name)
        for year in (today.year, today.year + 1)
        for day, name in name_holidays(hours.holidays_country, hours.holidays_region, year, get_language() or "en")
        if today <= day < today + timedelta(days=365)
    ]
    context = {
        "form": form or HoursForm(None, hours),
        "closure_form": closure_form or ClosureForm(initial={"first_day": today}),
        "hours": hours,
        "closures": [closure for closure in hours.closed_days() if closure[1] >= today],
        "holidays": names if hours.holidays_country else [],
        "is_open": is_open(schedule, now),
        "opens_at": next_opening(schedule, now),
    }
    return render(request, PAGE, context, status=status)
