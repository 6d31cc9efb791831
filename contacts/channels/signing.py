"""Check that a provider sent a call."""

import hashlib
import hmac

from django.utils.crypto import constant_time_compare

from .message import RefusedError


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the HMAC of the raw body in hexadecimal digits."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def check_signature(secret: str, body: bytes, given: str) -> None:
    """Raise RefusedError unless `given` is the body's signature, and when there is no secret to verify it with."""
    if not secret or not constant_time_compare(given, signature(secret, body)):
        raise RefusedError("wrong signature")


def check_secret(secret: str, given: str) -> None:
    """Raise RefusedError unless `given` is the secret, and when there is no secret."""
    if not secret or not constant_time_compare(given, secret):
        raise RefusedError("wrong secret")
