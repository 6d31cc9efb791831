"""The product and those that it is compared with, under the same gunicorn, and rounds in which they take turns."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import repeat
from urllib.parse import urlsplit

import psutil
from django.conf import settings
from django.db import connection

from ..ports import free_port
from .clock import BY_PROCESSOR, processor_seconds
from .load import Load, send_for
from .setting import Setting

VESTIBULE, LIMIT, USUAL = "Vestibule", "limit", "DRF"
APPLICATIONS = {
    VESTIBULE: "config.wsgi:application",
    LIMIT: "tests.benchmarks.limit.application:application",
    USUAL: "tests.benchmarks.usual.application:application",
}
PRODUCTION = {
    "DEBUG": "false",
    "SECURE_SSL_REDIRECT": "false",
    "API_REQUESTS_PER_MINUTE": "1000000",
    "FORM_SENDS_PER_HOUR": "1000000",
    "CHANNEL_MESSAGES_PER_MINUTE": "1000000",
    "LOG_LEVEL": "INFO",
    "WEB_CONCURRENCY": "2",
}


@dataclass(frozen=True)
class Server:
    """A running gunicorn; its workers are the children of the process."""

    port: int
    pid: int

    def processor_seconds(self) -> float:
        """Processor time of its workers, and of the processes of PostgreSQL on the present database, until now."""
        name = connection.settings_dict["NAME"]
        workers = psutil.Process(self.pid).children()
        backends = [p for p in psutil.process_iter(["cmdline"]) if name in " ".join(p.info["cmdline"] or [])]
        return sum(processor_seconds(pid) for pid in {process.pid for process in (*workers, *backends)})


def database_url() -> str:
    """Return DATABASE_URL of the present database, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def database_address() -> str:
    """Return the present database for its driver itself."""
    if connection.vendor == "sqlite":
        return str(connection.settings_dict["NAME"])
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return " ".join(f"{name}={parameters[name]}" for name in names if parameters.get(name))


def environment() -> dict[str, str]:
    """The variables of a process of production on the present database."""
    return {**os.environ, **PRODUCTION, "DATABASE_URL": database_url(), "PYTHONPATH": str(settings.BASE_DIR)}


@contextmanager
def serving(name: str, *options: str, **variables: str) -> Iterator[Server]:
    """Run one of APPLICATIONS with two sync workers on the present database.

    No worker is replaced, which happens after 20,000 requests in production. None has threads, which production has for
    slow clients: what the product is compared with has one database connection a process.
    """
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "-b", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        [*command, "-k", "sync", "--threads", "1", "--max-requests", "0", *options, APPLICATIONS[name]],
        cwd=settings.BASE_DIR,
        env={**environment(), "LIMIT_DATABASE": database_address(), **variables},
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("BENCHMARK_LOG") else subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait()


@contextmanager
def serving_all(*names: str, **variables: str) -> Iterator[dict[str, Server]]:
    """Run several of APPLICATIONS."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(serving(name, **variables)) for name in names}


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def measure_in_turns(
    servers: Mapping[str, Server], messages: Mapping[str, Iterator[bytes]], clients: int, setting: Setting
) -> dict[str, list[Load]]:
    """The rounds of each server, after a short one that warms it; they take turns."""
    for name, server in servers.items():
        send_for(server.port, messages[name], clients, setting.seconds / 5)
    loads: dict[str, list[Load]] = {name: [] for name in servers}
    for _ in range(setting.rounds):
        for name, server in servers.items():
            before = server.processor_seconds()
            load = send_for(server.port, messages[name], clients, setting.seconds)
            load.processor = server.processor_seconds() - before
            loads[name].append(load)
    return loads


def the_same(servers: Mapping[str, Server], message: bytes) -> dict[str, Iterator[bytes]]:
    """One message, again and again, for each server."""
    return {name: repeat(message) for name in servers}


def speeds(loads: list[Load]) -> list[float]:
    """Number that is compared: requests a second, or a second of the processor."""
    return [1000 / load.processor_ms for load in loads] if BY_PROCESSOR else rates(loads)


def rates(loads: list[Load]) -> list[float]:
    return [load.per_second for load in loads]


def processor_times(loads: list[Load]) -> list[float]:
    return [load.processor_ms for load in loads]
