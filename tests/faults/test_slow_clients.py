"""Clients that are idle or slow, without a proxy that waits for them: others are answered as before."""

import http.client
import json
import signal
import socket
import statistics
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from contacts.models import Contact

# Who holds the lines of a server: the database has no part in it.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
HOST = f"Host: {settings.ALLOWED_HOSTS[0]}\r\n"
HEAD = f"POST /api/v1/contacts HTTP/1.1\r\n{HOST}"
JSON = f"{HEAD}Content-Type: application/json\r\n"
# Beginnings of requests, by the code of the answer to each.
LATE = {
    "invalid_request": f"{JSON}Content-Length: 9\r\n\r\n{{",
    "VALIDATION_ERROR": f"PUT /pro/contact-requests/1 HTTP/1.1\r\n{HOST}",
    "page": f"GET /contacts HTTP/1.1\r\n{HOST}",
}
EMAIL = "lea@example.org"
# What each kind has sent when it goes on waiting.
SLOW = {
    "idle": "",
    "slow headers": HEAD,
    "slow body": f"{JSON}Content-Length: 1000\r\n\r\n{{",
    "slow chunks": f"{JSON}Transfer-Encoding: chunked\r\n\r\n20\r\n{{",
}


def connect(server, text, window=0):
    sock = socket.socket()
    if window:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    sock.settimeout(30)
    sock.connect(("127.0.0.1", server.port))
    sock.sendall(text.encode())
    return sock


def is_waiting(sock):
    """True if nothing was answered and the connection is open."""
    sock.setblocking(False)
    try:
        sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    return False


def read(sock):
    """Status and body of the answer."""
    with http.client.HTTPResponse(sock) as response:
        response.begin()
        return response.status, response.read()


def ask(server, timed):
    seconds, (status, _headers, _body) = timed(server.call, "GET", "/api/v1/contacts")
    assert status == 200
    return seconds


@pytest.mark.thorough
def test_more_slow_clients_than_threads_stop_nobody(serve, timed, record_property):
    server = serve(WEB_CONCURRENCY="1", WEB_THREADS="2")
    alone = [ask(server, timed) for _ in range(20)]
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(server, text)) for text in SLOW.values() for _ in range(16)]
        beside = [ask(server, timed) for _ in range(20)]
        assert all(map(is_waiting, slow))
    before, now = (round(statistics.median(times) * 1000) for times in (alone, beside))
    record_property("measured", f"{now} ms beside {len(slow)} slow ones, {before} ms alone")
    # By sendfile, and larger than what the system takes by itself for somebody who reads nothing.
    path = "admin/js/vendor/jquery/jquery.js"
    content = Path(finders.find(path)).read_bytes()
    with ExitStack() as stack:
        text = f"GET {settings.STATIC_URL}{path} HTTP/1.1\r\n{HOST}\r\n"
        readers = [stack.enter_context(connect(server, text, window=1024)) for _ in range(16)]
        for _ in range(5):
            ask(server, timed)
        for sock in readers:
            assert read(sock) == (200, content)


def test_the_newest_clients_are_answered_when_the_house_is_full(serve, timed):
    server = serve(WEB_CONCURRENCY="1", GUNICORN_CMD_ARGS="--worker-connections 6")
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(server, text)) for text in [*SLOW.values()] * 5]
        for _ in range(5):
            ask(server, timed)
        assert sum(map(is_waiting, slow)) < 6


def test_who_makes_room_is_answered_in_the_dialect_of_the_address(serve, timed, subtests):
    server = serve(WEB_CONCURRENCY="1", GUNICORN_CMD_ARGS="--worker-connections 6")
    late = "The request did not arrive in time."
    with ExitStack() as stack:
        # In the order in which they came they leave.
        slow = [stack.enter_context(connect(server, text)) for text in LATE.values()]
        while any(map(is_waiting, slow)):
            stack.enter_context(connect(server, HEAD))
            ask(server, timed)
        for label, sock in zip(LATE, slow, strict=True):
            with subtests.test(label):
                sock.settimeout(30)
                status, answer = read(sock)
                if label == "page":
                    assert (status, late in answer.decode()) == (408, False)
                    assert "That request could not be read" in answer.decode()
                else:
                    assert (status, json.loads(answer)) == (400, {"error": {"code": label, "message": late}})


@pytest.fixture
def server(serve):
    return serve(WEB_CONCURRENCY="1")


def test_a_slow_request_is_read_as_any_other(server, subtests):
    body = json.dumps({"name": "Léa Slow", "email": EMAIL}, ensure_ascii=False).encode()
    chunks = b"".join(b"1;a=b\r\n%c\r\n" % byte for byte in body) + b"0\r\nExpires: never\r\n\r\n"
    own = f"{JSON}Authorization: Bearer {server.token}\r\n"
    for framing, data in ((f"Content-Length: {len(body)}", body), ("Transfer-Encoding: chunked", chunks)):
        with subtests.test(framing), connect(server, "") as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in f"{own}{framing}\r\n\r\n".encode() + data:
                sock.send(bytes([byte]))
            assert read(sock)[0] == 201
    assert [contact.name for contact in Contact.objects.all()] == ["Léa Slow"] * 2
    own += "Expect: 100-continue\r\n"
    with subtests.test("a body is asked for"), connect(server, f"{own}Content-Length: {len(body)}\r\n\r\n") as sock:
        assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(body)
        assert read(sock)[0] == 201
    with subtests.test("but not if it is too large"), connect(server, f"{own}Content-Length: {10**9}\r\n\r\n") as sock:
        status, answer = read(sock)
        assert (status, json.loads(answer)["error"]["message"]) == (413, "The request is too large.")
    for status, text in {
        400: f"GET / HTTP/1.1\n{HOST}\n",
        414: f"GET /{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n",
        431: f"GET / HTTP/1.1\r\n{HOST}" + "a: b\r\n" * 101 + "\r\n",
        501: f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: other\r\n\r\n",
    }.items():
        with subtests.test(status), connect(server, text) as sock:
            assert read(sock)[0] == status
    with subtests.test("a head without an end"), connect(server, f"GET / HTTP/1.1\r\n{'a: b' * 40_000}") as sock:
        assert read(sock)[0] == 431


@pytest.mark.thorough
def test_who_is_sending_while_the_server_stops_is_answered(server):
    body = json.dumps({"name": "Léa Last", "email": EMAIL}).encode()
    head = f"{JSON}Authorization: Bearer {server.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    with connect(server, head) as sock, connect(server, "") as idle:
        server.call("GET", "/api/v1/contacts")
        server.process.send_signal(signal.SIGTERM)
        # The idle one is let go first.
        assert idle.recv(1) == b""
        sock.sendall(body)
        assert read(sock)[0] == 201
    assert server.process.wait(timeout=20) == 0
