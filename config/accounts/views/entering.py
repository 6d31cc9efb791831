"""Steps after a right password: the second factor, the session, and the page that was asked for."""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.web.logs import note_caller

from ..middleware import activate_locale
from ..models import User
from ..proof import note_proof
from ..resending import is_writer, open_typed, render_resend
from ..sessions import GO_ON, WORD, note_sign_in

BACKEND = "config.accounts.backends.EmailBackend"
# Seconds for which a password waits for its second factor.
SECOND_STEP_LASTS = 600
# In the data of a session: {"user": 7, "password": fingerprint, "at": Unix seconds, "path": "/…", "typed": "…"}, and as
# GO_ON {"path": "/…", "typed": "…"} while a second factor has to be set up.
PENDING = "second_step"


def begin_second_step(request: HttpRequest, user: User, path: str, typed: str) -> HttpResponse:
    """Keep who gave a right password, and where they were going, and ask for the second factor."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": int(time.time()),
        "path": path,
        "typed": typed if open_typed(typed) else "",
    }
    return redirect("accounts:second_step")


def pending_user(request: HttpRequest) -> User | None:
    """The user who gave a right password a short while ago, and has yet to show the second factor."""
    pending = request.session.get(PENDING)
    if not pending or time.time() - pending["at"] > SECOND_STEP_LASTS:
        return None
    user = User.objects.select_related("pro").filter(pk=pending["user"], is_active=True).first()
    is_same = user is not None and constant_time_compare(pending["password"], user.get_session_auth_hash())
    return user if is_same else None


def finish_second_step(request: HttpRequest, user: User, factor: str) -> HttpResponse:
    """Sign in who has shown both."""
    pending = request.session.pop(PENDING)
    return enter(request, user, pending["path"], pending["typed"], factor)


def enter(request: HttpRequest, user: User, path: str, typed: str, factor: str = "") -> HttpResponse:
    """Sign somebody in, and lead them to `path`, "" for the start page, or to what they had typed.

    Who has to set up a second factor is led there first.
    """
    former = request.session.session_key
    login(request, user, backend=BACKEND)
    if request.session.session_key == former:
        # Django keeps the session of a user who signs in again.
        request.session.cycle_key()
    request.session.pop(WORD, None)
    note_sign_in(request, factor)
    note_caller(f"user:{user.pk}", user.pro_id)
    note_proof(request)
    activate_locale(request, user)
    if user.password_ends_at:
        day = date_format(timezone.localtime(user.password_ends_at))
        messages.warning(request, _("Choose a password of your own: this one ends on %(day)s.") % {"day": day})
    if user.has_to_set_up:
        request.session[GO_ON] = {"path": path, "typed": typed if open_typed(typed) else ""}
        return redirect("accounts:second_factor")
    if starts_at := user.has_to_set_up_from:
        words = {"day": date_format(timezone.localtime(starts_at)), "name": user.pro}
        text = _("From %(day)s on, %(name)s requires a second factor. Set one up under Settings, Second factor.")
        messages.warning(request, text % words)
    return lead_on(request, path, typed)


def lead_on(request: HttpRequest, path: str, typed: str) -> HttpResponse:
    """Answer somebody who has just signed in, with the form that they had typed before, if any."""
    kept, user = open_typed(typed), request.user
    if kept is None:
        return redirect(path or resolve_url(settings.LOGIN_REDIRECT_URL))
    if is_writer(user, kept):
        return render_resend(request, kept)
    messages.warning(request, _("What somebody else had typed on this device was not sent."))
    return redirect(settings.LOGIN_REDIRECT_URL)


def go_on(request: HttpRequest) -> HttpResponse:
    """Lead on who had to set up a second factor first."""
    if request.user.has_to_set_up:  # type: ignore[union-attr]
        return redirect("accounts:second_factor")
    going: dict[str, Any] = request.session.pop(GO_ON, {})
    return lead_on(request, going.get("path", ""), going.get("typed", ""))
