"""Limits against guessing passwords, beside django-axes, which locks one pair of address and network.

A place is a client's network, see `config.web.client`.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.web.client import client_place
from config.web.limits import Limit

# Attempts an hour: from one place (an office may share it), and for one address from anywhere.
PER_PLACE = Limit("sign-in-place", 60, 3600)
PER_ADDRESS = Limit("sign-in-address", 100, 3600)
RESETS_PER_PLACE = Limit("reset-place", 10, 3600)
RESETS_PER_ADDRESS = Limit("reset-address", 3, 3600)


def attempted_email(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The e-mail of an attempt to sign in, folded as it is stored, so that capitals give no further attempts."""
    email = (credentials or {}).get("username") or (request.POST.get("username") if request else "") or ""
    return str(email).replace("\x00", "").strip().lower()[:255]


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """Answer an attempt that django-axes has locked out."""
    return render_too_many(request, int(settings.AXES_COOLOFF_TIME.total_seconds()))


def render_too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """Render 429 as a page; `wait` in seconds."""
    response = render(request, "errors/too_many.html", {"minutes": max(1, round(wait / 60))}, status=429)
    response.headers["Retry-After"] = str(wait)
    return response


def sign_in_wait(request: HttpRequest) -> int:
    """Count an attempt to sign in; returns the seconds to wait when there were too many, else 0."""
    # An attempt refused for its place does not count against the address, which others may sign in with.
    return PER_PLACE.hit(client_place(request)) or PER_ADDRESS.hit(attempted_email(request))


def reset_wait(request: HttpRequest) -> int:
    """Count a request for a reset mail; returns the seconds to wait when there were too many, else 0."""
    address = request.POST.get("email", "").strip().lower()
    return RESETS_PER_PLACE.hit(client_place(request)) or RESETS_PER_ADDRESS.hit(address)
