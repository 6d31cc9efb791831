"""Addresses at REPLY_DOMAIN that nobody can make up: "bounce+<token>@…", where the token holds a few bytes, signed.

Mail systems may change the case of an address, and take 64 characters before its @ (RFC 5321, 4.5.3.1.1).
"""

import hmac
import re
from base64 import b32decode, b32encode

from django.conf import settings
from django.utils.crypto import salted_hmac

# Of the sender in the envelope of our own mails, to which reports on their delivery come back.
BOUNCE_USER = "bounce"
NAMED_BYTES, SIGNATURE_BYTES = 17, 15
TOKEN = re.compile(r"[a-z2-7]{52}")


def make_token(named: bytes) -> str:
    """Token of NAMED_BYTES bytes, in small letters and digits."""
    return b32encode(named + _sign(named, settings.SECRET_KEY)).decode().rstrip("=").lower()


def read_token(token: str) -> bytes:
    """The bytes in a token, b"" for one that we did not make."""
    if not TOKEN.fullmatch(token):
        return b""
    signed = b32decode(token.upper() + "====")
    named, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return named if any(hmac.compare_digest(signature, _sign(named, key)) for key in keys) else b""


def make_address(user: str, token: str) -> str:
    """The address of a token, "" where the installation receives no mail."""
    return f"{user}+{token}@{settings.REPLY_DOMAIN}" if settings.REPLY_DOMAIN else ""


def read_address(address: str) -> tuple[str, bytes]:
    """User and bytes of an address; ("", b"") for one that we did not make."""
    local, _at, domain = address.strip().lower().rpartition("@")
    user, _plus, token = local.partition("+")
    named = read_token(token) if domain == settings.REPLY_DOMAIN else b""
    return (user, named) if named else ("", b"")


def _sign(named: bytes, key: str) -> bytes:
    # The salt is that of addresses in mails of earlier releases.
    return salted_hmac("contacts.reply_addresses", named, key, algorithm="sha256").digest()[:SIGNATURE_BYTES]
