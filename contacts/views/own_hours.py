"""Settings: the hours at which somebody works, one's own and, for owners, a colleague's."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.accounts.models import User

from ..assigning.colleagues import find_colleague
from ..forms import WeekForm
from ..hours.own import describe_presence, find_own_week, keep_own_week
from ..hours.schedules import find_hours


@require_http_methods(["GET", "HEAD", "POST"])
def own_hours(request: ProRequest) -> HttpResponse:
    """The user's own hours."""
    return _serve(request, request.user, "contacts:own_hours")


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def colleague_hours(request: ProRequest, id: int) -> HttpResponse:
    """The hours of somebody of the office."""
    if (person := find_colleague(request.pro, id)) is None:
        raise Http404
    return _serve(request, person, "accounts:team")


def _serve(request: ProRequest, person: User, following: str) -> HttpResponse:
    """Show and save them. The week of the office stands in the form of somebody who has none of their own."""
    own = find_own_week(person)
    is_sent = request.method == "POST" and "as_office" not in request.POST
    office = find_hours(request.pro).week
    form = WeekForm(request.POST if is_sent else None, own or office)
    if request.method == "POST" and (not is_sent or form.is_valid()):
        keep_own_week(person, form.cleaned_data["week"] if is_sent else [], by=request.user)
        messages.success(request, _("Saved."))
        return redirect(following)
    presence = "" if person.is_away else describe_presence(request.pro, [person]).get(person.pk, "")
    context = {"person": person, "form": form, "is_own": bool(own), "office_week": office, "presence": presence}
    return render(request, "contacts/own_hours.html", context, status=422 if form.is_bound else 200)
