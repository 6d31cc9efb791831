"""Settings: where somebody is signed in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ..http import ProRequest
from ..middleware import without_gate, without_pro
from ..proof import password_again
from ..sessions import end_session, end_sessions, list_sessions


@without_gate
@without_pro
@require_safe
def sessions(request: ProRequest) -> HttpResponse:
    """List the devices on which the user is signed in."""
    # Staff without a Pro have no other settings.
    base = "accounts/settings.html" if request.user.pro else "accounts/plain_settings.html"
    context = {"base": base, "sessions": list_sessions(request.user, request.session.session_key)}
    return render(request, "accounts/sessions.html", context)


@without_gate
@without_pro
@require_POST
@password_again("POST")
def session_end(request: ProRequest, handle: str) -> HttpResponse:
    """Sign out on another device."""
    if not end_session(request.user, handle):
        raise Http404
    messages.success(request, _("That device is signed out."))
    return redirect("accounts:sessions")


@without_gate
@without_pro
@require_POST
@password_again("POST")
def sessions_end(request: ProRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    number = end_sessions(request.user, but=request.session.session_key, by=request.user)
    text = ngettext("%(n)d other device is signed out.", "%(n)d other devices are signed out.", number)
    messages.success(request, text % {"n": number})
    return redirect("accounts:sessions")
