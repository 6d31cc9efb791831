"""The matrix: every address of the URL configuration, every method, by callers of all kinds."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from config.accounts.models import User
from config.api.endpoint import Api

from ..conftest import new_session
from ..isolation import forget_requests, rolled_back
from .rows import Rows

REDIRECTS = {
    "/sign-in": "sign-in",
    "/admin/": "admin",
    "/admin/login/": "admin sign-in",
    "/settings/identity": "identity",
}


def addresses(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Every address as it stands in the URL configuration: "contacts/<uuid:id>"."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


def fill(address: str, ids: dict[str, Any], rows: Rows) -> str:
    """The path of an address, with the ids of these rows."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: value(ids[found[1]], rows), address)


def value(id: Any, rows: Rows) -> str:
    """The id of a row, by the name under which `rows` has it; what a function makes of them; any other as it is."""
    if callable(id) and not isinstance(id, type):
        return str(id(rows))
    return str(rows[id].pk if id in rows else id)


def sign_in(user: User, **defaults: Any) -> Client:
    client = Client(raise_request_exception=False, **defaults)
    client.cookies[settings.SESSION_COOKIE_NAME] = new_session(user)
    return client


def with_token(text: str) -> Client:
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {text}"})


def text_of(response: Any) -> str:
    """Everything that an answer says, headers and cookies included, in lower case."""
    body = b"".join(response) if response.streaming else response.content
    head = f"{dict(response.headers)} {response.cookies.output()}"
    return (head + body.decode("utf-8", "replace")).lower()


def outcome(response: HttpResponse) -> int | str:
    """The status, or by name where a refused caller is sent."""
    place = response.headers.get("Location", "").partition("?")[0]
    return REDIRECTS.get(place, response.status_code) if response.status_code == 302 else response.status_code


@contextmanager
def undone() -> Iterator[None]:
    """A request that leaves no row behind."""
    try:
        with rolled_back():
            yield
    finally:
        forget_requests()


def is_json(address: str) -> bool:
    """True for an address of one of the JSON APIs."""
    return Api.at("/" + address.lstrip("^").split("<")[0].split("(")[0]) is not None
