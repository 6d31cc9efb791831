"""Signatures as Standard Webhooks has them. Source: https://github.com/standard-webhooks/standard-webhooks."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 32


def make_secret() -> str:
    """A new secret: "whsec_" and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(id: str, timestamp: int, body: str, keys: Iterable[str]) -> dict[str, str]:
    """The headers of one call: `timestamp` is the time of this attempt in seconds, one signature for each secret."""
    content = f"{id}.{timestamp}.{body}".encode()
    signatures = [f"v1,{_digest(key, content)}" for key in keys]
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(signatures)}


def _digest(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
