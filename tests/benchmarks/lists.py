"""The three JSON lists, first page with the total where the route has one, beside the limit and the usual way."""

import json
from collections.abc import Iterator

from django.db import connection

from config.accounts.models import Pro
from contacts.models import Contact

from .figure import Figure, of_rounds, ratios
from .load import ask, body, request
from .serving import (
    LIMIT,
    USUAL,
    VESTIBULE,
    Server,
    measure_in_turns,
    processor_times,
    rates,
    serving_all,
    speeds,
    the_same,
)
from .setting import Setting

LISTS = {
    "contact requests": "/pro/contact-requests",
    "contacts": "/api/v1/contacts",
    "inquiries": "/api/inquiries/list",
}
CLIENTS = 4


def figures(setting: Setting) -> Iterator[Figure]:
    with serving_all(VESTIBULE, LIMIT, USUAL) as servers:
        for pro in (setting.usual, setting.largest):
            for name, path in LISTS.items():
                yield from _list(setting, servers, pro, name, path)


def _list(setting: Setting, servers: dict[str, Server], pro: Pro, name: str, path: str) -> Iterator[Figure]:
    message = request("GET", path, setting.token(pro))
    _compare(*(body(ask(servers[server].port, message)) for server in (VESTIBULE, LIMIT, USUAL)))
    loads = measure_in_turns(servers, the_same(servers, message), CLIENTS, setting)
    connection.close()
    label = f"{name}, Pro with {_size(pro):,}"
    for server, rounds in loads.items():
        yield of_rounds(f"{label}: {server}, requests", rates(rounds), "/s", point=("lists", server, label))
        yield of_rounds(f"{label}: {server}, processor", processor_times(rounds), "ms")
    own, limit, usual = (speeds(loads[server]) for server in (VESTIBULE, LIMIT, USUAL))
    yield ratios(f"{label}: share of the limit", own, limit, "", at_least=0.7)
    yield ratios(f"{label}: multiple of DRF", own, usual, "x", at_least=2.5)
    processor = {server: processor_times(rounds) for server, rounds in loads.items()}
    yield ratios(f"{label}: share of the limit by processor", processor[LIMIT], processor[VESTIBULE], "")
    yield ratios(f"{label}: multiple of DRF by processor", processor[USUAL], processor[VESTIBULE], "x")
    refused = sum(len(load.refused) for rounds in loads.values() for load in rounds)
    yield Figure(f"{label}: errors", refused, "", at_most=0)


def _compare(own: bytes, limit: bytes, usual: bytes) -> None:
    """The limit does the same work, to the byte; the usual way gives the same rows."""
    assert own == limit, (own[:2000], limit[:2000])
    ids = [row["id"] for row in json.loads(own)["data"]]
    assert [row["id"] for row in json.loads(usual)["results"]] == ids, usual[:2000]


def _size(pro: Pro) -> int:
    return Contact.objects.for_pro(pro).count()
