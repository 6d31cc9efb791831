"""Calls whose address comes from outside reach public addresses alone, unless the operator allows a network."""

import socket

import pytest

from config import outgoing
from config.outgoing import Answer, BlockedAddressError, UnreachableError

from .peer import PUBLIC, fail, get

OWN_MACHINE = [
    *("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0"),
    *("[::1]", "[::ffff:127.0.0.1]"),
]
PRIVATE = [
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1"),
    *("224.0.0.1", "240.0.0.1", "255.255.255.255", "0.1.2.3", "::", "::1", "fe80::1", "fe80::1%lo", "fc00::1"),
    *("fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1"),
    # IPv4 addresses within IPv6: 6to4, Teredo, NAT64.
    *("2002:a00:1::1", "2001:0:a00:1::1", "64:ff9b::a00:1", "64:ff9b:1::a00:1"),
]


def test_the_own_machine_is_refused(peer, subtests):
    for host in OWN_MACHINE:
        with subtests.test(host):
            assert fail(f"http://{host}:{peer.port}", allow_private=False)[0] is BlockedAddressError
    assert peer.connections == 0


def test_a_name_with_a_private_address_is_refused(resolve_to, subtests):
    for address in PRIVATE:
        resolve_to(address)
        with subtests.test(address):
            reason = fail("http://rebound.example", allow_private=False)
            assert reason == (BlockedAddressError, "BlockedAddressError")


def test_a_name_with_a_public_and_a_private_address_is_refused(peer, resolve_to):
    resolve_to(PUBLIC, "127.0.0.1")
    assert fail(f"http://mixed.example:{peer.port}", allow_private=False)[0] is BlockedAddressError
    assert peer.connections == 0


@pytest.mark.parametrize("address", [PUBLIC, "::ffff:93.184.215.14", "2606:4700::1111"])
def test_a_public_address_is_connected_to(resolve_to, monkeypatch, address):
    """As far as an attempt: the network of the tests may have no way there."""
    attempts = []

    def connect(sock: socket.socket, target: tuple[str, int]) -> None:
        attempts.append(target)
        raise ConnectionRefusedError

    resolve_to(address)
    monkeypatch.setattr(outgoing.socket, "socket", type("Socket", (socket.socket,), {"connect": connect}))
    assert fail("http://public.example", allow_private=False) == (UnreachableError, "ConnectionRefusedError")
    assert attempts == [(address, 80)]


@pytest.mark.parametrize(
    ("networks", "is_allowed"),
    [(["127.0.0.1"], True), (["10.0.0.0/8", "127.0.0.0/8"], True), (["127.0.0.2", "::/0"], False)],
)
def test_networks_that_the_operator_allows(peer, settings, networks, is_allowed):
    settings.OUTGOING_PRIVATE_NETWORKS = networks
    if is_allowed:
        assert get(peer.url, allow_private=False) == Answer(200, b"hi")
    else:
        assert fail(peer.url, allow_private=False)[0] is BlockedAddressError


def test_a_name_is_looked_up_once(peer, resolve_to, settings):
    """Connecting to the checked address, whatever the name resolves to a moment later."""
    settings.OUTGOING_PRIVATE_NETWORKS = ["127.0.0.1"]
    names = resolve_to("127.0.0.1")
    assert get(f"http://once.example:{peer.port}", allow_private=False) == Answer(200, b"hi")
    assert names == ["once.example"]
