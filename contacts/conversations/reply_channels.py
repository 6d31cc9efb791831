"""The channels by which a contact can be answered now, each with its address."""

import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import Pro
from config.web.mail import is_answerable

from ..addresses import email_key
from ..channels.whatsapp import WINDOW_HOURS
from ..models import ChannelConnection, Contact, ContactMessage

Channel = ChannelConnection.Channel


class ReplyChannel(NamedTuple):
    """One way to answer a contact; `address` is as the provider knows it, `subject` and `references` are an e-mail's.

    `cc` are the [name, address] of the others who got the e-mail that is answered.

    `is_window_closed`: WhatsApp takes free text for 24 hours after somebody's last message (the customer service
    window), and that time is over.
    """

    channel: str
    connection: ChannelConnection
    address: str
    subject: str = ""
    references: tuple[str, ...] = ()
    is_window_closed: bool = False
    cc: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The channel's name, for e-mail with the address: a contact may have several."""
        name = str(Channel(self.channel).label)
        return f"{name} ({self.address})" if self.channel == Channel.EMAIL else name


def find_reply_channels(contact: Contact) -> list[ReplyChannel]:
    """Reply channels of a contact, the one that they wrote by last first.

    A contact who has never written has none but e-mail. One whose window is closed takes templates only.
    """
    received = ContactMessage.objects.filter(contact=contact, state=ContactMessage.State.RECEIVED).exclude(address="")
    dated: list[tuple[datetime, ReplyChannel]] = []
    for connection in ChannelConnection.objects.for_pro(contact.pro):
        if not connection.is_sending:
            continue
        by_channel = received.filter(channel=connection.channel).order_by("-created_at", "-id")
        last = newest = by_channel.first()
        if newest and newest.is_silent:
            # A program's message is not answered.
            last = by_channel.filter(is_silent=False).first()
        if reply_channel := _reply_channel(contact, connection, last, newest):
            dated.append((last.created_at if last else contact.created_at - timedelta(days=36500), reply_channel))
    return [reply_channel for _at, reply_channel in sorted(dated, key=lambda pair: pair[0], reverse=True)]


def take_free_text(reply_channels: list[ReplyChannel]) -> list[ReplyChannel]:
    """Those that take free text now."""
    return [reply for reply in reply_channels if not reply.is_window_closed]


def find_mail_address(pro: Pro) -> str:
    """The address at which answers to e-mails reach the Pro: that of a connected mailbox, else the Pro's own.

    There they join the conversation.
    """
    connection = ChannelConnection.objects.for_pro(pro).filter(channel=Channel.EMAIL).first()
    return connection.address if connection and connection.is_receiving else pro.email


def find_reply_channel(contact: Contact, channel: str) -> ReplyChannel | None:
    """The contact's reply channel of one channel."""
    return next((reply for reply in find_reply_channels(contact) if reply.channel == channel), None)


def needs_template(message: ContactMessage) -> bool:
    """True for a free text by WhatsApp."""
    return message.channel == Channel.WHATSAPP and not message.template


def is_window_closed(contact_id: uuid.UUID) -> bool:
    """True when WhatsApp takes no free text for a contact any more, or never did."""
    received = ContactMessage.objects.filter(
        contact=contact_id, channel=Channel.WHATSAPP, state=ContactMessage.State.RECEIVED, is_silent=False
    )
    return not received.filter(created_at__gte=_window_start()).exists()


def _window_start() -> datetime:
    return timezone.now() - timedelta(hours=WINDOW_HOURS)


def window_closed_text() -> str:
    """Say why WhatsApp takes no free text."""
    return _("WhatsApp takes free text for 24 hours after somebody's last message. That time is over.")


def _reply_channel(
    contact: Contact, connection: ChannelConnection, last: ContactMessage | None, newest: ContactMessage | None
) -> ReplyChannel | None:
    """`last` is the last message by this channel that a person wrote, `newest` the last one of all."""
    channel = connection.channel
    if channel == Channel.EMAIL:
        return _email_reply_channel(contact, connection, last)
    if last is None or newest is None:
        return None
    is_old = last.created_at < _window_start()
    # WhatsApp's own notice tells the new number of a contact.
    return ReplyChannel(channel, connection, newest.address, is_window_closed=is_old and channel == Channel.WHATSAPP)


def _email_reply_channel(
    contact: Contact, connection: ChannelConnection, last: ContactMessage | None
) -> ReplyChannel | None:
    """Reply to the address of their last message, else to the contact's; None for an address that takes no answers."""
    address = last.address if last and _is_of_contact(contact, last) else contact.email
    if not address or not is_answerable(address):
        return None
    subject = last.subject if last and last.subject else _("Message from %(pro)s") % {"pro": connection.pro.name}
    is_answer = bool(last and last.subject) and not subject.lower().startswith("re:")
    return ReplyChannel(
        connection.channel,
        connection,
        address,
        f"Re: {subject}"[:200] if is_answer else subject[:200],
        tuple(last.references) if last else (),
        cc=_other_recipients(connection, last, address) if last else (),
    )


def _other_recipients(
    connection: ChannelConnection, message: ContactMessage, address: str
) -> tuple[tuple[str, str], ...]:
    """The (name, address) of the others who got an e-mail and can be answered."""
    own = {email_key(each) for each in (connection.address, connection.pro.email, address)}
    return tuple((name, each) for name, each in message.cc if email_key(each) not in own and is_answerable(each))


def _is_of_contact(contact: Contact, message: ContactMessage) -> bool:
    """True if the contact is still known by the sender of an e-mail; after a merge there may be several."""
    # Its answers may go to another address, that of Reply-To.
    senders = [(channel, external_id) for channel, external_id in message.sender]
    return contact.identities.matching([*senders, (Channel.EMAIL, email_key(message.address))]).exists()
