"""SPF, DMARC and DKIM of our domains, asked of a resolver by `manage.py doctor --dns`."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from config.web import dns_records
from config.web.dns_records import DnsError, read_texts
from config.web.mail_records import check_mail_records


def bind_same_port() -> tuple[socket.socket, socket.socket]:
    """A socket for UDP and one that listens for TCP, on one port that was free for both."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(udp.getsockname())
        except OSError:
            udp.close()


class Resolver:
    """A resolver on a real port. `texts` are the TXT records of names; those in `long` are answered by TCP alone."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.long: set[str] = set()
        self.code = 0
        self.reply: bytes | None = None
        self.udp, self.tcp = bind_same_port()
        self.address = self.udp.getsockname()
        for serve in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def serve_udp(self) -> None:
        with suppress(OSError):
            # An empty one says that the socket is shut.
            while (received := self.udp.recvfrom(1000))[0]:
                query, caller = received
                self.udp.sendto(self.answer(query, is_long_left_out=True), caller)

    def serve_tcp(self) -> None:
        with suppress(OSError):
            while True:
                sock, _caller = self.tcp.accept()
                with sock, sock.makefile("rb") as file:
                    query = file.read(struct.unpack(">H", file.read(2))[0])
                    answer = self.answer(query)
                    sock.sendall(struct.pack(">H", len(answer)) + answer)

    def answer(self, query: bytes, *, is_long_left_out: bool = False) -> bytes:
        if self.reply is not None:
            return query[:2] + self.reply
        name = self.name_in(query)
        if is_long_left_out and name in self.long:
            return query[:2] + struct.pack(">HHHHH", 0x8380, 1, 0, 0, 0) + query[12:]
        code = self.code or (0 if name in self.texts else 3)
        # An alias before it, and names as pointers to the question's.
        records = [struct.pack(">HHHIH", 0xC00C, 5, 1, 60, 2) + b"\xc0\x0c"]
        for text in self.texts.get(name, []):
            parts = [text[i : i + 255].encode() for i in range(0, len(text), 255)]
            data = b"".join(bytes([len(part)]) + part for part in parts)
            records.append(struct.pack(">HHHIH", 0xC00C, 16, 1, 60, len(data)) + data)
        header = struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return query[:2] + header + query[12:] + b"".join(records)

    @staticmethod
    def name_in(query: bytes) -> str:
        at, labels = 12, []
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode())
            at += 1 + length
        return ".".join(labels)

    def stop(self) -> None:
        # accept() and recvfrom() go on waiting when their socket is only closed.
        for sock in (self.udp, self.tcp):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


@pytest.fixture
def resolver(monkeypatch, settings) -> Iterator[Resolver]:
    settings.DEFAULT_FROM_EMAIL, settings.REPLY_DOMAIN = "Desk <desk@mail.example.com>", "reply.example.com"
    resolver = Resolver()
    monkeypatch.setattr(dns_records, "find_servers", lambda: [resolver.address])
    yield resolver
    resolver.stop()


def states():
    return {name: (state, text) for name, state, text, _advice in check_mail_records()}


def test_what_is_there_is_shown(resolver):
    spf, dmarc = "v=spf1 include:mail.example.net ~all", "v=DMARC1; p=quarantine"
    resolver.texts = {
        "mail.example.com": ["another record", spf],
        "reply.example.com": ["V=SPF1 -all"],
        "_dmarc.example.com": [dmarc],
    }
    assert states() == {
        "dns: SPF of mail.example.com": ("ok", spf),
        "dns: SPF of reply.example.com": ("ok", "V=SPF1 -all"),
        "dns: DMARC of mail.example.com": ("ok", f"_dmarc.example.com: {dmarc}"),
        "dns: DKIM of mail.example.com": ("warn", "not looked up, as its name is not known here"),
    }


def test_what_is_missing_or_wrong_has_its_advice(resolver):
    resolver.texts = {
        "mail.example.com": ["v=spf1 +all"],
        "reply.example.com": ["v=spf1 ~all", "v=spf1 -all"],
        "_dmarc.mail.example.com": ["v=DMARC1; p=none", "v=DMARC1; p=reject"],
    }
    assert [line[1:] for line in check_mail_records()][:3] == [
        ("fail", "v=spf1 +all", "It lets any machine send for the domain: end it with ~all."),
        ("fail", "there are 2 records, and others take none", "Make one record of them."),
        (
            "fail",
            "_dmarc.mail.example.com has 2 records, and others take none",
            "Make one record of them.",
        ),
    ]
    resolver.texts = {}
    assert [line[1:3] for line in check_mail_records()][:3] == [("warn", "there is no record")] * 3


def test_a_resolver_that_fails_leaves_the_questions(resolver):
    for code, reply in ((2, None), (0, b""), (0, b"\x81\x80\0\1\0\1"), (0, b"\x81\x80\0\1\0\1\0\0\0\0\x3f")):
        resolver.code, resolver.reply = code, reply
        lines = list(check_mail_records())
        assert [(state, text) for _name, state, text, _advice in lines][:3] == [
            ("warn", "not looked up: no resolver answers")
        ] * 3
        assert lines[2][3].startswith("Ask dig +short TXT _dmarc.mail.example.com;")


def test_a_long_answer_comes_by_tcp(resolver):
    text = "v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(200))
    resolver.texts, resolver.long = {"mail.example.com": [text]}, {"mail.example.com"}
    assert read_texts("mail.example.com") == [text]


def test_names_that_cannot_be_asked_for(resolver):
    for name in ("a" * 64 + ".example.com", "..", "a..b"):
        with pytest.raises(DnsError):
            read_texts(name)


def test_the_resolvers_of_the_machine(tmp_path, monkeypatch):
    path = tmp_path / "resolv.conf"
    monkeypatch.setattr(dns_records, "RESOLV_CONF", path)
    assert dns_records.find_servers() == []
    path.write_text("# nameserver 192.0.2.9\nsearch example.com\nnameserver 192.0.2.1\nnameserver ::1\nnameserver\n")
    assert dns_records.find_servers() == [("192.0.2.1", 53), ("::1", 53)]
    path.write_text("")
    with pytest.raises(DnsError, match="no resolver answers"):
        read_texts("example.com")
