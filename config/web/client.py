"""IP address of the client."""

import contextlib
import ipaddress
from functools import cache

from django.conf import settings
from django.http import HttpRequest


@cache
def _parse_networks(networks: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(network) for network in networks]


def _normalize(address: str) -> str:
    """Canonical form of an IP address, without a zone: "::ffff:10.0.0.1" -> "10.0.0.1". Raises ValueError."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def is_proxy(address: str) -> bool:
    """True for an address in TRUSTED_PROXIES."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _parse_networks(tuple(settings.TRUSTED_PROXIES)))


def is_by_proxy(request: HttpRequest) -> bool:
    """True for a request that a proxy in TRUSTED_PROXIES hands on, whose headers are believed."""
    return is_proxy(_peer(request))


def _peer(request: HttpRequest) -> str:
    """Address of whoever is connected. Who comes by a Unix socket has none, and is on this machine."""
    with contextlib.suppress(ValueError):
        return _normalize(request.META.get("REMOTE_ADDR") or "")
    return "127.0.0.1"


def is_listed(request: HttpRequest, networks: list[str]) -> bool:
    """True if the client's address is in one of these networks, and known.

    Behind a proxy that is not trusted it is the proxy's: whoever comes through it would be on this machine.
    """
    if "HTTP_X_FORWARDED_FOR" in request.META and not is_by_proxy(request):
        return False
    address = ipaddress.ip_address(client_ip(request))
    return any(address in network for network in _parse_networks(tuple(networks)))


def client_place(request: HttpRequest) -> str:
    """Client address for rate limits: an IPv4 address, or the /64 network of an IPv6 address (one household)."""
    address = client_ip(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def logged_address(request: HttpRequest) -> str:
    """The client's address as LOG_CLIENT_ADDRESS wants it: "", its network (/24, of IPv6 /48), or all of it."""
    if settings.LOG_CLIENT_ADDRESS == "none":
        return ""
    address = client_ip(request)
    if settings.LOG_CLIENT_ADDRESS == "full":
        return address
    size = 48 if ":" in address else 24
    try:
        return str(ipaddress.ip_network(f"{address}/{size}", strict=False))
    except ValueError:
        return ""


def client_attempts(request: HttpRequest) -> str:
    """The client's place as one address, for tables that hold addresses: the first one of an IPv6 /64."""
    return client_place(request).partition("/")[0]


def client_ip(request: HttpRequest) -> str:
    """IP address of the client.

    `X-Forwarded-For` is read from the right, only as far as TRUSTED_PROXIES wrote it, so a client cannot forge its
    address by sending the header. If an entry is no address, the proxy that added it is the client.
    """
    address = _peer(request)
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while is_proxy(address) and hops:
        hop = hops.pop().strip()
        try:
            address = _normalize(hop)
        except ValueError:
            break
    return address
