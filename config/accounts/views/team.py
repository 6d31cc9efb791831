"""Settings: the people of the office, and those whom it has invited."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ..http import ProRequest
from ..inviting import invite, send_again, withdraw
from ..limits import invitation_wait
from ..middleware import for_owners
from ..models import Invitation
from ..proof import password_again
from ..team import list_invitations, list_people
from ..team_forms import InviteForm

PAGE = "accounts/team.html"


@require_safe
def team(request: ProRequest) -> HttpResponse:
    """List everybody of the office; owners see invitations and controls too."""
    return _show_team(request)


@for_owners
@require_POST
@password_again("POST")
def invitation_make(request: ProRequest) -> HttpResponse:
    """Invite somebody."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _show_team(request, form, status=422)
    email = form.cleaned_data["email"]
    if wait := invitation_wait(request.pro, email):
        form.add_error(None, _("Too many invitations for one day. Please try again tomorrow."))
        return _too_many(_show_team(request, form, status=429), wait)
    role, language = form.cleaned_data["role"], form.cleaned_data["language"]
    try:
        invite(request.pro, email, role=role, language=language, by=request.user)
    except ValidationError as error:
        form.add_error("email", ValidationError(error.messages))
        return _show_team(request, form, status=422)
    messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": email})
    return redirect("accounts:team")


@for_owners
@require_POST
def invitation_again(request: ProRequest, id: int) -> HttpResponse:
    """Mail another link; the former one ends."""
    invitation = get_object_or_404(Invitation.objects.for_pro(request.pro), pk=id)
    if wait := invitation_wait(request.pro, invitation.email):
        messages.error(request, _("Too many invitations for one day. Please try again tomorrow."))
        return _too_many(_show_team(request, status=429), wait)
    try:
        send_again(invitation, by=request.user)
    except (Invitation.DoesNotExist, ValidationError) as error:
        raise Http404 from error
    messages.success(
        request, _("A new link is on its way to %(email)s. The former one has ended.") % {"email": invitation.email}
    )
    return redirect("accounts:team")


@for_owners
@require_POST
def invitation_withdraw(request: ProRequest, id: int) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = get_object_or_404(Invitation.objects.for_pro(request.pro), pk=id)
    withdraw(invitation, by=request.user)
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("accounts:team")


def _show_team(request: ProRequest, form: InviteForm | None = None, status: int = 200) -> HttpResponse:
    people, is_owner = list_people(request.pro), request.user.is_owner
    context = {
        "people": [person for person in people if person.user.is_active],
        "former": [person for person in people if not person.user.is_active] if is_owner else [],
        "invitations": list_invitations(request.pro) if is_owner else [],
        "form": form or InviteForm(language=request.pro.language),
    }
    return render(request, PAGE, context, status=status)


def _too_many(response: HttpResponse, wait: int) -> HttpResponse:
    response.headers["Retry-After"] = str(wait)
    return response
