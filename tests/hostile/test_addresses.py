"""Every value in every address, and every name that any view reads, at every address."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from django.conf import settings
from django.test import Client

from config.accounts.models import Pro

from ..access.expectations import WITH_DEBUG
from ..access.json_routes import CATCH_ALL
from ..access.matrix import addresses, is_json, with_token
from ..factories import make_token
from .corpus import IS_WHOLE, NASTIEST, PARTS, TEXTS, Chosen, part_of
from .forms import address_of, encoded
from .pages import all_addresses

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
# What the converter itself lets pass.
IDS = {
    "int": {text: text for text in (*map(str, (2**31, 2**63, 2**80, 0)), "9" * 5000)},
    "uuid": {"first": "0" * 8 + "-0000" * 3 + "-" + "0" * 12, "last": "f" * 8 + "-ffff" * 3 + "-" + "f" * 12},
}
# Addresses by regular expressions, such as the admin's of its apps, which no value stands in.
EXPRESSION = "(?P<"
# Reads the queries and forms of the product, as its source names them.
READS = re.compile(r"(?:GET|POST|query)(?:\.get|\.getlist)?[\[(]\"(\w+)\"")


def names_read() -> list[str]:
    source = [path.read_text() for room in settings.BASE_DIR.iterdir() if room.is_dir() for path in modules(room)]
    return sorted({name for text in source for name in READS.findall(text)})


def modules(room: Path) -> Iterator[Path]:
    return room.rglob("*.py") if room.name in {"config", "contacts", "contact_requests", "inquiries"} else iter(())


def quoted(text: str | bytes) -> str:
    return quote_from_bytes(text, safe="") if isinstance(text, bytes) else quote(text, safe="")


def client_for(address: str, callers: dict[str, Client], program: Client) -> Client:
    if is_json(address):
        return program
    return callers["staff" if address.startswith(("admin/", "styleguide")) else "owner"]


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_every_value_in_every_address(rows, callers, assault, part):
    # The path of a request is logged.
    texts = {label: text for label, text in TEXTS.items() if label != "canary"}
    program, chosen = with_token(make_token(rows[Pro])), Chosen(texts, NASTIEST)
    ids = {converter: Chosen(values, len(values)) for converter, values in IDS.items()}
    for address in part_of(addresses(), part):
        if EXPRESSION not in address and address not in CATCH_ALL:
            client = client_for(address, callers, program)
            # What stands before a value need not be there: the values are read before any row is.
            for converter, name in PARAMETER.findall(address):
                values = [*chosen(), *(ids[converter]() if converter in ids else [])]
                for label, text in values:
                    path = "/" + PARAMETER.sub(lambda found: text_of(found, name, text, rows), address)  # noqa: B023
                    for method in ("GET", "POST"):
                        assault.send((method, address, f"<{name}>"), label, lambda: client.generic(method, path))  # noqa: B023


def text_of(found: re.Match[str], name: str, text: Any, rows: Any) -> str:
    """The hostile text at one parameter, and at all others a value that its converter takes."""
    if found[2] == name:
        return quoted(text)
    return {"int": "1", "uuid": IDS["uuid"]["first"]}.get(found[1], "x")


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_every_name_that_a_view_reads_at_every_page(rows, callers, assault, part):
    names, chosen = names_read(), Chosen(TEXTS, NASTIEST)
    assert len(names) > 20
    for client, path in part_of(all_addresses(rows, callers), part):
        # Of the pages of a row in the admin, quick, the forms alone: see test_forms.
        is_left_out = path.startswith("/admin/") and path.count("/") > 4 and not IS_WHOLE
        for label, text in [] if is_left_out else chosen():
            fields = encoded(dict.fromkeys(names, text))
            assault.send(("GET", address_of(path), "all names"), label, lambda: client.get(f"{path}?{fields}"))  # noqa: B023
            post = lambda: client.generic("POST", path, fields, "application/x-www-form-urlencoded")  # noqa: B023, E731
            assault.send(("POST", address_of(path), "all names"), label, post)


def test_no_address_is_left_out(rows, callers):
    reached = {address_of(path) for _client, path in all_addresses(rows, callers)}
    named = {address for address in addresses() if PARAMETER.search(address)}
    left = {address for address in addresses() if not is_json(address)} - reached - named - CATCH_ALL
    assert left - WITH_DEBUG == set()
