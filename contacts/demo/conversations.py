import random
import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from config.accounts.models import Pro

from ..models import ChannelConnection, Contact, ContactMessage
from .replies import add_replies
from .texts import CHANNELS, CONVERSATIONS, EMAIL, FAILED, RECEIVED, TELEGRAM, DemoConversation, DemoMessage
from .waiting import let_contact_wait


def load(pros: list[Pro], rng: random.Random) -> None:
    """Connect each demo Pro's channels and create its replies and conversations, unless they have messages."""
    for pro in pros:
        if pro.email in CHANNELS:
            add_replies(pro)
        connections = {channel: _connect(pro, channel) for channel in CHANNELS.get(pro.email, {})}
        if ContactMessage.objects.for_pro(pro).exclude(connection=None).exists():
            continue
        for conversation in CONVERSATIONS.get(pro.email, []):
            ConversationLoader(connections[conversation.channel], conversation, rng).load()


def _connect(pro: Pro, channel: str) -> ChannelConnection:
    """Connect a channel with a random secret and without a token, so that nothing is sent."""
    if connection := ChannelConnection.objects.for_pro(pro).filter(channel=channel).first():
        return connection
    fields = {"provider": channel, **CHANNELS[pro.email][channel], "secret": secrets.token_hex(32)}
    return ChannelConnection.objects.create(pro=pro, channel=channel, **fields)


class ConversationLoader:
    """Creates the rows of one conversation.

    It does not go through `receive_message` and `write_message`: those would date answers today, notify the Pro of old
    messages and send old answers.
    """

    def __init__(self, connection: ChannelConnection, conversation: DemoConversation, rng: random.Random) -> None:
        self.connection, self.conversation, self.rng = connection, conversation, rng
        self.author = connection.pro.users.order_by("pk").first()
        # Message-IDs of the e-mails so far.
        self.ids: list[str] = []

    def load(self) -> None:
        contact, messages = self._find_or_create_contact(), self.conversation.messages
        times = [
            timezone.now() - timedelta(hours=message.hours, seconds=self.rng.uniform(0, 59)) for message in messages
        ]
        for message, at in zip(messages, times, strict=True):
            self._create_message(contact, message, at)
        ContactMessage.objects.recount(contact)
        let_contact_wait(contact)
        # A contact is as old as the first message.
        Contact.objects.filter(pk=contact.pk).update(created_at=times[0], updated_at=times[0])
        contact.events.update(created_at=times[0])
        received = [at for message, at in zip(messages, times, strict=True) if message.state == RECEIVED]
        self._note_received(max(received))

    def _find_or_create_contact(self) -> Contact:
        conversation, channel = self.conversation, self.conversation.channel
        return Contact.objects.find_or_create(
            self.connection.pro,
            identities=[(channel, conversation.id)],
            name=conversation.name,
            email=conversation.email,
            phone=conversation.phone,
            source=channel,
            channel_preference=channel,
            language=self.connection.pro.language,
            reached_by="" if conversation.email or conversation.phone else channel,
        )

    def _create_message(self, contact: Contact, message: DemoMessage, at: datetime) -> None:
        is_outbound = message.state != RECEIVED
        id = "" if message.state == FAILED else self._external_id()
        if self.conversation.channel == EMAIL:
            self.ids.append(id)
        is_read = not is_outbound and not self.conversation.is_new
        media = {"kind": message.media, "id": "", "filename": "", "mime_type": "", "size": 0}
        ContactMessage.objects.create(
            pro=contact.pro,
            contact=contact,
            connection=self.connection,
            channel=self.conversation.channel,
            external_id=id,
            address=self.conversation.id,
            subject=self._subject(),
            text=message.text,
            media=[media] if message.media else [],
            # An answer does not refer to itself.
            references=[before for before in self.ids if not (is_outbound and before == id)],
            state=message.state,
            error=message.error,
            author=self.author if is_outbound else None,
            created_at=at,
            read_at=at + timedelta(minutes=2) if is_read else None,
            notified_at=None if is_outbound else at,
            sent_at=at + timedelta(seconds=2) if is_outbound and message.state != FAILED else None,
        )

    def _subject(self) -> str:
        subject, is_first = self.conversation.subject, len(self.ids) < 2
        return subject if is_first or not subject else f"Re: {subject}"

    def _external_id(self) -> str:
        number = f"{self.rng.getrandbits(64):016x}"
        if self.conversation.channel == EMAIL:
            return f"<{number}@mail.example.org>"
        if self.conversation.channel == TELEGRAM:
            return f":{self.conversation.id}:{int(number, 16) % 10**6}"
        return f"wamid.{number}"

    def _note_received(self, at: datetime) -> None:
        last = self.connection.last_received_at
        self.connection.last_received_at = max(last, at) if last else at
        self.connection.save(update_fields=["last_received_at"])
