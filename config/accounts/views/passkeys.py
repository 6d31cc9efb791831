"""Settings: the user's own passkeys."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ..devices import describe_device
from ..http import ProRequest
from ..models import Passkey
from ..passkeys import PasskeyError, ask_new_passkey, read_new_passkey
from ..proof import password_again
from ..second_factor import FactorError, add_passkey
from ..second_factor_forms import NewPasskeyForm
from .second_factor import answer_added, open_to_everybody, render_settings, take_away


@open_to_everybody
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("GET", "POST")
def passkey_add(request: ProRequest) -> HttpResponse:
    """Ask the browser to make a passkey; POST adds it."""
    device = describe_device(request.headers.get("User-Agent", ""))
    form = NewPasskeyForm(request.POST if request.method == "POST" else None, initial={"name": device})
    if form.is_valid():
        try:
            codes = _add_passkey(request, form.cleaned_data)
            return answer_added(request, codes, _("The passkey is added."))
        except PasskeyError as error:
            form.add_error(None, error.text)
        except FactorError:
            form.add_error(None, _("This passkey is on your account already, or there are too many."))
    context = {"form": form, "passkey": ask_new_passkey(request.user)}
    return render_settings(
        request, "accounts/second_factor_passkey.html", context, status=422 if form.is_bound else 200
    )


def _add_passkey(request: ProRequest, given: dict[str, Any]) -> list[str]:
    passkey = read_new_passkey(request, request.user, given["name"], given["credential"])
    return add_passkey(request.user, passkey, session_key=request.session.session_key)


@open_to_everybody
@require_POST
@password_again("POST")
def passkey_remove(request: ProRequest, id: int) -> HttpResponse:
    """Take a passkey away."""
    return take_away(request, get_object_or_404(Passkey, user=request.user, pk=id))
