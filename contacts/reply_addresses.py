"""Addresses of the installation's own mails: answers come back at `reply+<token>@REPLY_DOMAIN`, reports on their
delivery at `bounce+<token>@REPLY_DOMAIN`, their sender in the envelope.

A token names what the mail was about, or the mail itself, and is signed, so that nobody can make one up: an answer to
it joins that thread, whoever sends it. Mail systems may change the case of an address, and take 64 characters before
its @ (RFC 5321, 4.5.3.1.1).

An app has a function `find_mail(name)` in its module `returned_mail`: Message-ID and topic of a mail that it names for
`make_bounce_address`, ("", "") for a name of others and for a mail that is gone.
"""

import hmac
import re
import uuid
from base64 import b32decode, b32encode
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

from config.accounts.models import Pro
from config.web.hooks import hooks
from config.web.mail import make_message_id

from .models import ChannelConnection, Contact, ContactMessage
from .topics import INQUIRY, REQUEST, find_owner, make_topic, split_topic

USER, BOUNCE_USER = "reply", "bounce"
MESSAGE = "message"
# Before the name of a mail: "bounce:offer:17".
BOUNCE = "bounce:"
OFFER = "offer"
# One byte for each kind of what a token names; 16 bytes of its id and 15 of the signature follow.
KINDS = {MESSAGE: b"m", REQUEST: b"r", INQUIRY: b"i"}
# Of a mail: the message itself, the acknowledgment of a request or an inquiry, an offer.
MAIL_KINDS = {MESSAGE: b"M", REQUEST: b"R", INQUIRY: b"I", OFFER: b"O"}
NUMBERED = (INQUIRY, OFFER)
ID_BYTES, SIGNATURE_BYTES = 16, 15
TOKEN = re.compile(r"[a-z2-7]{52}")


class Thread(NamedTuple):
    """Pro, contact and topic that an answer belongs to; no contact where it is unknown, or archived."""

    pro: Pro
    contact: Contact | None
    topic: str


def name_message(message: ContactMessage) -> str:
    """Name of the thread of a message, "message:<id>"; that of a topic is the topic."""
    return f"{MESSAGE}:{message.pk}"


def make_reply_address(name: str) -> str:
    """The address for answers to a mail about a message or topic, "" where the installation receives none."""
    if not settings.REPLY_DOMAIN:
        return ""
    return _make_address(USER, KINDS, name)


def make_bounce_address(name: str) -> str:
    """The sender in the envelope of a mail, by its name, such as "offer:17"; "" where the installation receives none.

    "message:<id>" is that message, "request:<id>" and "inquiry:<id>" their acknowledgments.
    """
    return _make_address(BOUNCE_USER, MAIL_KINDS, name) if settings.REPLY_DOMAIN else ""


def _make_address(user: str, kinds: dict[str, bytes], name: str) -> str:
    kind, id = split_topic(name)
    key = int(id).to_bytes(ID_BYTES) if kind in NUMBERED else uuid.UUID(id).bytes
    named = kinds[kind] + key
    token = b32encode(named + _sign(named, settings.SECRET_KEY)).decode().rstrip("=").lower()
    return f"{user}+{token}@{settings.REPLY_DOMAIN}"


def read_reply_address(address: str) -> str:
    """Name of the thread of a reply address, "message:<id>" or a topic, or "bounce:" and the name of a mail.

    "" for an address that we did not make.
    """
    user, _at, domain = address.strip().lower().rpartition("@")
    prefix, _plus, token = user.partition("+")
    if prefix not in (USER, BOUNCE_USER) or domain != settings.REPLY_DOMAIN or not TOKEN.fullmatch(token):
        return ""
    signed = b32decode(token.upper() + "====")
    named, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(hmac.compare_digest(signature, _sign(named, key)) for key in keys):
        return ""
    name = _read_name(MAIL_KINDS if prefix == BOUNCE_USER else KINDS, named)
    return f"{BOUNCE}{name}" if name and prefix == BOUNCE_USER else name


def _read_name(kinds: dict[str, bytes], named: bytes) -> str:
    """The name in a token, "" for one of the other user's kinds."""
    id = named[1:]
    kind = next((kind for kind, byte in kinds.items() if byte == named[:1]), "")
    return make_topic(kind, int.from_bytes(id) if kind in NUMBERED else uuid.UUID(bytes=id)) if kind else ""


def _sign(named: bytes, key: str) -> bytes:
    return salted_hmac("contacts.reply_addresses", named, key, algorithm="sha256").digest()[:SIGNATURE_BYTES]


def find_named(addresses: Iterable[str]) -> str:
    """Name of the thread of the first reply address among these, "" for none."""
    return next((name for address in addresses if (name := read_reply_address(address))), "")


def find_thread(name: str) -> Thread | None:
    """The thread of a message or topic, None when it is gone. Who was merged since answers as the kept contact."""
    if name.startswith(BOUNCE):
        name = _find_mail(name.removeprefix(BOUNCE))[1]
    kind, id = split_topic(name)
    if kind == MESSAGE:
        message = ContactMessage.objects.select_related("pro", "contact__pro").filter(pk=id).first()
        return Thread(message.pro, _unless_archived(message.contact), message.topic) if message else None
    owner = find_owner(name)
    return Thread(owner.pro, _unless_archived(owner.contact), name) if owner else None


def find_bounced_id(name: str) -> str:
    """Message-ID of the mail that a thread's name is about, by the address that a report came to; "" for none."""
    return _find_mail(name.removeprefix(BOUNCE))[0] if name.startswith(BOUNCE) else ""


def _find_mail(name: str) -> tuple[str, str]:
    """Message-ID of a mail, and the name of its thread; ("", "") when it is gone."""
    kind, id = split_topic(name)
    if kind == MESSAGE:
        return make_message_id(id), name
    mails = (module.find_mail(name) for module in hooks("returned_mail", "find_mail"))
    return next((mail for mail in mails if mail[0]), ("", ""))


def _unless_archived(contact: Contact | None) -> Contact | None:
    return contact if contact and not contact.deleted_at else None


def find_mail_address(pro: Pro, name: str) -> str:
    """The address at which answers to a mail about a message or topic reach the Pro.

    They join the conversation by a connected mailbox, else by the installation's reply address; where it has none they
    go to the Pro's own.
    """
    connection = ChannelConnection.objects.for_pro(pro).filter(channel=ChannelConnection.Channel.EMAIL).first()
    if connection and connection.is_receiving:
        return connection.address
    return make_reply_address(name) or pro.email


def reply_connection(pro: Pro | None = None) -> ChannelConnection:
    """The installation's own inbound e-mail, as a connection that is stored nowhere."""
    return ChannelConnection(
        pro=pro,
        channel=ChannelConnection.Channel.EMAIL,
        provider=settings.REPLY_PROVIDER,
        # That of every token: see `mail_machines.is_own`.
        address=f"{USER}@{settings.REPLY_DOMAIN}",
        secret=settings.REPLY_WEBHOOK_SECRET,
    )
