"""Signing in with a second factor after a right password, and with a passkey alone."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config.web.next_page import read_next_page

from ..limits import note_wrong_factor, note_wrong_passkey, refuse_code, refuse_passkey
from ..middleware import activate_locale
from ..models import User
from ..passkeys import PasskeyError, ask_passkey, use_passkey
from ..resending import open_typed, render_sign_in
from ..second_factor import use_code
from ..second_factor_forms import CodeForm, PasskeyForm
from .entering import enter, finish_second_step, pending_user


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: Any) -> HttpResponse:
    """Ask for the second factor of who has just given a right password."""
    user = pending_user(request)
    if user is None:
        return redirect("accounts:sign_in")
    activate_locale(request, user)
    if request.method == "POST" and (refusal := refuse_code(request, user)):
        return refusal
    has_passkey, has_app = user.passkeys.exists(), user.codeapps.exists()
    form = CodeForm(request.POST if "code" in request.POST else None, has_focus=has_app or not has_passkey)
    key = PasskeyForm(request.POST if "credential" in request.POST else None)
    if factor := _use_code(request, user, form) or _use_passkey(request, user, key):
        return finish_second_step(request, user, factor)
    context = {"form": form, "key": key, "has_app": has_app, "passkey": ask_passkey(user) if has_passkey else ""}
    return render(request, "accounts/second_step.html", context, status=422 if request.method == "POST" else 200)


def _use_code(request: Any, user: User, form: CodeForm) -> str:
    """Use up the code, if one was sent; returns the word of the audit for it, "" where the form says it is wrong."""
    if not form.is_valid():
        return ""
    if not (factor := use_code(user, form.cleaned_data["code"])):
        note_wrong_factor(request, user)
        form.add_error("code", _("Wrong code, or one that was used already."))
    return factor


def _use_passkey(request: Any, user: User, key: PasskeyForm) -> str:
    """Use up the answer of a passkey as `_use_code` does a code."""
    if not key.is_valid():
        return ""
    try:
        use_passkey(request, key.cleaned_data["credential"], user)
    except PasskeyError as error:
        note_wrong_factor(request, user)
        key.add_error(None, error.text)
        return ""
    return "passkey"


@login_not_required
@never_cache
@require_POST
def passkey_sign_in(request: Any) -> HttpResponse:
    """Sign in whose passkey it is: the device has made sure who holds it, so there are two factors already."""
    if refusal := refuse_passkey(request):
        return refusal
    path, typed = read_next_page(request), request.POST.get("typed", "")
    try:
        user = use_passkey(request, PasskeyForm(request.POST).read_credential())
    except PasskeyError as error:
        note_wrong_passkey(error.user)
        return render_sign_in(request, path, typed if open_typed(typed) else "", error.text, status=422)
    return enter(request, user, path, typed, "passkey")
