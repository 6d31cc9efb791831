"""A scanner that speaks clamd's protocol on a real port, as far as Vestibule does, and can be told to fail."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# clamd's test pattern: whatever holds it is found.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND = "Eicar-Test-Signature"


@contextmanager
def scanning() -> Iterator["Scanner"]:
    scanner = Scanner()
    try:
        yield scanner
    finally:
        scanner.stop()


class Scanner:
    """`files` are those that came whole. `answer` is said in place of a judgement; `hangs` says nothing at all."""

    def __init__(self, *, path: str = "", max_bytes: int = 25_000_000) -> None:
        self.files: list[bytes] = []
        self.calls, self.answer, self.hangs, self.max_bytes = 0, "", False, max_bytes
        self._server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self._server.bind(path or ("127.0.0.1", 0))
        self._server.listen()
        self.address = path or f"127.0.0.1:{self._server.getsockname()[1]}"
        self._held: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for held in self._held:
            held.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                sock, _address = self._server.accept()
                self.calls += 1
                threading.Thread(target=self._talk, args=[sock], daemon=True).start()

    def _talk(self, sock: socket.socket) -> None:
        if self.hangs:
            self._held.append(sock)
            return
        with sock, sock.makefile("rb") as stream, suppress(OSError):
            command = stream.read(len(b"zINSTREAM\0"))
            assert command == b"zINSTREAM\0"
            sock.sendall((self.answer or self._judge(stream)).encode() + b"\0")

    def _judge(self, stream) -> str:
        content = b""
        while size := int.from_bytes(stream.read(4)):
            content += stream.read(size)
            if len(content) > self.max_bytes:
                return "INSTREAM size limit exceeded. ERROR"
        self.files.append(content)
        return f"stream: {FOUND} FOUND" if EICAR in content else "stream: OK"
