"""One deadline for the whole call, wherever its time is spent."""

import socket
import threading

import pytest

from config.outgoing import NoAnswerError, UnreachableError

from .peer import OK, fail_late


def test_a_slow_name_look_up(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: is_over.wait(30) and [])
    assert fail_late("http://slow.example") is UnreachableError
    is_over.set()


def test_a_connection_that_is_never_accepted():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
            waiting.append(sock)
        assert fail_late(f"http://127.0.0.1:{listener.getsockname()[1]}") is UnreachableError
        for sock in waiting:
            sock.close()


def test_a_tls_handshake_that_is_never_answered():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert fail_late(f"https://127.0.0.1:{listener.getsockname()[1]}") is UnreachableError


def test_a_body_that_is_never_read():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert fail_late(url, body=b"x" * 50_000_000) is NoAnswerError


def test_an_answer_that_never_comes(peer):
    peer.answer = None
    assert fail_late(peer.url) is NoAnswerError


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 90,
        OK.replace(b"2", b"900", 2) + b"x" * 900,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 900,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 500,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    ],
    ids=["headers", "body", "body without a length", "chunks", "continue"],
)
def test_an_answer_that_drips(peer, raw):
    peer.drip, peer.answer = True, raw
    assert fail_late(peer.url) is NoAnswerError


def test_headers_without_an_end_are_cut(peer):
    peer.answer, peer.repeat = b"HTTP/1.1 100 Continue\r\n\r\n", True
    assert fail_late(peer.url) is NoAnswerError
