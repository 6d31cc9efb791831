"""Settings: the user's own second factor."""

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..http import ProRequest
from ..middleware import without_factor, without_gate, without_pro
from ..models import CodeApp, Passkey
from ..one_time_codes import make_app_uri
from ..proof import password_again
from ..second_factor import FactorError, add_code_app, make_codes, remove_factor
from ..second_factor_forms import AppForm
from ..sessions import GO_ON


def open_to_everybody(view: Any) -> Any:
    """Mark a page of one's own second factor: for staff without a Pro, behind a gate, and before one is set up."""
    return without_factor(without_gate(without_pro(never_cache(view))))


def render_settings(request: ProRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render a page; without the workspace around it where the user has none, or may not go there yet."""
    is_plain = not request.user.pro or request.user.has_to_set_up
    context["base"] = "accounts/plain_settings.html" if is_plain else "accounts/settings.html"
    return render(request, template, context, status=status)


@open_to_everybody
@require_safe
def second_factor(request: ProRequest) -> HttpResponse:
    """List the user's factors."""
    user = request.user
    context = {
        "apps": user.codeapps.all(),
        "passkeys": user.passkeys.all(),
        "codes_left": user.recovery_codes.count(),
    }
    return render_settings(request, "accounts/second_factor.html", context)


@open_to_everybody
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("GET", "POST")
def app_add(request: ProRequest) -> HttpResponse:
    """Show a new secret as a QR code; POST adds the app, once a code shows that it has the secret."""
    form = AppForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            codes = add_code_app(
                request.user,
                form.cleaned_data["name"],
                form.app_secret,
                form.cleaned_data["code"],
                session_key=request.session.session_key,
            )
            return answer_added(request, codes, _("The app is added."))
        except FactorError:
            form.add_error("code", _("Wrong code. Look whether the clock of the device is right."))
    uri = make_app_uri(form.app_secret, request.user.email)
    context = {"form": form, "uri": uri, "qr": _draw_qr(uri), "secret": _in_fours(form.app_secret)}
    return render_settings(request, "accounts/second_factor_app.html", context, status=422 if form.is_bound else 200)


def _draw_qr(text: str) -> SafeString:
    """SVG of a QR code: dark on light in the dark scheme too, as apps want it."""
    svg = segno.make(text, error="m").svg_inline(border=3, light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    return mark_safe(svg)  # noqa: S308 numbers of ours alone


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def answer_added(request: ProRequest, codes: list[str], text: str) -> HttpResponse:
    """Show the recovery codes that came with the first factor; the list for any other one."""
    messages.success(request, text)
    return _render_codes(request, codes) if codes else redirect("accounts:second_factor")


def _render_codes(request: ProRequest, codes: list[str]) -> HttpResponse:
    context = {"codes": codes, "text": "\r\n".join(codes), "goes_on": GO_ON in request.session}
    return render_settings(request, "accounts/second_factor_codes.html", context)


@open_to_everybody
@require_POST
@password_again("POST")
def app_remove(request: ProRequest, id: int) -> HttpResponse:
    """Take an app away."""
    return take_away(request, get_object_or_404(CodeApp, user=request.user, pk=id))


def take_away(request: ProRequest, factor: CodeApp | Passkey) -> HttpResponse:
    """Take an app or a passkey of the user away, and say so."""
    remove_factor(request.user, factor, session_key=request.session.session_key)
    messages.success(request, _("“%(name)s” is taken away.") % {"name": factor.name})
    return redirect("accounts:second_factor")


@open_to_everybody
@require_POST
@password_again("POST")
def codes_make(request: ProRequest) -> HttpResponse:
    """Make recovery codes anew, and show them, only then."""
    codes = make_codes(request.user)
    if not codes:
        messages.error(request, _("Add an app or a passkey first."))
        return redirect("accounts:second_factor")
    return _render_codes(request, codes)
