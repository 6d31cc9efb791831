"""Call other services over HTTP: one client, with one deadline for the whole call. `open_socket` gives other protocols
a connection with the same deadline and checks.

`http.client` knows no proxies, cookies, redirects, credential files or compression, and none are wanted here. What it
lacks is added: a deadline that the name look-up, connecting, TLS, sending and every byte of the answer share; a limit
on the answer's size; and a check of the address that is connected to.
"""

import io
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from config.deadlines import Deadline

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


class OutgoingError(Exception):
    """No usable answer came. `reason` names the type of the cause, such as "TimeoutError", and nothing else: the URL
    and the cause's own text may hold a secret."""

    def __init__(self, cause: Exception | None = None) -> None:
        self.reason = type(cause or self).__name__
        self.is_timeout = isinstance(cause, TimeoutError)
        super().__init__(self.reason)


class UnreachableError(OutgoingError):
    """No connection came about, or the request is not a valid one: the peer has certainly got nothing of it."""


class BlockedAddressError(UnreachableError):
    """The host has a private address, and the call may not go to one."""


class NoAnswerError(OutgoingError):
    """The connection stood, but no whole answer came: the peer may have received the request, and acted on it."""


class AnswerTooLargeError(NoAnswerError):
    """The answer's body is larger than the call allows."""


@dataclass(frozen=True)
class Answer:
    """An answer of any status, redirects included: they are not followed."""

    status: int
    body: bytes


def send_request(
    method: str,
    url: str,
    *,
    timeout: float,
    max_size: int,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    allow_private: bool = False,
) -> Answer:
    """Send one request and read its answer: `timeout` seconds altogether, a body of at most `max_size` bytes.

    Raises UnreachableError and NoAnswerError, or the narrower errors below them. `url` is printable ASCII without a
    user name; a part of it that comes from elsewhere must be quoted by the caller.

    `allow_private` is for addresses that the operator has configured (USERHUB_URL, WHATSAPP_API_URL …): a UserHub is
    usually in a private network. An address that comes from outside, such as one in a provider's payload, is called
    without it, and then reaches public addresses and OUTGOING_PRIVATE_NETWORKS alone.
    """
    deadline = Deadline(timeout)
    try:
        connection = _prepare(method, url, headers or {}, body)
        sock = _connect(connection.host, connection.port, deadline, allow_private)
        if isinstance(connection, HTTPSConnection):
            sock = _start_tls(sock, connection.host, deadline)
    except (OSError, HTTPException, ValueError) as error:
        raise UnreachableError(error) from None
    with sock:
        connection.sock = _TimedSocket(sock, deadline)
        try:
            return _exchange(connection, body, max_size)
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswerError(error) from None


def open_socket(
    host: str, port: int, *, timeout: float, max_size: int, is_tls: bool, allow_private: bool = False
) -> "OutgoingSocket":
    """Connect to a mail server: `timeout` seconds for all that is said, at most `max_size` bytes read.

    Raises OSError as the socket module does, ssl.SSLError among it, and BlockedAddressError.
    """
    deadline = Deadline(timeout)
    # The IDNA codec refuses names with empty or long labels.
    with _unusable_names_as_unknown():
        sock = _connect(host, port, deadline, allow_private)
    if is_tls:
        sock = _start_tls(sock, host, deadline, protocol="")
    return OutgoingSocket(sock, deadline, max_size)


@contextmanager
def _unusable_names_as_unknown() -> Iterator[None]:
    try:
        yield
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "unusable name") from None


def _prepare(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> HTTPConnection:
    """Compose the request line and headers, which http.client checks for injected lines, before anything is sent."""
    # urlsplit drops line breaks silently, so they are looked for first.
    parts = urlsplit(url if re.fullmatch(r"[!-~]+", url) else "")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("unusable URL")
    connection_class = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connection_class(parts.hostname, parts.port or connection_class.default_port)
    connection.putrequest(method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    for name, value in {"User-Agent": "Vestibule", "Connection": "close", **headers}.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    return connection


def _connect(host: str, port: int, deadline: Deadline, allow_private: bool) -> socket.socket:
    """Connect to the first address that accepts, each of them checked: the name is not looked up a second time."""
    addresses = _look_up(host, port, deadline)
    if not allow_private and not all(_is_allowed(sockaddr[0]) for *_, sockaddr in addresses):
        raise BlockedAddressError
    for index, (family, socket_type, protocol, _, sockaddr) in enumerate(addresses, start=1):
        sock = socket.socket(family, socket_type, protocol)
        try:
            # An address that swallows packets leaves time for the ones after it.
            sock.settimeout(deadline.seconds_left() / (len(addresses) - index + 1))
            sock.connect(sockaddr)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError:
            sock.close()
            if index == len(addresses):
                raise
    raise OSError("the name has no address")


def _look_up(host: str, port: int, deadline: Deadline) -> list[tuple[Any, ...]]:
    """getaddrinfo in a thread: it knows no timeout, and is left to itself when it takes too long."""
    result: Future[list[tuple[Any, ...]]] = Future()

    def run() -> None:
        try:
            result.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result.result(deadline.seconds_left())


def _is_allowed(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    ip = getattr(parsed, "ipv4_mapped", None) or parsed
    if any(ip in ipaddress.ip_network(network) for network in settings.OUTGOING_PRIVATE_NETWORKS):
        return True
    # Translated and tunnelled addresses (64:ff9b::/96, 2002::/16, 2001::/32) have a second, hidden destination.
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in GLOBAL_UNICAST or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global and not ip.is_multicast


@cache
def tls_context(protocol: str = "http/1.1") -> ssl.SSLContext:
    """The machine's own certificate authorities, or those of the environment's SSL_CERT_FILE."""
    context = ssl.create_default_context()
    if protocol:
        context.set_alpn_protocols([protocol])
    return context


def _start_tls(sock: socket.socket, host: str, deadline: Deadline, protocol: str = "http/1.1") -> ssl.SSLSocket:
    try:
        sock.settimeout(deadline.seconds_left())
        return tls_context(protocol).wrap_socket(sock, server_hostname=host)
    except Exception:
        sock.close()
        raise


class _TimedSocket(io.RawIOBase):
    """As much of a socket as http.client uses, with the deadline over each read and write. It leaves closing the
    socket to its owner: http.client closes it before the answer is read."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock, self.deadline = sock, deadline

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self.sock.settimeout(self.deadline.seconds_left())
            view = view[self.sock.send(view) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.sock.settimeout(self.deadline.seconds_left())
        return self.sock.recv_into(buffer)

    def close(self) -> None:
        pass


class _LimitedSocket(_TimedSocket):
    """Reads at most `size_left` bytes."""

    def __init__(self, sock: socket.socket, deadline: Deadline, max_size: int) -> None:
        super().__init__(sock, deadline)
        self.size_left = max_size

    def readinto(self, buffer: Any) -> int:
        size = super().readinto(buffer)
        self.size_left -= size
        if self.size_left < 0:
            raise OSError("the server sends too much")
        return size


class OutgoingSocket:
    """As much of a socket as imaplib and smtplib use, with the deadline over each read and write."""

    def __init__(self, sock: socket.socket, deadline: Deadline, max_size: int) -> None:
        self.sock, self.deadline = sock, deadline
        self.stream = _LimitedSocket(sock, deadline, max_size)

    def sendall(self, data: bytes) -> None:
        self.stream.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        # Closing the file leaves the connection open.
        return io.BufferedReader(self.stream)

    def start_tls(self, host: str) -> "OutgoingSocket":
        """The same connection with TLS, once the server has agreed to it. Raises OSError."""
        return OutgoingSocket(_start_tls(self.sock, host, self.deadline, ""), self.deadline, self.stream.size_left)

    def seconds_left(self) -> float:
        """Seconds until the deadline; raises TimeoutError when it has passed."""
        return self.deadline.seconds_left()

    def restart(self, seconds: float) -> None:
        """Give what follows on this connection a deadline of its own."""
        self.deadline.restart(seconds)

    def shutdown(self, how: int) -> None:
        self.sock.shutdown(how)

    def close(self) -> None:
        self.sock.close()


def _exchange(connection: HTTPConnection, body: bytes | None, max_size: int) -> Answer:
    # A peer may answer and hang up before it has read the whole body.
    with suppress(BrokenPipeError):
        connection.endheaders(body)
    with connection.getresponse() as response:
        content = response.read(max_size + 1)
        if len(content) > max_size:
            raise AnswerTooLargeError
        # http.client does not look at Content-Length itself when it is asked for a number of bytes.
        if response.length:
            raise IncompleteRead(content, response.length)
        return Answer(response.status, content)
