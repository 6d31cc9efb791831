"""Every JSON route × everybody who may not: a new route without a row here fails."""

import json

import pytest
from django.test import Client
from django.urls import get_resolver

from config.api.dialect import Dialect
from config.api.endpoint import Api as RegisteredApi

from ..factories import ProFactory, PropertyFactory, RequestFactory, UserFactory, make_token

ID = "bbbbbbbb-0000-4000-8000-000000000001"
SECRET = "a word of the owner's own visitor"
EMPTY = {"data": [], "cursor": {"next": None}, "hasMore": False}

# Route, method -> path, body, the scope it asks for, and what another Pro gets.
ROUTES = {
    ("GET", "/pro/contact-requests"): ("/pro/contact-requests", None, "contact_requests:read", (200, EMPTY)),
    ("PUT", "/pro/contact-requests/<uuid:id>"): (
        f"/pro/contact-requests/{ID}",
        {"status": "read"},
        "contact_requests:write",
        (404, "NOT_FOUND"),
    ),
}
CALLERS = ["nobody", "another Pro", "another Pro's session", "no scope", "revoked", "gated", "gated session", "staff"]


def test_every_json_route_has_a_row():
    registered = {(o.method, api.dialect.prefix + o.route) for api in RegisteredApi.registered for o in api.operations}
    assert set(ROUTES) == registered


def test_every_address_of_a_dialect_is_one_of_its_routes():
    """Nothing answers below a dialect's prefix but its own routes and the catch-all."""
    patterns = [str(pattern.pattern) for pattern in _flat(get_resolver().url_patterns)]
    spoken = [p for p in patterns if Dialect.at("/" + p.lstrip("^").split("<")[0].split("(")[0])]
    routes = dict.fromkeys(route.lstrip("/") for _method, route in ROUTES)
    catch_all = [rf"^{d.prefix.lstrip('/')}(?:/|\Z)" for d in Dialect.registered]
    assert sorted(spoken) == sorted([*routes, *catch_all])


def _flat(patterns):
    for pattern in patterns:
        yield from _flat(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def bearer(pro, *scopes, **fields):
    return {"headers": {"Authorization": f"Bearer {make_token(pro, *scopes, **fields)}"}}


def session(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="config.accounts.backends.EmailBackend")
    return client


@pytest.fixture
def row(pro):
    return RequestFactory(id=ID, property=PropertyFactory(pro=pro), message=SECRET)


def call(caller, pro, method, path, body, scope):
    client, more = Client(raise_request_exception=False), {}
    if caller == "another Pro":
        more = bearer(ProFactory())
    elif caller == "another Pro's session":
        client = session(UserFactory())
    elif caller == "no scope":
        system = scope.split(":")[0]
        others = [s for s in ("contact_requests", "contacts", "inquiries") if s != system]
        more = bearer(pro, *(f"{other}:write" for other in others))
    elif caller == "revoked":
        more = bearer(pro)
        pro.tokens.get().revoke()
    elif caller in ("gated", "gated session"):
        pro.cni_required = True
        pro.save()
        more = bearer(pro) if caller == "gated" else {}
        client = client if caller == "gated" else session(UserFactory(pro=pro))
    elif caller == "staff":
        client = session(UserFactory(pro=None, is_staff=True, is_superuser=True))
    return client.generic(method, path, json.dumps(body) if body else "", "application/json", **more)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_who_may_not(pro, row, route, caller):
    path, body, scope, foreign = ROUTES[route]
    before = type(row).objects.values().get()
    response = call(caller, pro, route[0], path, body, scope)
    expected = {
        "nobody": (401, "UNAUTHENTICATED"),
        "another Pro": foreign,
        "another Pro's session": foreign,
        "no scope": (403, "FORBIDDEN"),
        "revoked": (401, "UNAUTHENTICATED"),
        "gated": (403, "CNI_REQUIRED"),
        "gated session": (403, "CNI_REQUIRED"),
        "staff": (401, "UNAUTHENTICATED"),
    }[caller]
    body = response.json()
    assert (response.status_code, body if response.status_code == 200 else body["error"]["code"]) == expected
    assert SECRET not in response.content.decode()
    assert type(row).objects.values().get() == before


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_another_pros_row_is_answered_like_one_that_does_not_exist(pro, other_api, row, route):
    path, body, _scope, _foreign = ROUTES[route]
    there = other_api.send(route[0], path, body)
    row.delete()
    gone = other_api.send(route[0], path, body)
    assert (there.status_code, there.content) == (gone.status_code, gone.content)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_the_scope_it_asks_for_is_enough(api_with, row, route):
    path, body, scope, _foreign = ROUTES[route]
    response = api_with(scope).send(route[0], path, body)
    assert (response.status_code, SECRET in response.content.decode()) == (200, True)
