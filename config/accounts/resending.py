"""Send a form again that reached us without a session, or after a sign-in elsewhere had changed its CSRF token.

Every form of a signed-in user's page says whose page it is (`{% csrf_token %}`, see `templatetags/typed_by.py`). What
was typed there is shown to that user alone, and sent by a click alone.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from config.web import errors
from config.web.typed import WRITER, TypedForm, is_from_our_page, page_before, read_typed_form

from .forms import SignInForm
from .models import User
from .passkeys import ask_passkey

# How long a sign-in page that carries a form may stand open.
MAX_AGE = 7 * 24 * 3600  # seconds
# It tells app.js that the session has ended, so that what was typed is not left behind.
SIGNED_OUT = "X-Signed-Out"
# A fresh CSRF token for the forms of a page whose user has signed in again elsewhere.
FRESH_CSRF = "X-CSRF-Token"
# Of a form without its fields.
TOO_LONG = _(
    "You have been signed out, and what you typed is too long to be carried along. Go back with your browser: it "
    "stands there still. Sign in in another tab, then send it."
)


def sign_writer(user: User) -> str:
    """Value of the hidden field that says whose page a form is on."""
    return signing.Signer(salt=WRITER).sign(_id_of(user))


def is_writer(user: Any, typed: TypedForm) -> bool:
    """True when the form was on a page of this user, in the present Pro."""
    try:
        writer = signing.Signer(salt=WRITER).unsign(typed.writer)
    except signing.BadSignature:
        return False
    return user.is_authenticated and writer == _id_of(user)


def _id_of(user: User) -> str:
    return f"{user.pk} of {user.pro_id}"


def keep_typed(typed: TypedForm) -> str:
    """Text by which a sign-in page carries a form; `open_typed` reads it."""
    return signing.dumps(typed, salt="typed", compress=True)


def open_typed(text: str) -> TypedForm | None:
    """Form that `keep_typed` kept; None when the text is not ours, or too old."""
    try:
        return TypedForm(*signing.loads(text, salt="typed", max_age=MAX_AGE))
    except signing.BadSignature:
        return None


def answer_ended_session(request: Any, path: str) -> HttpResponse:
    """Lead to the sign-in page, and from there to `path`, "" for the start page.

    It carries what was typed, to be sent by a click after the sign-in.
    """
    path = path or resolve_url(settings.LOGIN_REDIRECT_URL)
    sign_in = redirect_to_login(path, resolve_url(settings.LOGIN_URL))
    if request.htmx:
        # app.js sends the form anew as a page, and the sign-in page carries it.
        return HttpResponseClientRedirect(sign_in.url, headers={SIGNED_OUT: "1"})
    typed = read_typed_form(request)
    if typed and typed.writer and typed.is_typed and _is_workspace(request):
        if typed.is_cut:
            return render_sign_in(request, path, "", TOO_LONG, status=413)
        return render_sign_in(request, path, keep_typed(typed))
    return sign_in


def render_sign_in(request: Any, path: str, kept: str, error: Any = "", status: int = 200) -> HttpResponse:
    """Sign-in page that carries a kept form."""
    context = {"form": SignInForm(request), "next": path, "typed": kept, "error": error, "passkey": ask_passkey()}
    return render(request, "accounts/sign_in.html", context, status=status)


def render_resend(request: Any, typed: TypedForm, status: int = 200) -> HttpResponse:
    """Page that shows the writer what was typed, and sends it by a click."""
    request.pro, request.is_private = request.user.pro, True
    return render(request, "accounts/resend.html", {"typed": typed}, status=status)


def csrf_failure(request: Any, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token is an earlier one: its writer gets it back, to be sent with the present one.

    Another site's form is refused, and so is one that was typed on another user's page.
    """
    if not is_from_our_page(request):
        return errors.csrf_failure(request, reason)
    if request.path in (resolve_url(settings.LOGIN_URL), resolve_url("accounts:passkey_sign_in")):
        return _answer_outdated_sign_in(request)
    if not request.user.is_authenticated:
        return answer_ended_session(request, page_before(request))
    typed = read_typed_form(request) if _is_workspace(request) else None
    is_own = typed is not None and is_writer(request.user, typed)
    if request.htmx and is_own:
        return HttpResponse(status=403, headers={FRESH_CSRF: get_token(request)})
    if request.htmx:
        # The page is another user's, or its form names none: anew it is one that can be used.
        return HttpResponseClientRefresh()
    return render_resend(request, typed, status=403) if is_own else errors.csrf_failure(request, reason)  # type: ignore[arg-type]


def _answer_outdated_sign_in(request: Any) -> HttpResponse:
    """Somebody has signed in elsewhere since the sign-in page was shown, or no cookie came back."""
    kept = request.POST.get("typed", "")
    typed = open_typed(kept)
    if typed and is_writer(request.user, typed):
        return render_resend(request, typed)
    error = gettext("This page had been open too long, or cookies are switched off. Please sign in again.")
    return render_sign_in(request, request.POST.get("next", ""), kept if typed else "", error, status=403)


def _is_workspace(request: Any) -> bool:
    match = request.resolver_match
    return match is not None and match.app_name != "admin" and getattr(match.func, "login_required", True)
