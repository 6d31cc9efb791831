"""Against guessing passwords: django-axes closes one pair of address and place, these close the wider doors."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.web.client import client_place
from config.web.limits import Limit

# Attempts an hour: from one place (a whole office may sit behind it), and for one address from anywhere.
PER_PLACE = Limit("sign-in-place", 60, 3600)
PER_ADDRESS = Limit("sign-in-address", 100, 3600)
RESETS_PER_PLACE = Limit("reset-place", 10, 3600)
RESETS_PER_ADDRESS = Limit("reset-address", 3, 3600)


def attempted_email(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The e-mail somebody tries to sign in with, as it is stored, so that capitals make no second chance."""
    given = (credentials or {}).get("username") or (request.POST.get("username") if request else "") or ""
    return str(given).replace("\x00", "").strip().lower()[:255]


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """django-axes' answer to one guess too many."""
    return too_many(request, int(settings.AXES_COOLOFF_TIME.total_seconds()))


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """429 as a page; `wait` in seconds."""
    response = render(request, "errors/too_many.html", {"minutes": max(1, round(wait / 60))}, status=429)
    response.headers["Retry-After"] = str(wait)
    return response


def sign_in_wait(request: HttpRequest) -> int:
    """Count one attempt to sign in; the seconds to wait when there were too many, else 0."""
    # What is refused for its place does not use up the tries of everybody else for that address.
    return PER_PLACE.hit(client_place(request)) or PER_ADDRESS.hit(attempted_email(request))


def reset_wait(request: HttpRequest) -> int:
    """Count one request for a reset mail; the seconds to wait when there were too many, else 0."""
    address = request.POST.get("email", "").strip().lower()
    return RESETS_PER_PLACE.hit(client_place(request)) or RESETS_PER_ADDRESS.hit(address)
