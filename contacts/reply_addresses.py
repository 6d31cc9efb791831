"""Addresses of the installation's own mails: answers come back at `reply+<token>@REPLY_DOMAIN`, reports on their
delivery at `bounce+<token>@REPLY_DOMAIN`, their sender in the envelope.

A token names what the mail was about, or the mail itself, and is signed, so that nobody can make one up: an answer to
it joins that thread, whoever sends it. Those of mails about accounts and to the Pros: `config.accounts.notices`.

An app has a function `find_mail(name)` in its module `returned_mail`: Message-ID and topic of a mail that it names for
`make_bounce_token`, ("", "") for a name of others and for a mail that is gone.
"""

import uuid
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings

from config.accounts.models import Pro
from config.accounts.notices import NOTICE, find_notice, name_notice
from config.web.hooks import hooks
from config.web.mail import make_message_id
from config.web.signed_addresses import BOUNCE_USER, make_address, make_token, read_address, read_token

from .models import ChannelConnection, Contact, ContactMessage
from .topics import INQUIRY, REQUEST, find_owner, make_topic, split_topic

USER = "reply"
MESSAGE = "message"
# Before the name of a mail: "bounce:offer:17".
BOUNCE = "bounce:"
OFFER = "offer"
# One byte for each kind of what a token names; 16 bytes of its id follow.
KINDS = {MESSAGE: b"m", REQUEST: b"r", INQUIRY: b"i"}
# Of a mail: the message itself, the acknowledgment of a request or an inquiry, an offer.
MAIL_KINDS = {MESSAGE: b"M", REQUEST: b"R", INQUIRY: b"I", OFFER: b"O"}
NUMBERED = (INQUIRY, OFFER)
ID_BYTES = 16


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
    return make_address(USER, _make_token(KINDS, name)) if settings.REPLY_DOMAIN else ""


def make_bounce_token(name: str) -> str:
    """Token of a mail by its name, such as "offer:17", for `mail.send`.

    "message:<id>" is that message, "request:<id>" and "inquiry:<id>" their acknowledgments.
    """
    return _make_token(MAIL_KINDS, name)


def _make_token(kinds: dict[str, bytes], name: str) -> str:
    kind, id = split_topic(name)
    key = int(id).to_bytes(ID_BYTES) if kind in NUMBERED else uuid.UUID(id).bytes
    return make_token(kinds[kind] + key)


def read_reply_address(address: str) -> str:
    """Name of the thread of a reply address, "message:<id>" or a topic, or "bounce:" and the name of a mail.

    "notice:…" is a mail about an account, or one to the Pro itself; "" an address that we did not make.
    """
    user, named = read_address(address)
    return _name_mail(named) if user == BOUNCE_USER else _read_name(KINDS, named) if user == USER else ""


def read_bounce_token(token: str) -> str:
    """Name of a mail as `read_reply_address` gives it, "" for a token that we did not make."""
    return _name_mail(read_token(token))


def _name_mail(named: bytes) -> str:
    name = _read_name(MAIL_KINDS, named)
    return f"{BOUNCE}{name}" if name else name_notice(named)


def _read_name(kinds: dict[str, bytes], named: bytes) -> str:
    """The name in a token, "" for one of the other user's kinds."""
    id = named[1:]
    kind = next((kind for kind, byte in kinds.items() if byte == named[:1]), "")
    return make_topic(kind, int.from_bytes(id) if kind in NUMBERED else uuid.UUID(bytes=id)) if kind else ""


def find_named(addresses: Iterable[str]) -> str:
    """Name of the thread of the first reply address among these, "" for none."""
    return next((name for address in addresses if (name := read_reply_address(address))), "")


def find_thread(name: str) -> Thread | None:
    """The thread of a message or topic, None when it is gone. Who was merged since answers as the kept contact.

    That of a notice has no contact: nothing joins it.
    """
    if name.startswith(NOTICE):
        notice = find_notice(name)
        return Thread(notice.pro, None, "") if notice and notice.pro else None
    if name.startswith(BOUNCE):
        name = _find_mail(name.removeprefix(BOUNCE))[1]
    kind, id = split_topic(name)
    if kind == MESSAGE:
        message = ContactMessage.objects.select_related("pro", "contact__pro").filter(pk=id).first()
        return Thread(message.pro, _unless_archived(message.contact), message.topic) if message else None
    owner = find_owner(name)
    return Thread(owner.pro, _unless_archived(owner.contact), name) if owner else None


def split_mail(name: str) -> tuple[str, str]:
    """Kind and id of the mail that a thread's name is about, ("", "") for that of no mail."""
    return split_topic(name.removeprefix(BOUNCE)) if name.startswith(BOUNCE) else ("", "")


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
