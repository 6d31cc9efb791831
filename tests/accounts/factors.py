"""An authenticator app and a passkey as a phone has them, and users who have one."""

import time
from typing import Any

import pyotp
from django.test import Client, RequestFactory

from config.accounts.models import User
from config.accounts.passkeys import ask_new_passkey, read_new_passkey
from config.accounts.second_factor import add_code_app, add_passkey
from config.audit.models import AuditEvent
from tests.factories import PASSWORD

from .authenticator import Authenticator

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str = SECRET, steps: int = 1) -> str:
    """What the app shows so many steps of 30 seconds from now; the next by default, as the present one was used."""
    return pyotp.TOTP(secret).at(int(time.time()), counter_offset=steps)


def give_app(user: User, name: str = "Phone", *, by: Client | None = None) -> list[str]:
    """Add an app to the user, whose session goes on with the client `by` alone; returns the recovery codes."""
    key = by.cookies["sessionid"].value if by else None
    return add_code_app(user, name, SECRET, code_of(steps=0), session_key=key)


def give_passkey(user: User, name: str = "Laptop", **options: Any) -> Authenticator:
    """Add a passkey to the user; returns its device."""
    device = Authenticator(**options)
    answer = device.make(ask_new_passkey(user))
    passkey = read_new_passkey(RequestFactory().get("/"), user, name, answer)
    add_passkey(user, passkey, session_key=None)
    return device


def give_password(client: Client, user: User, next: str = "", **more: Any) -> Any:
    """Sign in by password alone; returns the answer."""
    return client.post("/sign-in", {"username": user.email, "password": PASSWORD, "next": next}, **more)


def changes(kind: str = "settings_changed") -> list[tuple[int | None, str, str]]:
    """Who changed what about whom, by the audit: of the office's settings, or of a second factor."""
    rows = AuditEvent.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("by_user_id", "about_id", "detail"))
