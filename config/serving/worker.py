"""A worker of gunicorn whose threads get whole requests and give away whole responses.

The loop, which waits for all connections at once, receives requests and sends what clients were too slow to take. So a
client that is idle or slow holds a socket, and no thread. Requests are read and judged by gunicorn's parser as before.
"""

import contextlib
import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from .exchange import BLOCK, Exchange, Response
from .refusals import BEGINNING, RequestTimeoutError, refused_status, word_refusal

# A body larger than any address takes is handed over at once: the application refuses it by its length.
LARGEST = 37 * 1024 * 1024  # bytes
MAX_KEPT = 512 * 1024 * 1024  # bytes, in memory and on disk, of all connections of a process
LINGER = 2.0  # seconds for the client to close, before what it still sends would reset the connection
# Where the application itself cannot say it: status, reason, length of the reason, which is the body too.
PLAIN = (
    "HTTP/1.1 {0} {1}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "X-Content-Type-Options: nosniff\r\nContent-Length: {2}\r\n\r\n{1}"
)
GONE = {errno.EAGAIN, errno.ECONNABORTED}
NO_FILES = {errno.EMFILE, errno.ENFILE}


class BufferingWorker(ThreadWorker):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.waiting: set[Exchange] = set()
        # Those whose refusal is being worded: they leave soon.
        self.refused: set[Exchange] = set()
        self.lingering: dict[socket.socket, float] = {}
        self.looked = 0.0

    def accept(self, listener: socket.socket) -> None:
        try:
            line, client = listener.accept()
        except OSError as error:
            if error.errno in NO_FILES:
                self._make_room_at_once()
            elif error.errno not in GONE:
                raise
            return
        self.nr_conns += 1
        self._receive(Exchange(self.cfg, line, client, listener.getsockname(), LARGEST))

    def handle_request(self, req: Any, conn: Exchange) -> bool:
        # The loop has said it, where it was of use.
        req._expected_100_continue = False
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Have the application word what is refused; gunicorn would name the client's address in its log."""
        if (status := refused_status(exc)) is None:
            self.log.exception("Error handling a request")
            self._say(client, HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        self.log.warning("a request cannot be read: %s", type(exc).__name__)
        address = addr[0] if isinstance(addr, tuple) else ""
        try:
            client.sendall(word_refusal(self.wsgi, client.received.begin(BEGINNING), status, address))
        except Exception:
            self.log.exception("a refusal cannot be worded")
            self._say(client, status)

    def finish_request(self, conn: Exchange, fs: Future[Any]) -> None:
        """Send what is left of the response. The loop calls it; `handle` has caught and logged what was raised."""
        self.refused.discard(conn)
        if fs.cancelled() or fs.exception():
            self._close(conn)
            return
        conn.begin_sending()
        self._send(conn)

    def murder_pending(self) -> None:
        """Give up who is too slow. The loop calls it after each round."""
        now = time.monotonic()
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        if now - self.looked < 1:
            return
        self.looked = now
        for line in [line for line, until in self.lingering.items() if until < now]:
            self._close_line(line)
        for exchange in list(self.waiting):
            if exchange.is_late(now) or (not self.alive and exchange.is_unused(now)):
                self._give_up(exchange)
        while sum(exchange.kept_bytes for exchange in self.waiting) > MAX_KEPT:
            self._give_up(min(self.waiting, key=Exchange.last_moved))

    def _receive(self, exchange: Exchange) -> None:
        try:
            has_arrived = exchange.receive()
        except OSError:
            self._close(exchange)
            return
        if exchange.end.is_head_too_long:
            exchange.refuse_head()
        if has_arrived:
            self._stop_waiting(exchange)
            self.enqueue_req(exchange)
        else:
            self._wait(exchange, selectors.EVENT_READ, self._receive)

    def _send(self, exchange: Exchange) -> None:
        try:
            is_sent = exchange.send()
        except OSError:
            self._close(exchange)
            return
        if is_sent and exchange.end.is_exact:
            self._close(exchange)
        elif is_sent:
            self._linger(exchange)
        else:
            self._wait(exchange, selectors.EVENT_WRITE, self._send)

    def _wait(self, exchange: Exchange, event: int, action: Callable[[Exchange], None]) -> None:
        if exchange not in self.waiting:
            self.waiting.add(exchange)
            self.poller.register(exchange.line, event, lambda _line: action(exchange))

    def _stop_waiting(self, exchange: Exchange) -> None:
        if exchange in self.waiting:
            self.waiting.remove(exchange)
            self.poller.unregister(exchange.line)

    def _make_room(self) -> None:
        """Have the connection leave that has been of no use for the longest time, unless one is about to."""
        if self.lingering:
            self._close_line(next(iter(self.lingering)))
        elif self.waiting and not self.refused:
            self._give_up(min(self.waiting, key=Exchange.last_moved))

    def _make_room_at_once(self) -> None:
        """Close such a connection without a word, which may take a file to say."""
        if self.lingering:
            self._close_line(next(iter(self.lingering)))
        elif self.waiting:
            self._close(min(self.waiting, key=Exchange.last_moved))

    def _give_up(self, exchange: Exchange) -> None:
        if exchange.is_sending or not exchange.received.size:
            self._close(exchange)
            return
        exchange.refuse(RequestTimeoutError())
        self._stop_waiting(exchange)
        self.refused.add(exchange)
        self.enqueue_req(exchange)

    @staticmethod
    def _say(response: Response, status: HTTPStatus) -> None:
        """Answer with a status alone."""
        with contextlib.suppress(OSError):
            response.sendall(PLAIN.format(status.value, status.phrase, len(status.phrase)).encode())

    def _linger(self, exchange: Exchange) -> None:
        """Say that nothing follows, and take for a while what the client still sends (RFC 9112, section 9.6)."""
        self._stop_waiting(exchange)
        exchange.forget()
        try:
            exchange.line.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(exchange)
            return
        self.lingering[exchange.line] = time.monotonic() + LINGER
        self.poller.register(exchange.line, selectors.EVENT_READ, self._drain)

    def _drain(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if line.recv(BLOCK):
                return
        self._close_line(line)

    def _close_line(self, line: socket.socket) -> None:
        del self.lingering[line]
        self.poller.unregister(line)
        line.close()
        self.nr_conns -= 1

    def _close(self, exchange: Exchange) -> None:
        self._stop_waiting(exchange)
        exchange.close()
        self.nr_conns -= 1
