"""An authenticator app as a phone has one, and users who have it."""

import time
from typing import Any

import pyotp
from django.test import Client

from config.accounts.models import User
from config.accounts.second_factor import add_code_app
from tests.factories import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str = SECRET, steps: int = 1) -> str:
    """What the app shows so many steps of 30 seconds from now; the next by default, as the present one was used."""
    return pyotp.TOTP(secret).at(int(time.time()), counter_offset=steps)


def give_app(user: User, name: str = "Phone", *, by: Client | None = None) -> list[str]:
    """Add an app to the user, whose session goes on with the client `by` alone; returns the recovery codes."""
    key = by.cookies["sessionid"].value if by else None
    return add_code_app(user, name, SECRET, code_of(steps=0), session_key=key)


def give_password(client: Client, user: User, next: str = "", **more: Any) -> Any:
    """Sign in by password alone; returns the answer."""
    return client.post("/sign-in", {"username": user.email, "password": PASSWORD, "next": next}, **more)
