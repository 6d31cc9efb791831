"""Peers, with and without TLS, and a resolver that says what a test wants."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.outgoing import tls_context

from .peer import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.stop()


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Makes every name resolve to these addresses, and returns the names that are looked up."""

    def use(*addresses: str) -> list[str]:
        names: list[str] = []

        def getaddrinfo(host: str, port: int, **options: object) -> list[object]:
            names.append(host)
            families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
            pairs = zip(families, addresses, strict=True)
            return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for family, address in pairs]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return names

    return use


def certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate for localhost, valid for a day, that is its own authority."""
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")]), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.sign(key, hashes.SHA256())


@pytest.fixture
def tls_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """A peer with a certificate for localhost, which the machine trusts."""
    key, path = ec.generate_private_key(ec.SECP256R1()), tmp_path / "peer.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + certificate(key).public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls_context.cache_clear()
    peer = Peer(context)
    yield peer
    peer.stop()
    tls_context.cache_clear()
