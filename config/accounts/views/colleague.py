"""Settings: one colleague's role and absence, one's own absence, and taking somebody out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..absences import end_absence, set_absence
from ..http import ProRequest
from ..leaving import change_role, describe_held, take_out
from ..middleware import for_owners
from ..models import User
from ..proof import ask_password, password_again
from ..team_forms import AbsenceForm, LeaveForm, RoleForm


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def colleague(request: ProRequest, id: int) -> HttpResponse:
    """Role and absence of somebody of the office: two forms, told apart by the name of the button."""
    person, sent = _find_colleague(request, id), request.POST
    role = RoleForm(person, sent if "set_role" in sent else None)
    absence = AbsenceForm(person, sent if "away" in sent else None)
    if role.is_bound and role.is_valid():
        if question := ask_password(request):
            return question
        if _change_role(request, person, role):
            return redirect("accounts:team")
    if _save_absence(request, person, absence):
        return redirect("accounts:team")
    context = {"person": person, "role": role, "absence": absence}
    return render(request, "accounts/colleague.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: ProRequest) -> HttpResponse:
    """The user's own absence."""
    form = AbsenceForm(request.user, request.POST if "away" in request.POST else None)
    if _save_absence(request, request.user, form):
        return redirect("accounts:absence")
    context = {"person": request.user, "absence": form}
    return render(request, "accounts/absence.html", context, status=422 if request.method == "POST" else 200)


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("POST")
def colleague_take_out(request: ProRequest, id: int) -> HttpResponse:
    """Show how much somebody has, and ask to whom it goes; POST takes them out."""
    person = _find_colleague(request, id)
    form = LeaveForm(person, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            take_out(person, by=request.user, to=form.cleaned_data["to"])
            text = _("%(name)s is no longer in the office, and is signed out everywhere.")
            messages.success(request, text % {"name": person})
            return redirect("accounts:team")
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        except User.DoesNotExist as error:
            raise Http404 from error
    context = {"person": person, "held": describe_held(person), "form": form}
    return render(request, "accounts/take_out.html", context, status=422 if form.is_bound else 200)


def _find_colleague(request: ProRequest, id: int) -> User:
    people = User.objects.filter(pro=request.pro, is_active=True).select_related("pro", "stand_in")
    return get_object_or_404(people, pk=id)


def _change_role(request: ProRequest, person: User, form: RoleForm) -> bool:
    """Change it, or put the reason against it into the form."""
    try:
        if form.has_changed():
            change_role(person, form.cleaned_data["role"], by=request.user)
    except ValidationError as error:
        form.add_error("role", ValidationError(error.messages))
        return False
    except User.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("Saved."))
    return True


def _save_absence(request: ProRequest, person: User, form: AbsenceForm) -> bool:
    """Save or end it if it was sent, or put the reason against it into the form."""
    if "back" in request.POST:
        end_absence(person, by=request.user)
        messages.success(request, _("Saved."))
        return True
    if not (form.is_bound and form.is_valid()):
        return False
    given: dict[str, Any] = form.cleaned_data
    try:
        left = set_absence(person, given["away_from"], given["away_until"], given["stand_in"], by=request.user)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, _("Saved."))
    for other in left:
        text = _("%(name)s stands in for %(other)s until %(day)s. Nobody does on the days when both are away.")
        day = date_format(other.away_until) if other.away_until else ""
        messages.warning(request, text % {"name": person, "other": other, "day": day})
    return True
