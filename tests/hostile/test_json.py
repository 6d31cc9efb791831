"""Every field, parameter and header of the OpenAPI documents, and whole bodies that are none."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from config.accounts.models import Pro
from config.api.endpoint import Api
from config.api.openapi import PARAMETER, build_document
from contacts.schemas import ContactCreate
from inquiries.models import DirectoryUser

from ..access.json_routes import CATCH_ALL, ROUTES, upload
from ..access.matrix import addresses, fill, is_json, with_token
from ..factories import make_token
from .corpus import BODIES, KEYS, NASTIEST, PARTS, STRINGS, TEXTS, VALUES, Chosen, part_of
from .forms import encoded

JSON = "application/json"


class Operation(NamedTuple):
    method: str
    address: str
    path: str
    query: dict[str, Any]
    body: dict[str, Any]
    is_multipart: bool
    # Names, by where they stand: "query", "header", "body".
    names: dict[str, list[str]]


@pytest.fixture(params=PARTS)
def operations(request, rows) -> list[Operation]:
    DirectoryUser.objects.get_or_create(userhub_id=rows.number)
    # Reads the URL configuration, which registers the APIs.
    spoken = {address for address in addresses() if is_json(address)}
    found = list(documented(rows))
    assert {operation.address.lstrip("/") for operation in found} == spoken - CATCH_ALL != set()
    return part_of(found, request.param)


@pytest.fixture
def program(rows, canaries) -> Client:
    text = make_token(rows[Pro])
    canaries.secrets.add(text)
    client = with_token(text)
    client.cookies["crumb"] = "canarycookie"
    return client


def documented(rows: Any) -> Iterator[Operation]:
    """Every operation of every document, with a valid query and body."""
    for api in Api.registered:
        document = build_document(api)
        for operation in api.operations:
            address = api.dialect.prefix + operation.route
            described = document["paths"][PARAMETER.sub(r"{\2}", address)][operation.method.lower()]
            route = ROUTES[operation.method, address.lstrip("/")]
            names: dict[str, list[str]] = {"query": [], "header": [], "body": []}
            for parameter in described["parameters"]:
                names.setdefault(parameter["in"], []).append(parameter["name"])
            for media in described.get("requestBody", {}).get("content", {}).values():
                name = media["schema"]["$ref"].rpartition("/")[2]
                names["body"] += document["components"]["schemas"][name]["properties"]
            query = {route.query: rows.number} if route.query else {}
            body = route.body(rows) if route.body else {}
            path = fill(address.lstrip("/"), route.ids, rows)
            yield Operation(operation.method, address, path, query, body, route.body is upload, names)


def call(client: Client, operation: Operation, body: Any = None, query: Any = None, **headers: Any) -> Any:
    """Send the operation as it is but for what is given; `body` is text or bytes."""
    path = f"{operation.path}?{encoded({**operation.query, 'crumb': 'canaryquery', **(query or {})})}"
    if body is None and operation.is_multipart:
        body = encode_multipart(BOUNDARY, operation.body)
    elif body is None:
        body = json.dumps(operation.body) if operation.body else ""
    kind = MULTIPART_CONTENT if operation.is_multipart else JSON
    # The test client leaves the type out where there is no body.
    return client.generic(operation.method, path, body, kind, headers={"Content-Type": kind, **headers})


def with_field(operation: Operation, name: str, value: Any) -> Any:
    """The body with another value in one field, in JSON as it stands."""
    if operation.is_multipart:
        # Read anew by each request.
        return encode_multipart(BOUNDARY, {**operation.body, name: value})
    fields = {name: json.dumps(own) for name, own in operation.body.items()} | {name: value}
    return "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in fields.items()) + "}"


def test_every_parameter_of_every_query(operations, program, assault):
    chosen = Chosen(TEXTS, NASTIEST)
    for operation in operations:
        for name in [*operation.names["query"], "unknown"]:
            for label, text in chosen(2):
                field = (operation.method, operation.address, f"?{name}")
                assault.send(field, label, lambda: call(program, operation, query={name: text}))  # noqa: B023


def test_every_field_of_every_body(operations, program, assault):
    values, texts = Chosen(VALUES, NASTIEST), Chosen(TEXTS, NASTIEST)
    for operation in (operation for operation in operations if operation.names["body"]):
        for name in [*operation.names["body"], "unknown"]:
            for label, value in (texts if operation.is_multipart else values)(3):
                field = (operation.method, operation.address, name)
                body = with_field(operation, name, value)
                assault.send(field, label, lambda: call(program, operation, body))  # noqa: B023


def test_the_name_of_a_field(operations, program, assault):
    keys = Chosen(KEYS, NASTIEST)
    for operation in (operation for operation in operations if operation.names["body"]):
        for label, key in keys(3):
            body = f'{{{key}: "canarybody"}}'
            field = (operation.method, operation.address, "name of a field")
            response = assault.send(field, label, lambda: call(program, operation, body))  # noqa: B023
            assert response.status_code in (400, 422)


def test_every_field_of_a_row_of_many(rows, program, assault):
    """One row is refused by itself, or the body as a whole where it is no JSON; the row beside it is stored, or not."""
    chosen, path = Chosen(VALUES, NASTIEST), "/api/v1/contacts/bulk"
    fine = json.dumps({"name": "Joe", "email": "joe@example.org"})
    for name in [*ContactCreate.__struct_encode_fields__, "unknown"]:
        for label, value in chosen(2):
            fields = {"name": '"Jane"', "email": '"jane@example.org"', name: value}
            row = ", ".join(f'"{name}": {text}' for name, text in fields.items())
            body = f'{{"contacts": [{{{row}}}, {fine}]}}'
            send = lambda: program.generic("POST", f"{path}?crumb=canaryquery", body, JSON)  # noqa: B023, E731
            response = assault.send(("POST", path, f"contacts.{name}"), label, send)
            if response.status_code == 200:
                assert [each["status"] for each in response.json()["data"]][1] == 201, (name, label)


def test_whole_bodies(operations, program, assault):
    bodies = Chosen(BODIES, len(BODIES))
    for operation in operations:
        for label, body in bodies(len(BODIES) // 2 if operation.names["body"] else 1):
            field = (operation.method, operation.address, "body")
            response = assault.send(field, label, lambda: call(program, operation, body))  # noqa: B023
            assert not operation.names["body"] or response.status_code >= 400, (field, label)


def test_every_header_of_the_documents(operations, program, assault):
    texts = {label: text for label, text in STRINGS.items() if text.isascii() and not set(text) & {"\r", "\n"}}
    chosen = Chosen(texts, NASTIEST)
    for operation in operations:
        for name in [*operation.names["header"], "Authorization", "If-Match", "X-Request-ID"]:
            for label, text in chosen(1):
                field = (operation.method, operation.address, f"header {name}")
                assault.send(field, label, lambda: call(program, operation, **{name: text}))  # noqa: B023
