import random
import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from config.accounts.models import Pro

from ..models import ChannelConnection, Contact, ContactMessage
from .texts import CHANNELS, EMAIL, FAILED, RECEIVED, TALKS, TELEGRAM, Said, Talk


def load(pros: list[Pro], rng: random.Random) -> None:
    """Connect each demo Pro's channels, for show, and give it its conversations, unless it has messages."""
    for pro in pros:
        channels = {channel: _connect(pro, channel) for channel in CHANNELS.get(pro.email, {})}
        if ContactMessage.objects.for_pro(pro).exists():
            continue
        for talk in TALKS.get(pro.email, []):
            Conversation(channels[talk.channel], talk, rng).tell()


def _connect(pro: Pro, channel: str) -> ChannelConnection:
    """A secret that nobody knows, and no token: nothing is to go out."""
    if found := ChannelConnection.objects.for_pro(pro).filter(channel=channel).first():
        return found
    fields = {"provider": channel, **CHANNELS[pro.email][channel], "secret": secrets.token_hex(32)}
    return ChannelConnection.objects.create(pro=pro, channel=channel, **fields)


class Conversation:
    """One as it would stand by now. It does not go through `receive` and `write`, which would date answers today, tell
    the Pro of old messages and send old answers."""

    def __init__(self, connection: ChannelConnection, talk: Talk, rng: random.Random) -> None:
        self.connection, self.talk, self.rng = connection, talk, rng
        self.author = connection.pro.users.order_by("pk").first()
        # The e-mails so far.
        self.ids: list[str] = []

    def tell(self) -> None:
        contact = self._contact()
        times = [
            timezone.now() - timedelta(hours=said.hours, seconds=self.rng.uniform(0, 59)) for said in self.talk.said
        ]
        for said, at in zip(self.talk.said, times, strict=True):
            self._keep(contact, said, at)
        ContactMessage.objects.recount(contact)
        # A contact is as old as the first message.
        Contact.objects.filter(pk=contact.pk).update(created_at=times[0], updated_at=times[0])
        contact.events.update(created_at=times[0])
        self._note_received(max(at for said, at in zip(self.talk.said, times, strict=True) if said.state == RECEIVED))

    def _contact(self) -> Contact:
        talk, channel = self.talk, self.talk.channel
        return Contact.objects.find_or_create(
            self.connection.pro,
            identities=[(channel, talk.id)],
            name=talk.name,
            email=talk.email,
            phone=talk.phone,
            source=channel,
            channel_preference=channel,
            language=self.connection.pro.language,
            reached_by="" if talk.email or talk.phone else channel,
        )

    def _keep(self, contact: Contact, said: Said, at: datetime) -> None:
        is_ours = said.state != RECEIVED
        id = "" if said.state == FAILED else self._id()
        if self.talk.channel == EMAIL:
            self.ids.append(id)
        is_read = not is_ours and not self.talk.is_new
        ContactMessage.objects.create(
            pro=contact.pro,
            contact=contact,
            connection=self.connection,
            channel=self.talk.channel,
            external_id=id,
            address=self.talk.id,
            subject=self._subject(),
            text=said.text,
            media=[{"kind": said.media, "id": "", "filename": "", "mime_type": "", "size": 0}] if said.media else [],
            # An answer stands behind the mails before it.
            references=[before for before in self.ids if not (is_ours and before == id)],
            state=said.state,
            error=said.error,
            author=self.author if is_ours else None,
            created_at=at,
            read_at=at + timedelta(minutes=2) if is_read else None,
            notified_at=None if is_ours else at,
            sent_at=at + timedelta(seconds=2) if is_ours and said.state != FAILED else None,
        )

    def _subject(self) -> str:
        """That of the first mail is its own."""
        is_first = len(self.ids) < 2
        return self.talk.subject if is_first or not self.talk.subject else f"Re: {self.talk.subject}"

    def _id(self) -> str:
        number = f"{self.rng.getrandbits(64):016x}"
        if self.talk.channel == EMAIL:
            return f"<{number}@mail.example.org>"
        return f":{self.talk.id}:{int(number, 16) % 10**6}" if self.talk.channel == TELEGRAM else f"wamid.{number}"

    def _note_received(self, at: datetime) -> None:
        last = self.connection.last_received_at
        self.connection.last_received_at = max(last, at) if last else at
        self.connection.save(update_fields=["last_received_at"])
