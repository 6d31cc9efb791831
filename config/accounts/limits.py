"""Limits against guessing passwords, beside django-axes, which locks one pair of address and network.

A place is a client's network, see `config.web.client`.
"""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset as reset_attempts
from django.conf import settings
from django.contrib.auth import authenticate, user_login_failed
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.client import client_attempts, client_place
from config.web.limits import Limit, mailbox_of

from .models import Pro, User

# Attempts an hour: from one place (an office may share it), and for one address from anywhere.
PER_PLACE = Limit("sign-in-place", 60, 3600)
PER_ADDRESS = Limit("sign-in-address", 100, 3600)
RESETS_PER_PLACE = Limit("reset-place", 10, 3600)
RESETS_PER_ADDRESS = Limit("reset-address", 3, 3600)
# Codes of a second factor, right ones too, a day: for one user with one password, whom a new one lets try again.
CODES_PER_USER = Limit("second-factor", 30, 86_400)
# Links to a new address, an hour: asked by one user, and mailed to one address.
LINKS_PER_USER = Limit("address-user", 10, 3600)
LINKS_PER_ADDRESS = Limit("address-mailbox", 3, 3600)
# Invitations a day, refused ones too, as their answer tells of accounts: of one Pro, and to one address by whomever.
INVITATIONS_PER_PRO = Limit("invitation-pro", 50, 86_400)
INVITATIONS_PER_ADDRESS = Limit("invitation-mailbox", 5, 86_400)


def attempted_email(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The mailbox of an attempt to sign in, so that no other spelling gives further attempts."""
    email = (credentials or {}).get("username") or (request.POST.get("username") if request else "") or ""
    return mailbox_of(str(email))


class AttemptHandler(AxesDatabaseHandler):
    """Counts failed attempts, and keeps nothing of the form: it may hold passwords, tokens and what somebody typed."""

    def user_login_failed(self, sender: Any, credentials: Any, request: Any = None, **kwargs: Any) -> None:
        sent, query = request.POST, request.GET
        request.POST = request.GET = QueryDict()
        try:
            super().user_login_failed(sender, credentials, request, **kwargs)
        finally:
            request.POST, request.GET = sent, query
        _record_failure(request, credentials)


def _record_failure(request: Any, credentials: dict[str, Any]) -> None:
    """Record a failed sign-in, or a wrong password when it was asked again, as being about the account, if any."""
    email = str(credentials.get("username") or "").replace("\0", "")
    user = User.objects.filter(email=email.strip().lower()).first()
    about, signed_in = [user] if user else [], getattr(request, "user", None)
    by: Any = signed_in if signed_in and signed_in.is_authenticated else None
    detail = "second_factor" if "second_factor" in credentials else "password_again" if by else ""
    record_event(Kind.SIGN_IN_FAILED, *about, pro=user.pro_id if user else None, by=by, detail=detail)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """Answer an attempt that django-axes has locked out."""
    return render_too_many(request, int(settings.AXES_COOLOFF_TIME.total_seconds()))


def render_too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """Render 429 as a page; `wait` in seconds."""
    response = render(request, "errors/too_many.html", {"minutes": max(1, round(wait / 60))}, status=429)
    response.headers["Retry-After"] = str(wait)
    return response


def refuse_guess(request: HttpRequest, email: str) -> HttpResponse | None:
    """Count an attempt at the password of `email`; returns the answer to it when there were too many."""
    mailbox = mailbox_of(email)
    # An attempt that django-axes refuses does not count against the address, which others may sign in with.
    if not AxesProxyHandler.is_allowed(request, {"username": mailbox}):
        return locked_out(request)
    # Nor does one that is refused for its place.
    wait = PER_PLACE.hit(client_place(request)) or PER_ADDRESS.hit(mailbox)
    return render_too_many(request, wait) if wait else None


def is_own_password(request: Any, password: str) -> bool:
    """True for the password of the signed-in user. A wrong one counts as one of the attempts to sign in."""
    user = authenticate(request, username=request.user.email, password=password)
    if user is None or user.pk != request.user.pk:
        return False
    reset_attempts(username=mailbox_of(request.user.email), ip=client_attempts(request))
    return True


def refuse_code(request: HttpRequest, user: User) -> HttpResponse | None:
    """Count an attempt at the second factor of `user`, as one to sign in too; the answer when there were too many."""
    if refusal := refuse_guess(request, user.email):
        return refusal
    wait = CODES_PER_USER.hit(f"{user.pk}:{user.get_session_auth_hash()[:16]}")
    return render_too_many(request, wait) if wait else None


def refuse_passkey(request: HttpRequest) -> HttpResponse | None:
    """Count an attempt to sign in with a passkey alone; the answer when there were too many from one place."""
    wait = PER_PLACE.hit(client_place(request))
    return render_too_many(request, wait) if wait else None


def note_wrong_factor(request: HttpRequest, user: User) -> None:
    """Count a wrong second factor as a failed attempt to sign in, which django-axes locks out after five."""
    credentials = {"username": user.email, "second_factor": True}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def note_wrong_passkey(user: User | None) -> None:
    """Record that a passkey alone did not sign in `user`, whose it is, or nobody."""
    about = [user] if user else []
    record_event(Kind.SIGN_IN_FAILED, *about, pro=user.pro_id if user else None, by=None, detail="passkey")


def reset_wait(request: HttpRequest) -> int:
    """Count a request for a reset mail; returns the seconds to wait when there were too many, else 0."""
    address = mailbox_of(request.POST.get("email", ""))
    return RESETS_PER_PLACE.hit(client_place(request)) or RESETS_PER_ADDRESS.hit(address)


def address_link_wait(user: User, email: str) -> int:
    """Count a link to a new address; returns the seconds to wait when there were too many, else 0."""
    return LINKS_PER_USER.hit(user.pk) or LINKS_PER_ADDRESS.hit(mailbox_of(email))


def invitation_wait(pro: Pro, email: str) -> int:
    """Count an invitation; returns the seconds to wait when there were too many, else 0."""
    return INVITATIONS_PER_PRO.hit(pro.pk) or INVITATIONS_PER_ADDRESS.hit(mailbox_of(email))
