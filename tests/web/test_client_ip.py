"""Client address behind proxies, and with forged headers."""

import pytest
from django.test import RequestFactory

from config.web.client import client_attempts, client_ip, client_place


def seen(remote="203.0.113.7", forwarded=None):
    environ = {"REMOTE_ADDR": remote}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    return client_ip(RequestFactory().get("/", **environ))


@pytest.mark.parametrize("forwarded", [None, "", "192.0.2.1", "192.0.2.1, 10.0.0.1", "10.0.0.1"])
def test_without_trusted_proxies_the_header_says_nothing(settings, forwarded):
    settings.TRUSTED_PROXIES = []
    assert seen(forwarded=forwarded) == "203.0.113.7"


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.1", " 192.0.2.1 ,10.0.0.2 , 10.0.0.3", "192.0.2.1"),
        # What stands left of an address that no proxy of ours wrote was sent by the caller.
        ("10.0.0.1", "198.51.100.9, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "10.0.0.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.1", "127.0.0.1, 192.0.2.1", "192.0.2.1"),
        ("203.0.113.7", "192.0.2.1", "203.0.113.7"),
        # Nothing, or nothing that is an address: the proxy itself.
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "192.0.2.1\x00", "10.0.0.1"),
        ("10.0.0.1", "999.1.1.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        # An IPv4 address in IPv6 clothes, as a socket for both reports it.
        ("::ffff:10.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"),
        # IPv6, written in one way.
        ("2001:db8::1", "2001:DB8:1:0:0:0:0:7", "2001:db8:1::7"),
        ("2001:db8::1", "192.0.2.1", "192.0.2.1"),
        ("2001:db9::1", "192.0.2.1", "2001:db9::1"),
    ],
)
def test_the_header_is_read_as_far_as_trusted_proxies_wrote_it(settings, remote, forwarded, address):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8::/64"]
    assert seen(remote, forwarded) == address


@pytest.mark.parametrize(
    ("remote", "place", "counted"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::7", "2001:db8:1:2::/64", "2001:db8:1:2::"),
        ("fe80::7%eth0", "fe80::/64", "fe80::"),
    ],
)
def test_a_place_is_an_address_or_a_household(remote, place, counted):
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    assert (client_place(request), client_attempts(request)) == (place, counted)


def test_a_very_long_header_is_no_trouble(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert seen("10.0.0.1", ",".join(["192.0.2.1"] + ["10.0.0.2"] * 2000)) == "192.0.2.1"
    assert seen("10.0.0.1", "x" * 8000) == "10.0.0.1"


@pytest.mark.parametrize("remote", ["", None, "unix:"])
def test_behind_a_socket_there_is_no_address(settings, remote):
    # gunicorn on a Unix socket gives none: the proxy is on this machine.
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert seen(remote) == "127.0.0.1"
    assert seen(remote, "192.0.2.1") == "192.0.2.1"
