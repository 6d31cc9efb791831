"""Keys by which push services know this installation (VAPID, RFC 8292), and the signature of one call.

The first key of VAPID_PRIVATE_KEY is the present one; without any it comes from SECRET_KEY. A browser subscribes with
the present one, and is sent to by the key with which it subscribed, as long as that is among the former ones.
"""

import base64
import hashlib
import hmac
import json
import time
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

CURVE = ec.SECP256R1()
# The order of its group (SEC 2, 2.4.2).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# RFC 8292 allows a day.
VALID_FOR = 12 * 3600


class VapidKey(NamedTuple):
    """A key pair; `public` is what a browser is given, in base64url."""

    private: ec.EllipticCurvePrivateKey
    public: str


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def public_key() -> str:
    """The present public key."""
    return _keys()[0].public


def find_key(public: str) -> VapidKey | None:
    """The present or a former key, None for one that is not known any more."""
    return next((key for key in _keys() if key.public == public), None)


def sign_call(endpoint: str, key: VapidKey) -> str:
    """The header Authorization of a call to the endpoint's push service."""
    parts = urlsplit(endpoint)
    site = settings.SITE_URL
    contact = site if site.startswith("https://") else f"mailto:postmaster@{urlsplit(site).hostname}"
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + VALID_FOR, "sub": contact}
    signed = ".".join(to_base64url(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.private.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"vapid t={signed}.{to_base64url(r.to_bytes(32) + s.to_bytes(32))}, k={key.public}"


def make_key(number: int) -> VapidKey:
    """The key pair of a private number. Raises ValueError for one that is out of range."""
    private = ec.derive_private_key(number, CURVE)
    return VapidKey(
        private, to_base64url(private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    )


def _keys() -> tuple[VapidKey, ...]:
    return _make_keys(tuple(settings.VAPID_PRIVATE_KEY), (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _make_keys(given: tuple[str, ...], secrets: tuple[str, ...]) -> tuple[VapidKey, ...]:
    own = [int.from_bytes(from_base64url(text)) for text in given]
    # One that is given later leaves the derived one known.
    return tuple(make_key(number) for number in (*own, *(_derive(secret) for secret in secrets)))


def _derive(secret: str) -> int:
    digest = hmac.digest(secret.encode(), b"vestibule VAPID key", hashlib.sha512)
    return int.from_bytes(digest) % (ORDER - 1) + 1
