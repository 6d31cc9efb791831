"""A peer on a real port that can be told to answer anything, or nothing; and calls of it."""

import socket
import ssl
import threading
import time
from contextlib import suppress

import pytest

from config.outgoing import Answer, OutgoingError, send_request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
PUBLIC = "93.184.215.14"


class Peer:
    """Reads each request and answers with `answer`; with `drip` byte by byte, and `repeat` without an end.

    `requests` are the requests as they came. An answer of None leaves the caller waiting.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answer: bytes | None = OK
        self.drip = self.repeat = self.hang_up_early = False
        self.requests: list[bytes] = []
        self.connections = 0
        self.is_over = threading.Event()
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock: socket.socket) -> None:
        # The caller may hang up at any moment.
        with sock, suppress(OSError):
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            with sock:
                if not self.hang_up_early:
                    self.requests.append(self.read(sock))
                    self.write(sock)

    def read(self, sock: socket.socket) -> bytes:
        with sock.makefile("rb") as file:
            lines = [*iter(file.readline, b"\r\n"), b"\r\n"]
            length = next((int(line[15:]) for line in lines if line.lower().startswith(b"content-length:")), 0)
            return b"".join(lines) + file.read(length)

    def write(self, sock: socket.socket) -> None:
        if self.answer is None:
            self.is_over.wait(30)
            return
        pieces = [self.answer[i : i + 1] for i in range(len(self.answer))] if self.drip else [self.answer]
        for piece in pieces:
            sock.sendall(piece)
            if self.drip and self.is_over.wait(0.05):
                return
        while self.repeat and not self.is_over.is_set():
            sock.sendall(pieces[-1])

    def stop(self) -> None:
        self.is_over.set()
        # accept() goes on waiting when the listener is only closed. It may be stopped twice.
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def get(url: str, **options: object) -> Answer:
    defaults = {"timeout": 20, "max_size": 1000, "allow_private": True}
    return send_request("GET", url, **defaults | options)  # type: ignore[arg-type]


def fail(url: str, **options: object) -> tuple[type[OutgoingError], str]:
    """The type and the reason of a call's failure."""
    with pytest.raises(OutgoingError) as caught:
        get(url, **options)
    # Nothing of the cause's own text goes into a traceback.
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert (str(caught.value), caught.value.args) == (caught.value.reason, (caught.value.reason,))
    return type(caught.value), caught.value.reason


def fail_late(url: str, **options: object) -> type[OutgoingError]:
    """The type of the failure of a call that takes too long, half a second here."""
    began = time.monotonic()
    error, reason = fail(url, timeout=0.5, **options)
    assert (reason, time.monotonic() - began < 10) == ("TimeoutError", True)
    return error
