"""Mails to a Pro and to its users, apart from those to people outside: whose they were when they come back.

Such a mail has a token like that of any other (`contacts.reply_addresses`). It holds the Pro or user, and a fingerprint
of the address, so that a report tells which address it is about: an account may have another one by then.
"""

import hashlib
from typing import NamedTuple

from config.web.signed_addresses import make_token
from config.web.text import email_key

from .models import BouncedAddress, Pro, User

# Before the bytes of a token, in a name: "notice:50…".
NOTICE = "notice:"
OF_PRO, OF_USER = b"P", b"U"
ID_BYTES, FINGERPRINT_BYTES = 8, 8


class Notice(NamedTuple):
    """A mail of these: its Pro (none for staff), addresses that it may have gone to, and the fingerprint of its own."""

    pro: Pro | None
    known: tuple[str, ...]
    fingerprint: bytes
    kind: str


def make_notice_token(of: Pro | User, address: str) -> str:
    """Token of a mail to `address`, about an account or to a Pro."""
    kind = OF_PRO if isinstance(of, Pro) else OF_USER
    return make_token(kind + of.pk.to_bytes(ID_BYTES) + _fingerprint(address))


def name_notice(named: bytes) -> str:
    """Name of a mail by the bytes of its token, "" for those of another kind."""
    return f"{NOTICE}{named.hex()}" if named[:1] in (OF_PRO, OF_USER) else ""


def find_notice(name: str) -> Notice | None:
    """The mail of a name, None when its Pro or user is gone."""
    named = bytes.fromhex(name.removeprefix(NOTICE))
    id, fingerprint = int.from_bytes(named[1 : 1 + ID_BYTES]), named[1 + ID_BYTES :]
    if named[:1] == OF_PRO:
        pro = Pro.objects.filter(pk=id).first()
        return Notice(pro, (pro.email,), fingerprint, BouncedAddress.Mail.NOTIFICATION) if pro else None
    user = User.objects.select_related("pro").filter(pk=id).first()
    return Notice(user.pro, (user.email,), fingerprint, BouncedAddress.Mail.ACCOUNT) if user else None


def note_returned_notice(name: str, *, recipient: str, reason: str = BouncedAddress.Reason.GONE) -> None:
    """Note the address of a mail that came back, if a report names it or it still is that of the Pro or user."""
    notice = find_notice(name)
    if notice is None or notice.pro is None:
        return
    address = next((each for each in (recipient, *notice.known) if _fingerprint(each) == notice.fingerprint), "")
    if address:
        BouncedAddress.objects.note(notice.pro, address, reason=reason, mail=notice.kind)


def _fingerprint(address: str) -> bytes:
    return hashlib.sha256(email_key(address).encode()).digest()[:FINGERPRINT_BYTES]
