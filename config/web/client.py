"""Who is at the other end of the line."""

import contextlib
import ipaddress
from functools import cache

from django.conf import settings
from django.http import HttpRequest


@cache
def _trusted(networks: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(network) for network in networks]


def _plain(address: str) -> str:
    """`address` written in the one usual way; ValueError when it is none. `::ffff:10.0.0.1` is 10.0.0.1."""
    parsed = ipaddress.ip_address(address)
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _is_proxy(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _trusted(tuple(settings.TRUSTED_PROXIES)))


def client_place(request: HttpRequest) -> str:
    """Where the caller is, for counting: the address, or the /64 of an IPv6 one, which is one household's."""
    address = client_ip(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def client_ip(request: HttpRequest) -> str:
    """The caller's address.

    `X-Forwarded-For` is read from the right and only as far as TRUSTED_PROXIES wrote it, so a caller who
    sends the header gains nothing. What is not an address counts as the proxy that passed it on.
    """
    address = request.META.get("REMOTE_ADDR") or "127.0.0.1"
    with contextlib.suppress(ValueError):
        address = _plain(address)
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while _is_proxy(address) and hops:
        hop = hops.pop().strip()
        try:
            address = _plain(hop)
        except ValueError:
            break
    return address
