"""JSON routes: every route, method and caller."""

import json
import uuid
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from config.accounts.models import ApiToken, Pro, User
from config.api.endpoint import ANY_SCOPE
from config.api.endpoint import Api as RegisteredApi
from config.events.models import Dispatch, Endpoint
from contact_requests.models import ContactRequest, Property
from contacts.models import Consent, Contact, ContactMessage, MessageFile, PersonExport
from inquiries.models import Attachment, DirectoryUser, Inquiry, Offer

from ..factories import UserFactory, make_token
from ..suite import thorough_but
from .conftest import SECRET
from .expectations import METHODS
from .json_routes import CATCH_ALL, REFUSALS, ROUTES, Route, upload
from .matrix import addresses, fill, is_json, sign_in, text_of, undone, with_token
from .rows import Rows

OTHER_SCOPES = {
    "contact_requests": ["contacts:write", "inquiries:write"],
    "contacts": ["contact_requests:write", "inquiries:write"],
    "inquiries": ["contact_requests:write", "contacts:write"],
    "messages": ["contact_requests:write", "contacts:write", "inquiries:write"],
    "properties": ["contact_requests:write", "contacts:write", "inquiries:write"],
    "privacy": ["contact_requests:write", "contacts:write", "inquiries:write"],
}


pytestmark = pytest.mark.django_db

# Callers who get some answers as the Pro does.
PASSING = {"gated", "member's session", "no scope"}


def test_every_route_has_its_expectation():
    spoken = set(filter(is_json, addresses()))
    operations = [(o.method, api.dialect.prefix + o.route) for api in RegisteredApi.registered for o in api.operations]
    assert {(method, route.lstrip("/")) for method, route in operations} == set(ROUTES)
    assert spoken == {address for _method, address in ROUTES} | CATCH_ALL


def call(client: Client, method: str, address: str, route: Route, rows: Rows) -> Any:
    path = fill(address, route.ids, rows)
    if route.query:
        path += f"?{route.query}={rows.number}"
    body = route.body(rows) if route.body else None
    if route.body is upload:
        return client.generic(method, path, encode_multipart(BOUNDARY, body), MULTIPART_CONTENT)
    return client.generic(method, path, "" if body is None else json.dumps(body), "application/json")


# Function of a scope that returns the client.
Clients = Callable[[str], Client]


def always(client: Client) -> Clients:
    return lambda scope: client


def revoked(rows: Rows) -> Clients:
    client = with_token(make_token(rows[Pro]))
    ApiToken.objects.latest("pk").revoke()
    return always(client)


def without_scope(rows: Rows) -> Clients:
    lacking = {system: with_token(make_token(rows[Pro], *scopes)) for system, scopes in OTHER_SCOPES.items()}
    return lambda scope: lacking.get(scope.partition(":")[0], lacking["contacts"])


def member(rows: Rows) -> User:
    return UserFactory(pro=rows[Pro], role=User.Role.MEMBER)


def gated(rows: Rows) -> Rows:
    Pro.objects.filter(pk=rows[Pro].pk).update(cni_required=True)
    return rows


WRONG_CALLERS: dict[str, Callable[[Rows, Rows], Clients]] = {
    "nobody": lambda rows, own: always(Client(raise_request_exception=False)),
    "revoked": lambda rows, own: revoked(rows),
    "no scope": lambda rows, own: without_scope(rows),
    "another Pro": lambda rows, own: always(with_token(make_token(own[Pro]))),
    "another Pro's session": lambda rows, own: always(sign_in(own[User])),
    "staff session": lambda rows, own: always(sign_in(UserFactory(pro=None, is_staff=True, is_superuser=True))),
    "member's session": lambda rows, own: always(sign_in(member(rows))),
    "gated": lambda rows, own: always(with_token(make_token(gated(rows)[Pro]))),
    "gated session": lambda rows, own: always(sign_in(gated(rows)[User])),
}


class Ids(dict[Any, Any]):
    """Ids by model, in place of `rows`."""

    def __init__(self, rows: Rows, ids: dict[Any, Any]) -> None:
        super().__init__({model: model(pk=id) for model, id in ids.items()})
        self.word, self.number = "nowhere", rows.number
        self.next_step = rows.next_step


def find_route(method: str, address: str) -> Route | None:
    return ROUTES.get(("GET" if method == "HEAD" else method, address))


def stated(name: str, route: Route | None, address: str) -> int:
    """The status that a wrong caller gets."""
    if route is None:
        return 405
    if name == "no scope" and route.scope == ANY_SCOPE:
        return route.own
    refusal = REFUSALS.get(name, {}).get(address.partition("/")[0])
    return refusal or (route.own if name in PASSING else route.foreign)


ADDRESSES = list(dict.fromkeys(address for _method, address in ROUTES))


@pytest.fixture(scope="module")
def customers(rows: Rows, own: Rows) -> None:
    """The customers of both Pros in the directory."""
    for number in (rows.number, own.number):
        DirectoryUser.objects.create(userhub_id=number, first_name="Jan")


@pytest.mark.long
@pytest.mark.parametrize("name", thorough_but("another Pro", of=WRONG_CALLERS))
def test_a_wrong_caller_gets_the_stated_answer_and_learns_and_changes_nothing(rows, own, customers, name):
    client_for, wrong, before = WRONG_CALLERS[name](rows, own), [], rows.stored()
    for method, address in product(METHODS, ADDRESSES):
        route = find_route(method, address)
        expected, label = stated(name, route, address), f"{method} {address}"
        passes = name in PASSING and expected < 400
        with undone():
            client = client_for(route.scope if route else "contacts:read")
            response = call(client, method, address, route or Route("", ids=IDS[address]), rows)
            if response.status_code != expected:
                wrong.append(f"{label}: {response.status_code}, not {expected}")
            if not passes and SECRET in text_of(response):
                wrong.append(f"{label} tells of another Pro")
            if not passes and rows.stored() != before:
                wrong.append(f"{label} changes another Pro's rows")
    assert wrong == [], "\n".join(wrong)


IDS = {address: route.ids for (_method, address), route in ROUTES.items()}


@pytest.mark.thorough
def test_the_scope_that_a_route_asks_for_is_enough(rows, customers):
    wrong = []
    for (method, address), route in ROUTES.items():
        with undone():
            scope = "contacts:read" if route.scope == ANY_SCOPE else route.scope
            client = with_token(make_token(rows[Pro], scope, *route.also))
            response = call(client, method, address, route, rows)
            shows = SECRET in text_of(response)
            if (response.status_code, shows) != (route.own, route.shows):
                wrong.append(f"{method} {address}: {response.status_code}, not {route.own}; tells: {shows}")
    assert wrong == [], "\n".join(wrong)


def test_a_foreign_row_is_answered_like_one_that_does_not_exist(rows, own, customers):
    wrong, client = [], with_token(make_token(own[Pro]))
    uuids = {
        model: uuid.uuid4() for model in (ContactRequest, Property, Contact, ContactMessage, PersonExport, Endpoint)
    }
    numbers = dict.fromkeys((Inquiry, Offer, Attachment, MessageFile, Consent, Dispatch), 2**31 - 1)
    gone = Ids(rows, {**uuids, **numbers})
    for (method, address), route in ROUTES.items():
        if route.foreign != 201 and not address.endswith("/bulk"):
            there, none = (call(client, method, address, route, named) for named in (rows, gone))
            if (there.status_code, there.content) != (none.status_code, none.content):
                wrong.append(f"{method} {address}: {there.content!r}, not {none.content!r}")
    assert wrong == [], "\n".join(wrong)
