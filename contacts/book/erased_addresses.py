"""Keyed hashes of erased persons' addresses: an import recognises them, and nobody can read them.

The key is the installation's own, stored encrypted, so that rows alone tell nothing: phone numbers are few enough to be
tried. A message or form of the person's own is received as anybody's.
"""

import hmac
import secrets
from collections.abc import Collection

from config.accounts.models import Pro

from ..addresses import email_key
from ..models import ErasedAddress, MarkKey

Address = tuple[str, str]  # channel and external id


def mark_addresses(pro: Pro, addresses: Collection[Address]) -> None:
    """Keep the hashes of these addresses."""
    key = _find_keys()[-1:] or [_make_key()]
    rows = [ErasedAddress(pro=pro, digest=_digest(key[0], pro, address)) for address in sorted(addresses)]
    ErasedAddress.objects.bulk_create(rows, ignore_conflicts=True)


def find_marked(pro: Pro, addresses: Collection[Address]) -> set[Address]:
    """Those of these addresses that were marked."""
    if not addresses or not ErasedAddress.objects.filter(pro=pro).exists():
        return set()
    by_digest = {_digest(key, pro, address): address for key in _find_keys() for address in addresses}
    known = ErasedAddress.objects.filter(pro=pro, digest__in=by_digest).values_list("digest", flat=True)
    return {by_digest[digest] for digest in known}


def _find_keys() -> list[str]:
    """The keys that SECRET_KEY opens, oldest first."""
    return [row.secret for row in MarkKey.objects.order_by("pk") if row.secret]


def _make_key() -> str:
    return MarkKey.objects.create(secret=secrets.token_urlsafe(32)).secret


def _digest(key: str, pro: Pro, address: Address) -> str:
    channel, external_id = address
    text = f"{pro.pk}\n{channel}\n{email_key(external_id.strip())}"
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()
