"""A Pro's program on a real port: it keeps what it is sent, and answers as it is told."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

type Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (204, {}, b"")


class Call(NamedTuple):
    """A call as it came; `accepted` says whether it was answered with 2xx."""

    path: str
    headers: dict[str, str]
    body: bytes
    accepted: bool

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return self.event["type"]


class Receiver:
    """`answer` decides by the event; None leaves the caller waiting until `stop`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answer: Callable[[dict[str, Any]], Answer | None] = lambda event: OK
        self.is_over = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """The events that were accepted, in the order in which they came."""
        return [call.event for call in self.calls if call.accepted]

    def stop(self) -> None:
        self.is_over.set()
        self.server.shutdown()
        self.server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = receiver.answer(json.loads(body))
            is_accepted = answer is not None and 200 <= answer[0] < 300
            receiver.calls.append(Call(self.path, dict(self.headers.items()), body, is_accepted))
            if answer is None:
                receiver.is_over.wait(30)
                return
            status, headers, content = answer
            # The caller may have hung up.
            with suppress(OSError):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
