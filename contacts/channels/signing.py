"""How a provider proves that it sent something."""

import hashlib
import hmac

from django.utils.crypto import constant_time_compare

from .message import Refused


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the HMAC of the raw body in hexadecimal digits."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def check_signature(secret: str, body: bytes, given: str) -> None:
    """Raises Refused unless `given` is the signature of this body, and when there is no secret to check it with."""
    if not secret or not constant_time_compare(given, signature(secret, body)):
        raise Refused("wrong signature")


def check_secret(secret: str, given: str) -> None:
    """Raises Refused unless `given` is the secret, and when there is none."""
    if not secret or not constant_time_compare(given, secret):
        raise Refused("wrong secret")
