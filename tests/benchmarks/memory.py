"""Memory of the web workers over many requests of all kinds."""

import itertools
from collections.abc import Iterator

import psutil

from .addresses import LISTS
from .figure import Figure
from .inprocess import member
from .load import request, send_all
from .serving import VESTIBULE, Server, serving
from .setting import Setting

REQUESTS = 10_000  # of one worker


def figures(setting: Setting) -> Iterator[Figure]:
    count = 2 * (REQUESTS // 50 if setting.is_small else REQUESTS)
    messages = list(itertools.islice(itertools.cycle(_messages(setting)), count))
    with serving(VESTIBULE) as server:
        first = send_all(server.port, messages[: count // 2], clients=4)
        half = _megabytes(server)
        second = send_all(server.port, messages[count // 2 :], clients=4)
        end = _megabytes(server)
    refused = len(first.refused) + len(second.refused)
    yield Figure("memory: requests refused", refused, "", at_most=0)
    yield Figure(f"memory of a web worker after {count // 2:,} requests each", max(end), "MB", at_most=100)
    growth = max(after - before for before, after in zip(half, end, strict=True))
    # The system counts in pages of 4 kB.
    yield Figure("memory: growth in the last half", growth, "MB", at_most=0.1)


def _messages(setting: Setting) -> list[bytes]:
    """Every list of a usual Pro, and of each with a search."""
    token, cookie = setting.token(setting.usual), member(setting.usual).headers["HTTP_COOKIE"]
    made = []
    for address in LISTS:
        who = {"token": token} if address.is_json else {"cookie": cookie}
        made.append(request("GET", address.url, **who))
        if address.search:
            made.append(request("GET", f"{address.url}?{address.search}=salaun", **who))
    return made


def _megabytes(server: Server) -> list[float]:
    workers = sorted(psutil.Process(server.pid).children(), key=lambda process: process.pid)
    return [worker.memory_info().rss / 2**20 for worker in workers]
