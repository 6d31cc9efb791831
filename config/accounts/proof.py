"""The password, asked again before what a stolen session, or a computer left open, would be abused for.

A page that asks it carries the form that was sent, and sends it on to where it was going: nothing typed is lost.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from config.web.typed import page_before, read_carried_form

from .limits import is_own_password, refuse_guess
from .resending import SIGNED_OUT

# Seconds for which a password counts as just typed.
PROOF_LASTS = 600
PROVEN_AT = "proven_at"
PASSWORD, READS = "confirm_password", "then_read"


class PasswordAgainForm(forms.Form):
    """The present password; `then_read` is 1 where a page was opened, rather than a form sent."""

    confirm_password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, request: Any, data: Any = None) -> None:
        super().__init__(data)
        self._request = request

    def clean_confirm_password(self) -> str:
        password = self.cleaned_data[PASSWORD]
        if not is_own_password(self._request, password):
            raise forms.ValidationError(_("Wrong password. Passwords are case-sensitive."))
        return password


def note_proof(request: HttpRequest) -> None:
    """Keep that the user has just typed their password."""
    request.session[PROVEN_AT] = int(time.time())


def is_proven(request: HttpRequest) -> bool:
    return time.time() - request.session.get(PROVEN_AT, 0) < PROOF_LASTS


def ask_password(request: Any) -> HttpResponse | None:
    """Page that asks for the password, None when it was typed a short while ago or comes with this form."""
    form = PasswordAgainForm(request, request.POST if PASSWORD in request.POST else None)
    if not is_proven(request):
        if form.is_bound and (refusal := refuse_guess(request, request.user.email)):
            return refusal
        if not form.is_valid():
            return _render_question(request, form)
        note_proof(request)
    return redirect(request.get_full_path()) if READS in request.POST else None


def _render_question(request: Any, form: PasswordAgainForm) -> HttpResponse:
    if request.htmx:
        # notices.js sends the form anew as a page.
        return HttpResponseClientRedirect(request.get_full_path(), headers={SIGNED_OUT: "1"})
    reads = request.method != "POST" or READS in request.POST
    context = {
        "form": form,
        "typed": None if reads else read_carried_form(request),
        "path": request.get_full_path(),
        "back": "" if form.is_bound else page_before(request),
    }
    return render(request, "accounts/password_again.html", context, status=422 if form.is_bound else 200)


def password_again(*methods: str) -> Callable[[Any], Any]:
    """Have a view ask for the password before requests of these methods; before HEAD as before GET."""
    asked = {*methods, "HEAD"} if "GET" in methods else {*methods}

    def decorate(view: Any) -> Any:
        @wraps(view)
        def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            is_asked = request.method in asked or READS in request.POST
            return (is_asked and ask_password(request)) or view(request, *args, **kwargs)

        return asking

    return decorate
