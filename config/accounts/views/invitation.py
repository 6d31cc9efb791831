"""The page of the link in an invitation."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..inviting import InvitationError, find_invitation, take_up
from ..models.invitation import LASTS
from ..team_forms import JoinForm
from .entering import begin_second_step, enter

PAGE = "accounts/invitation.html"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Any, key: str) -> HttpResponse:
    """Ask for name and password; POST makes the account and signs in."""
    try:
        invitation = find_invitation(key)
        translation.activate(invitation.language)
        form = JoinForm(invitation, request.POST if request.method == "POST" else None)
        if not (form.is_bound and form.is_valid()):
            context = {"invitation": invitation, "form": form}
            return render(request, PAGE, context, status=422 if form.is_bound else 200)
        user = take_up(key, name=form.cleaned_data["name"], password=form.cleaned_data["new_password1"])
    except InvitationError:
        return render(request, PAGE, {"days": LASTS.days}, status=404)
    if user.second_factor_at is not None:
        # Somebody who is back: the mailbox is one factor, as for a new password.
        return begin_second_step(request, user, "", "")
    return enter(request, user, "", "")
