"""Clients that are idle or slow, without a proxy that waits for them: others are answered as before."""

import socket
import statistics
from contextlib import ExitStack, suppress

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = f"POST /api/v1/contacts HTTP/1.1\r\nHost: {settings.ALLOWED_HOSTS[0]}\r\n"
# What each kind has sent when it goes on waiting.
SLOW = {
    "idle": "",
    "slow headers": HEAD,
    "slow body": f"{HEAD}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{",
}


def connect(server, text):
    sock = socket.create_connection(("127.0.0.1", server.port))
    sock.sendall(text.encode())
    return sock


def ask(server, timed):
    seconds, (status, _headers, _body) = timed(server.call, "GET", "/api/v1/contacts")
    assert status == 200
    return seconds


def test_two_of_each_kind_stop_nobody(serve, timed, record_property):
    server = serve(WEB_CONCURRENCY="2")
    alone = [ask(server, timed) for _ in range(20)]
    with ExitStack() as stack:
        for text in SLOW.values():
            for _ in range(2):
                stack.enter_context(connect(server, text))
        beside = [ask(server, timed) for _ in range(20)]
    before, now = (round(statistics.median(times) * 1000) for times in (alone, beside))
    record_property("measured", f"{now} ms beside {before} ms alone, {max(beside):.1f} s at most")
    # Six of sixteen threads wait. Sync workers would be stopped for good.
    assert max(beside) < 5


def test_who_reads_slowly_stops_nobody(serve, timed):
    server = serve(WEB_CONCURRENCY="1")
    with ExitStack() as stack:
        for _ in range(2):
            sock = stack.enter_context(connect(server, ""))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            with suppress(OSError):
                sock.sendall(f"GET /static/js/app.js HTTP/1.1\r\nHost: {settings.ALLOWED_HOSTS[0]}\r\n\r\n".encode())
        assert max(ask(server, timed) for _ in range(5)) < 5
