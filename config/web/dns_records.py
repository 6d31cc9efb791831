"""TXT records in DNS, asked of the machine's own resolver: the standard library looks up addresses alone.

Source: RFC 1035, sections 3.3.14, 4.1 and 4.2. What an answer says is only shown, so that no signature is checked.
"""

import secrets
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

RESOLV_CONF = Path("/etc/resolv.conf")
PORT, SECONDS = 53, 5.0
TXT, INTERNET = 16, 1
TRUNCATED, RECURSION_WANTED = 0x0200, 0x0100
NO_ERROR, NO_SUCH_NAME = 0, 3
MAX_SERVERS, MAX_DATAGRAM = 3, 65_535


class DnsError(Exception):
    """No resolver gave an answer that can be read."""


def read_texts(name: str) -> list[str]:
    """The TXT records of a name, none where there is no such name. Raises DnsError."""
    try:
        query = _make_query(name)
    except (UnicodeError, struct.error, ValueError):
        raise DnsError("the name cannot be asked for") from None
    for server in find_servers():
        with suppress(OSError, struct.error, IndexError):
            answer = _ask(server, query)
            if (code := answer[3] & 0x0F) in (NO_ERROR, NO_SUCH_NAME):
                return list(_read_dns_answer(answer)) if code == NO_ERROR else []
    raise DnsError("no resolver answers")


def find_servers() -> list[tuple[str, int]]:
    """The resolvers of this machine, as address and port."""
    lines = RESOLV_CONF.read_text(errors="replace").splitlines() if RESOLV_CONF.exists() else []
    words = [line.split() for line in lines]
    return [(line[1], PORT) for line in words if len(line) > 1 and line[0] == "nameserver"][:MAX_SERVERS]


def _make_query(name: str) -> bytes:
    labels = name.encode("idna").split(b".")
    asked = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    header = struct.pack(">HHHHHH", secrets.randbits(16), RECURSION_WANTED, 1, 0, 0, 0)
    return header + asked + struct.pack(">HH", TXT, INTERNET)


def _ask(server: tuple[str, int], query: bytes) -> bytes:
    """The answer of one resolver: by UDP, and by TCP when it has no room there."""
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.settimeout(SECONDS)
        # From there alone.
        udp.connect(server)
        udp.send(query)
        answer = udp.recv(MAX_DATAGRAM)
    if answer[:2] != query[:2]:
        raise OSError("another answer")
    return _ask_by_tcp(server, query) if struct.unpack(">H", answer[2:4])[0] & TRUNCATED else answer


def _ask_by_tcp(server: tuple[str, int], query: bytes) -> bytes:
    with socket.create_connection(server, SECONDS) as tcp, tcp.makefile("rb") as file:
        tcp.sendall(struct.pack(">H", len(query)) + query)
        (length,) = struct.unpack(">H", file.read(2))
        return file.read(length)


def _read_dns_answer(answer: bytes) -> Iterator[str]:
    """The texts in an answer, each of its parts put together."""
    questions, records = struct.unpack(">HH", answer[4:8])
    at = 12
    for _question in range(questions):
        at = _skip_name(answer, at) + 4
    for _record in range(records):
        at = _skip_name(answer, at)
        kind, _class, _seconds, length = struct.unpack(">HHIH", answer[at : at + 10])
        at += 10
        if kind == TXT:
            yield "".join(_read_parts(answer[at : at + length]))
        at += length


def _skip_name(answer: bytes, at: int) -> int:
    """The place after a name, which ends with an empty label or with a pointer."""
    while length := answer[at]:
        if length & 0xC0:
            return at + 2
        at += 1 + length
    return at + 1


def _read_parts(data: bytes) -> Iterator[str]:
    at = 0
    while at < len(data):
        yield data[at + 1 : at + 1 + data[at]].decode("ascii", "replace")
        at += 1 + data[at]
