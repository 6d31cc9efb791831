"""Clients of the rehearsal: programs that call the JSON routes through HAProxy, and count what they were told."""

import http.client
import itertools
import json
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engines import SITE_HOST
from machines import ADDRESSES

SECONDS = 15.0  # until a client gives up waiting
CONTACTS = "/api/v1/contacts"


@dataclass
class Answer:
    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.body)


def ask(method: str, path: str, token: str, body: Any = None, **headers: str) -> Answer:
    """Send one request on a connection of its own. Status 0 stands for a connection that failed."""
    connection = http.client.HTTPConnection(ADDRESSES["balancer"], 80, timeout=SECONDS)
    own = {"Host": SITE_HOST, "Authorization": f"Bearer {token}", "Connection": "close"}
    if not isinstance(body, bytes | None):
        body, own["Content-Type"] = json.dumps(body).encode(), "application/json"
    try:
        connection.request(method, path, body, own | {name.replace("_", "-"): text for name, text in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, type(error).__name__.encode())
    finally:
        connection.close()


def in_threads(count: int, work: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def new_contact(key: str) -> dict[str, str]:
    return {"name": f"Write {key}", "email": f"{key}@example.org"}


@dataclass
class Load:
    """Requests of some clients at once, one after the other each: lists, and a new contact for every tenth."""

    token: str
    good: int = 0
    failed: list[Answer] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_stopping: bool = False

    def work(self) -> None:
        number = 0
        while not self.is_stopping:
            number += 1
            start = time.monotonic()
            if number % 10:
                answer = ask("GET", f"{CONTACTS}?limit=25", self.token)
            else:
                answer = ask("POST", CONTACTS, self.token, new_contact(uuid.uuid4().hex))
            with self.lock:
                self.durations.append(time.monotonic() - start)
                self.good += answer.is_good
                self.failed += [] if answer.is_good else [answer]

    @contextmanager
    def running(self, clients: int) -> Iterator["Load"]:
        threads = in_threads(clients, self.work)
        try:
            yield self
        finally:
            self.is_stopping = True
            for thread in threads:
                thread.join()


def rate(token: str, clients: int, seconds: float) -> tuple[float, int]:
    """(Good answers a second, failures) with so many clients."""
    load, start = Load(token), time.monotonic()
    with load.running(clients):
        time.sleep(seconds)
    return load.good / (time.monotonic() - start), len(load.failed)


@dataclass
class Writers:
    """Clients that create contacts, each again and again with its Idempotency-Key until it is acknowledged."""

    token: str
    acknowledged: dict[str, str] = field(default_factory=dict)  # id by key
    at: list[float] = field(default_factory=list)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_stopping: bool = False

    def work(self) -> None:
        while not self.is_stopping:
            key = uuid.uuid4().hex
            while not (answer := self._create(key)).is_good and not self.is_stopping:
                with self.lock:
                    self.refused += 1
                time.sleep(0.05)
            if answer.is_good:
                with self.lock:
                    self.acknowledged[key] = answer.json()["data"]["id"]
                    self.at.append(time.monotonic())

    def _create(self, key: str) -> Answer:
        return ask("POST", CONTACTS, self.token, new_contact(key), Idempotency_Key=key)

    @contextmanager
    def running(self, clients: int) -> Iterator["Writers"]:
        threads = in_threads(clients, self.work)
        try:
            yield self
        finally:
            self.is_stopping = True
            for thread in threads:
                thread.join()

    def count(self) -> int:
        with self.lock:
            return len(self.at)

    def longest_pause(self, since: float) -> float:
        """Seconds for which no write was acknowledged, of those that ended after `since`."""
        times = sorted(self.at)
        pauses = [b - a for a, b in itertools.pairwise(times) if b > since]
        return max(pauses, default=0.0)


def unseen_writes(token: str, count: int) -> tuple[int, float]:
    """(Own writes that the next request did not show, median milliseconds of a write), of `count`."""
    unseen, durations = 0, []
    for _ in range(count):
        start = time.monotonic()
        created = ask("POST", CONTACTS, token, new_contact(uuid.uuid4().hex))
        durations.append((time.monotonic() - start) * 1000)
        id = created.json()["data"]["id"]
        unseen += ask("GET", f"{CONTACTS}/{id}", token).status == 404
    return unseen, statistics.median(durations)
