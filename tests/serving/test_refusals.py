"""Refusals of gunicorn's parser, worded by the application, in the dialect of the API or as a page.

The server is a real one, as bytes matter here.
"""

import json
import socket
from http import HTTPStatus

import pytest
from django.conf import settings
from gunicorn.http import errors

from config.serving.refusals import refused_status, word_refusal

from ..factories import make_token
from ..servers import Server

HOST = f"Host: {settings.ALLOWED_HOSTS[0]}\r\n"
CONTACTS, REQUESTS, INQUIRIES = "/api/v1/contacts", "/pro/contact-requests", "/api/inquiries/list"
LONGEST = 8190  # bytes of the first line, without its end
LONG, LARGE, OTHER = "The address is too long.", "The header fields are too large.", "The request could not be read."


@pytest.fixture(scope="module")
def server(django_db_setup):
    started = Server("", WEB_CONCURRENCY="1", LOG_CLIENT_ADDRESS="none").until_up()
    yield started
    started.kill()


def send(server, text):
    """Status, head and body of the answer to these bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(text.encode("latin-1"))
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}" in head.decode().lower() or text.startswith("HEAD")
    return int(head.split(b" ")[1]), head.decode(), body.decode()


def error(address, message):
    if address == INQUIRIES:
        return {"success": False, "message": "Unreadable request", "error": message}
    code = "invalid_request" if address == CONTACTS else "VALIDATION_ERROR"
    return {"error": {"code": code, "message": message}}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", [CONTACTS, REQUESTS, INQUIRIES])
def test_each_refusal_is_in_the_dialect_of_the_address(server, subtests, address):
    head = f"POST {address} HTTP/1.1\r\n{HOST}"
    for label, text, message in [
        ("a long path", f"GET {address}/{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n", LONG),
        ("a long query", f"GET {address}?search={'a' * 60_000} HTTP/1.1\r\n{HOST}\r\n", LONG),
        ("an address with its site", f"GET http://a{address}?{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n", LONG),
        ("many fields", head + "a: b\r\n" * 200 + "\r\n", LARGE),
        ("a long field", f"{head}a: {'b' * 9000}\r\n\r\n", LARGE),
        ("a head without an end", head + f"a: {'b' * 8000}\r\n" * 20, LARGE),
        ("a line without an end", f"GET {address}/{'a' * 140_000}", LONG),
        ("two lengths", f"{head}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}", OTHER),
        ("length and chunks", f"{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", OTHER),
        ("another coding", f"{head}Transfer-Encoding: other\r\n\r\n", OTHER),
        ("the size of a chunk", f"{head}Transfer-Encoding: chunked\r\n\r\nx\r\n", OTHER),
        ("a length after the chunks", f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n", OTHER),
        ("another expectation", f"{head}Expect: more\r\nContent-Length: 0\r\n\r\n", OTHER),
        ("another version", f"GET {address} HTTP/2.0\r\n{HOST}\r\n", OTHER),
        ("a bare line feed", f"GET {address} HTTP/1.1\n{HOST}\n", OTHER),
    ]:
        with subtests.test(label):
            status, fields, body = send(server, text)
            assert (status, json.loads(body)) == (400, error(address, message))
            assert "Connection: close" in fields
            assert "Content-Type: application/json" in fields
            assert "X-Request-ID: " in fields


@pytest.mark.django_db(transaction=True)
def test_the_longest_address_that_is_read_is_answered(server, pro):
    token = make_token(pro)
    rest = f" HTTP/1.1\r\n{HOST}Authorization: Bearer {token}\r\n\r\n"
    line = f"GET {CONTACTS}?search="
    for more, status in ((0, 400), (1, 400)):
        query = "a" * (LONGEST - len(line) - len(" HTTP/1.1") + more)
        answer = send(server, line + query + rest)
        assert answer[0] == status
        assert (LONG in answer[2]) == bool(more)
    line = f"GET {CONTACTS}/"
    status, _fields, body = send(server, line + "a" * (LONGEST - len(line) - len(" HTTP/1.1")) + rest)
    assert (status, json.loads(body)["error"]["code"]) == (404, "not_found")


@pytest.mark.django_db(transaction=True)
def test_elsewhere_it_is_a_page(server):
    for text, status in [
        (f"GET /{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n", 414),
        (f"GET / HTTP/1.1\r\n{HOST}" + "a: b\r\n" * 200 + "\r\n", 431),
        (f"GET / HTTP/1.1\r\n{HOST}" + f"a: {'b' * 8000}\r\n" * 20, 431),
        ("a" * 140_000, 414),
        (f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: other\r\n\r\n", 501),
        ("no request\r\n\r\n", 400),
    ]:
        answered, fields, body = send(server, text)
        assert answered == status
        assert "That request could not be read" in body
        assert "X-Content-Type-Options: nosniff" in fields
    assert send(server, f"HEAD /{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n")[2] == ""


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_the_log_tells_no_address_and_nothing_of_the_request(pro, capfd):
    started = Server("", WEB_CONCURRENCY="1", LOG_CLIENT_ADDRESS="none").until_up()
    try:
        send(started, f"GET /c?search=Zoe Canary HTTP/1.1\r\n{HOST}\r\n")
        send(started, f"Zoe Canary\r\n{HOST}\r\n")
        key = "Zk3" * 20
        send(started, f"GET /offers/{key}/{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n")
        send(started, f"GET /offers/{'a' * 150}/{key}/{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n")
    finally:
        started.kill()
    lines = capfd.readouterr().err
    assert lines.count("a request cannot be read: ") == 4
    for secret in ("Canary", "127.0.0.1", "Zk3Zk3"):
        assert secret not in lines


def test_our_own_errors_are_no_refusals():
    mine = errors.InvalidResponseHeader("a")
    assert [refused_status(error) for error in (mine, ValueError(), errors.LimitRequestLine(1, 2))] == [None, None, 414]


def test_a_field_of_a_client_is_not_taken_for_a_refusal(client):
    assert client.get("/healthz", headers={"vestibule.unread": "414", "Vestibule-Unread": "414"}).status_code == 200


def test_an_application_that_answers_in_parts_is_closed():
    class Parts(list):
        is_closed = False

        def close(self):
            self.is_closed = True

    parts, asked = Parts([b"a", b"b"]), []

    def application(environ, start_response):
        asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["REMOTE_ADDR"]))
        start_response("414 URI Too Long", [("A", "b")])
        return parts

    answer = word_refusal(application, b"GET /%C3%A9/b?c HTTP/1.1\r\n", HTTPStatus.REQUEST_URI_TOO_LONG, "")
    assert answer == b"HTTP/1.1 414 URI Too Long\r\nA: b\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab"
    assert (asked, parts.is_closed) == ([("GET", "/\xc3\xa9/b", "")], True)
