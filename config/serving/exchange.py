"""One request and its response on one connection, kept here while the client is slower than we are."""

import contextlib
import errno
import socket
import tempfile
import time
from collections.abc import Iterator
from typing import IO, Any, NoReturn

from gunicorn import http
from gunicorn.http import errors
from gunicorn.workers.gthread import TConn

from .framing import MAX_HEAD, RequestEnd

DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
BLOCK = 64 * 1024  # bytes
PATIENCE = 20.0  # seconds for the head of a request, and between two blocks of anything
UNUSED = 2.0  # seconds without a byte, when the process wants to end
LONGEST = 1800.0  # seconds for a request, or a response
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Store:
    """Bytes that are read in the order they were written; the first 64 KiB in memory, the others on disk."""

    def __init__(self) -> None:
        self.memory = bytearray()
        self.file: IO[bytes] | None = None
        self.size = self.position = 0

    def write(self, data: bytes | memoryview) -> None:
        """Raises OSError, such as of a full disk; then nothing of `data` is kept."""
        if self.file is None and self.size + len(data) <= BLOCK:
            self.memory += data
        else:
            self.file = self.file or tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 `close` closes it
            self.file.seek(self.size - len(self.memory))
            rest = memoryview(data)
            while rest:
                rest = rest[self.file.write(rest) :]
        self.size += len(data)

    def read(self, size: int) -> bytes:
        """Read what comes next, `size` bytes at most; b"" at the end."""
        size = min(size, self.size - self.position)
        if self.position < len(self.memory):
            data = bytes(self.memory[self.position : self.position + size])
        elif size and self.file:
            self.file.seek(self.position - len(self.memory))
            data = self.file.read(size)
        else:
            data = b""
        self.position += len(data)
        return data

    def begin(self, size: int) -> bytes:
        """The first bytes, at most `size`, of those in memory; they stay unread."""
        return bytes(self.memory[:size])

    def close(self) -> None:
        if self.file:
            self.file.close()


class Response:
    """The socket that gunicorn answers by. It takes all that is sent, and keeps what the client does not take yet."""

    def __init__(self, line: socket.socket, received: Store) -> None:
        self.line, self.kept, self.block = line, Store(), b""
        # The request that it answers.
        self.received = received

    def sendall(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        if not self.kept.size:
            with contextlib.suppress(BlockingIOError):
                rest = rest[self.line.send(rest) :]
        try:
            self.kept.write(rest)
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            self._wait_and_send(rest)

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def sendfile(self, file: IO[bytes], offset: int, count: int) -> None:
        file.seek(offset)
        while count > 0 and (data := file.read(min(count, BLOCK))):
            self.sendall(data)
            count -= len(data)

    def flush(self) -> tuple[bool, bool]:
        """Send of a block of what is kept; returns whether the client took some of it, and whether nothing is left."""
        self.block = self.block or self.kept.read(BLOCK)
        sent = 0
        with contextlib.suppress(BlockingIOError):
            sent = self.line.send(self.block) if self.block else 0
        self.block = self.block[sent:]
        return sent > 0, not self.block and self.kept.position == self.kept.size

    def _wait_and_send(self, data: memoryview) -> None:
        """Send what is kept and `data`, as there is no room for it."""
        self.line.settimeout(PATIENCE)
        while kept := self.kept.read(BLOCK):
            self.line.sendall(kept)
        self.line.sendall(data)
        self.line.setblocking(False)

    def gettimeout(self) -> float:
        return 0.0

    # The loop does these, after all is sent.
    def setblocking(self, flag: bool) -> None: ...
    def settimeout(self, seconds: float) -> None: ...
    def shutdown(self, how: int) -> None: ...
    def close(self) -> None: ...
    def recv(self, size: int) -> bytes:
        return b""


class _Refusal:
    """Stands in for gunicorn's parser where it is known that it need not look."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __iter__(self) -> Iterator[NoReturn]:
        return self

    def __next__(self) -> NoReturn:
        raise self.error


class Exchange(TConn):
    """A connection as gunicorn knows it. Its parser reads what was received; its `sock` is a Response."""

    def __init__(self, cfg: Any, line: socket.socket, client: Any, server: Any, limit: int) -> None:
        super().__init__(cfg, line, client, server)
        self.line = line
        self.received, self.end = Store(), RequestEnd(limit)
        self.sock = self.response = Response(line, self.received)
        self.parser = http.get_parser(cfg, self, client)
        # gunicorn waits for nothing then, and makes no parser of its own.
        self.initialized = self.data_ready = True
        self.unkept: bytes | None = None
        self.is_sending = False
        self.began = self.moved = time.monotonic()

    def receive(self) -> bool:
        """Keep what has arrived; True when it is a whole request. Raises OSError when nothing more will come."""
        try:
            data = self.line.recv(BLOCK)
        except BlockingIOError:
            return False
        if not data:
            raise ConnectionResetError
        self.moved = time.monotonic()
        try:
            self.received.write(data)
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            # The application meets the full disk itself, and says so in the caller's dialect.
            self.unkept = data
            return True
        has_head, has_arrived = self.end.has_head, self.end.has_arrived(data)
        if self.end.wants_continue and not has_head and not has_arrived:
            self.line.send(CONTINUE)
        return has_arrived

    def recv(self, size: int) -> bytes:
        """Read the request for gunicorn's parser: b"" at its end."""
        data = self.received.read(size)
        if data or self.unkept is None:
            return data
        if self.unkept:
            data, self.unkept = self.unkept[:size], self.unkept[size:]
            return data
        self.line.settimeout(PATIENCE)
        data = self.line.recv(size)
        self.line.setblocking(False)
        return data

    def refuse(self, error: errors.ParseException) -> None:
        """Have whoever parses the request meet this error; of what has arrived only the beginning is kept."""
        self.parser = _Refusal(error)
        self.received.close()

    def refuse_head(self) -> None:
        """Refuse a head that is too long, for its first line or for its fields."""
        size = self.cfg.limit_request_line
        is_line = b"\r\n" not in self.received.begin(size + len(b"\r\n"))
        self.refuse(errors.LimitRequestLine(MAX_HEAD, size) if is_line else errors.LimitRequestHeaders("too long"))

    def begin_sending(self) -> None:
        """Begin to wait for the client to take the rest of the response."""
        self.received.close()
        self.is_sending = True
        self.began = self.moved = time.monotonic()

    def send(self) -> bool:
        """Send some of what is kept of the response; True once all is sent."""
        has_moved, is_sent = self.response.flush()
        if has_moved:
            self.moved = time.monotonic()
        return is_sent

    @property
    def kept_bytes(self) -> int:
        return self.received.size + self.response.kept.size

    def last_moved(self) -> float:
        return self.moved

    def is_late(self, now: float) -> bool:
        """Tell whether the client has used up our patience: with the head, between two blocks, or altogether."""
        has_head = self.end.has_head or self.is_sending
        return now - (self.moved if has_head else self.began) > PATIENCE or now - self.began > LONGEST

    def is_unused(self, now: float) -> bool:
        """Tell whether nothing was sent, though there was time for it."""
        return not self.received.size and not self.is_sending and now - self.began > UNUSED

    def forget(self) -> None:
        """Delete what is kept."""
        self.received.close()
        self.response.kept.close()

    def close(self, graceful: bool = False) -> None:
        self.forget()
        self.line.close()
