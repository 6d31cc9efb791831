"""By which channels a contact can be answered, and how."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from config.web.mail import is_answerable

from .addresses import email_key
from .channels.whatsapp import WINDOW_HOURS
from .models import ChannelConnection, Contact, ContactMessage


class Way(NamedTuple):
    """A way to a contact: to `address`, as the provider knows it; `subject` and `references` are those of an e-mail.

    `is_late`: WhatsApp takes free text for 24 hours after somebody's last message, and that time is over.
    """

    channel: str
    connection: ChannelConnection
    address: str
    subject: str = ""
    references: tuple[str, ...] = ()
    is_late: bool = False

    @property
    def label(self) -> str:
        """Its name, with the address of an e-mail: somebody may have several."""
        name = str(ChannelConnection.Channel(self.channel).label)
        return f"{name} ({self.address})" if self.channel == ChannelConnection.Channel.EMAIL else name


def ways(contact: Contact) -> list[Way]:
    """The ways to a contact, the one by which they wrote last first. Who has never written has none, but for e-mail."""
    connections = {found.channel: found for found in ChannelConnection.objects.for_pro(contact.pro)}
    received = ContactMessage.objects.filter(contact=contact, state=ContactMessage.State.RECEIVED).exclude(address="")
    found: list[tuple[datetime, Way]] = []
    for channel, connection in connections.items():
        if not connection.is_sending:
            continue
        by_this = received.filter(channel=channel).order_by("-created_at", "-id")
        last = newest = by_this.first()
        if newest and newest.is_automatic:
            # What a machine wrote is answered to nobody.
            last = by_this.filter(is_automatic=False).first()
        if way := _way(contact, connection, last, newest):
            found.append((last.created_at if last else contact.created_at - timedelta(days=36500), way))
    return [way for _at, way in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _way(
    contact: Contact, connection: ChannelConnection, last: ContactMessage | None, newest: ContactMessage | None
) -> Way | None:
    """By a channel by which `last` is what they wrote last, and `newest` what came from them last."""
    channel = connection.channel
    if channel == ChannelConnection.Channel.EMAIL:
        return _by_email(contact, connection, last)
    if last is None or newest is None:
        return None
    is_whatsapp = channel == ChannelConnection.Channel.WHATSAPP
    is_late = is_whatsapp and last.created_at < timezone.now() - timedelta(hours=WINDOW_HOURS)
    # WhatsApp itself says when somebody has another number.
    return Way(channel, connection, newest.address, is_late=is_late)


def _is_theirs(contact: Contact, address: str) -> bool:
    """Whether they are still known by an e-mail address; after a merge there may be several."""
    return contact.identities.matching([(ChannelConnection.Channel.EMAIL, email_key(address))]).exists()


def _by_email(contact: Contact, connection: ChannelConnection, last: ContactMessage | None) -> Way | None:
    """To the address that they wrote from last, or else the one that they have; what never reads is not answered."""
    address = last.address if last and _is_theirs(contact, last.address) else contact.email
    if not address or not is_answerable(address):
        return None
    own = connection.pro.name
    subject = last.subject if last and last.subject else _("Message from %(pro)s") % {"pro": own}
    is_answer = bool(last and last.subject) and not subject.lower().startswith("re:")
    return Way(
        connection.channel,
        connection,
        address,
        f"Re: {subject}"[:200] if is_answer else subject[:200],
        tuple(last.references) if last else (),
    )
