"""Web servers configured as in production, and clients that cost little time."""

import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

SECONDS = 4.0  # of one round
ROUNDS = 3


def database_url() -> str:
    """Return DATABASE_URL of the present database, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@contextmanager
def serving(app: str, **environment: str) -> Iterator[int]:
    """Run gunicorn with two workers of `app`, on the present database with production settings; yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    production = {
        "DATABASE_URL": database_url(),
        "DEBUG": "false",
        "SECURE_SSL_REDIRECT": "false",
        "API_REQUESTS_PER_MINUTE": "1000000",
        "LOG_LEVEL": "INFO",
        "WEB_CONCURRENCY": "2",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "-b", f"127.0.0.1:{port}", app]
    server = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, **production, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: testserver\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def ask(port: int, message: bytes) -> bytes:
    """Send a request on its own connection, as sync workers expect; return the whole response."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(message)
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def rate(port: int, message: bytes, clients: int, seconds: float = SECONDS) -> tuple[float, int]:
    """Return (responses per second, number of errors) with so many clients at once."""
    good, bad, ends = [0] * clients, [0] * clients, time.monotonic() + seconds

    def work(number: int) -> None:
        while time.monotonic() < ends:
            try:
                is_good = ask(port, message)[9:10] == b"2"
            except OSError:
                is_good = False
            good[number] += is_good
            bad[number] += not is_good

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(good) / (time.monotonic() - start), sum(bad)


def beside(ports: tuple[int, int], messages: tuple[bytes, bytes], clients: int) -> tuple[float, float, int]:
    """Return (responses per second of the first server, of the second, errors of the first), measured in turns."""
    rates: tuple[list[float], list[float]] = ([], [])
    failures = 0
    for turn in range(ROUNDS + 1):
        for number in (0, 1):
            per_second, failed = rate(ports[number], messages[number], clients, SECONDS if turn else 1.0)
            failures += failed if number == 0 else 0
            if turn:
                rates[number].append(per_second)
    return statistics.median(rates[0]), statistics.median(rates[1]), failures


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Return the median duration of `work`."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        durations.append((time.perf_counter() - start) * 1000)
    return statistics.median(durations)
