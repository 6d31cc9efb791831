"""Settings: the second factor of everybody in the office."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ..http import ProRequest
from ..middleware import for_owners
from ..models import User
from ..proof import password_again
from ..second_factor import FactorError, require_second_factor, reset_second_factor
from ..second_factor_forms import RequirementForm


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("POST")
def security(request: ProRequest) -> HttpResponse:
    """List who has a second factor; POST requires one of everybody, or no longer."""
    form = RequirementForm(request.pro, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            require_second_factor(request.pro, form.starts_at, by=request.user)
        except FactorError:
            form.add_error(None, _("Set up a second factor of your own first."))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:security")
    people = User.objects.filter(pro=request.pro, is_active=True).order_by("name", "email", "pk")
    context = {"form": form, "people": people, "resettable": set(_resettable(request).values_list("pk", flat=True))}
    return render(request, "accounts/security.html", context, status=422 if form.is_bound else 200)


@for_owners
@require_POST
@password_again("POST")
def factor_reset(request: ProRequest, id: int) -> HttpResponse:
    """Take away the second factor of a colleague who has lost it; their sessions end, and they are told."""
    colleague = get_object_or_404(_resettable(request), pk=id)
    reset_second_factor(colleague, by=request.user)
    text = _("The second factor of %(name)s is reset. They sign in with their password alone.")
    messages.success(request, text % {"name": colleague})
    return redirect("accounts:security")


def _resettable(request: ProRequest) -> QuerySet[User]:
    """Colleagues with a second factor. Staff see the rows of other offices too: theirs is for staff to reset."""
    people = User.objects.filter(pro=request.pro, is_active=True, is_staff=False, second_factor_at__isnull=False)
    return people.exclude(pk=request.user.pk)
