"""A client for many connections at once in one thread, as a client that takes much time would measure itself."""

import select
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# A round of a whole run and of a small one, and how many there are.
SECONDS, SMALL_SECONDS, ROUNDS = 5.0, 0.5, 3


@dataclass
class Load:
    """Result of a round of requests: `durations` in ms of the good answers, `refused` the beginnings of the others.

    `processor` are the seconds of processor time that the server and the database took.
    """

    seconds: float = 0.0
    processor: float = 0.0
    durations: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.durations) / self.seconds

    @property
    def processor_ms(self) -> float:
        """Processor time of one request, which another program on the machine changes little."""
        return self.processor * 1000 / len(self.durations)


@dataclass
class _Exchange:
    client: socket.socket
    began: float
    parts: list[bytes] = field(default_factory=list)


def send_for(port: int, messages: Iterator[bytes], clients: int, seconds: float) -> Load:
    """Send the messages with so many clients at once, each on a connection of its own, as sync workers expect."""
    load, ends = Load(), time.monotonic() + seconds
    began = time.monotonic()
    _send(port, messages, clients, load, lambda: time.monotonic() < ends)
    load.seconds = time.monotonic() - began
    return load


def send_all(port: int, messages: list[bytes], clients: int) -> Load:
    """Send each of the messages once."""
    load, left, began = Load(), iter(messages), time.monotonic()
    unsent = [len(messages)]

    def goes_on() -> bool:
        unsent[0] -= 1
        return unsent[0] >= 0

    _send(port, left, clients, load, goes_on)
    load.seconds = time.monotonic() - began
    return load


def _send(port: int, messages: Iterator[bytes], clients: int, load: Load, goes_on: Callable[[], bool]) -> None:
    poll, exchanges = select.epoll(), dict[int, _Exchange]()

    def begin() -> None:
        if goes_on():
            exchange = _begin(port, next(messages))
            exchanges[exchange.client.fileno()] = exchange
            poll.register(exchange.client, select.EPOLLIN)

    for _ in range(clients):
        begin()
    while exchanges:
        for number, _event in poll.poll(60):
            if _is_over(exchange := exchanges[number]):
                poll.unregister(number)
                del exchanges[number]
                exchange.client.close()
                _note(exchange, load)
                begin()
    poll.close()


def _begin(port: int, message: bytes) -> _Exchange:
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    exchange = _Exchange(client, time.perf_counter())
    client.sendall(message)
    return exchange


def _is_over(exchange: _Exchange) -> bool:
    try:
        part = exchange.client.recv(262_144)
    except OSError:
        part = b""
    exchange.parts.append(part)
    return not part


def _note(exchange: _Exchange, load: Load) -> None:
    answer = b"".join(exchange.parts)
    # A form is answered by a redirect.
    if answer[9:10] in (b"2", b"3"):
        load.durations.append((time.perf_counter() - exchange.began) * 1000)
    else:
        load.refused.append(answer[:300])


def ask(port: int, message: bytes) -> bytes:
    """Send one request; returns the whole response."""
    exchange = _begin(port, message)
    while not _is_over(exchange):
        pass
    exchange.client.close()
    return b"".join(exchange.parts)


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def request(method: str, path: str, token: str = "", content: bytes = b"", **headers: str) -> bytes:
    """A request as it goes over the wire."""
    head = {"Host": "testserver", "Connection": "close"}
    if token:
        head["Authorization"] = f"Bearer {token}"
    if content:
        head |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    head |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + content
