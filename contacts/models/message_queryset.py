"""What is done with messages: keeping what comes in, writing answers, and what a contact says of its conversation."""

import uuid
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import TenantQuerySet, User
from config.files.storage import KeptFile, keep
from config.web.limits import Limit
from config.web.text import one_line, unix_lines

from ..channels.message import File, Message, Receipt
from .connection import ChannelConnection
from .contact import Contact
from .locking import hold_book

if TYPE_CHECKING:
    from .message import ContactMessage

SECOND = timedelta(seconds=1)
# Mails in an hour that tell one Pro that somebody has written.
NOTIFICATIONS = Limit("message-notification", 30, 3600)
# Characters that WhatsApp and Telegram take in one message (Cloud API and Bot API), and that an e-mail may have here.
MAX_LENGTHS = {"whatsapp": 4096, "telegram": 4096, "email": 50_000}


class ContactMessageQuerySet(TenantQuerySet["ContactMessage"]):
    def receive(self, connection: ChannelConnection, message: Message) -> "ContactMessage | None":
        """Keep what somebody wrote, in the conversation of the contact who is known by it, or of a new one.

        Of one provider's id there is one message, however often and in whatever order it is delivered: then None is
        returned. Files are kept by the rules of attachments; what is not kept is named in `refused`. Not to be called
        in a transaction. Raises StorageUnavailable, and nothing is kept.
        """
        present = self.for_pro(connection.pro).filter(channel=connection.channel, external_id=message.external_id)
        if found := present.first():
            found.edit(message)
            return None
        with ExitStack() as stack:
            kept, refused = _keep(stack, message.files)
            with transaction.atomic():
                hold_book(connection.pro_id)
                if found := present.first():
                    found.edit(message)
                    return None
                return self._keep(connection, message, kept, refused)

    def _keep(
        self, connection: ChannelConnection, message: Message, kept: list[KeptFile], refused: list[str]
    ) -> "ContactMessage":
        concerned = self._bounced(connection, message)
        contact = concerned.contact if concerned else self._sender(connection, message)
        written_at = self._written_at(contact, message)
        row = self.create(
            pro=connection.pro,
            contact=contact,
            connection=connection,
            channel=connection.channel,
            external_id=message.external_id,
            address=message.address,
            text=message.text,
            subject=message.subject,
            quoted=message.quoted,
            media=[vars(media) for media in message.media],
            references=list(message.references),
            refused=refused,
            is_automatic=message.is_automatic,
            created_at=written_at,
            edited_at=message.edited_at,
            state=self.model.State.RECEIVED,
        )
        for one in kept:
            one.take()
            row.files.create(key=one.key, **one.facts._asdict())
        if concerned and message.is_returned:
            concerned.settle(self.model.State.FAILED, str(_("The e-mail came back: see the message about it.")))
        # What was written long ago and comes only now is news all the same.
        self.recount(contact, at=timezone.now())
        is_told = self._is_news(row) and connection.pro.email != connection.address
        if is_told and not NOTIFICATIONS.hit(connection.pro_id):
            row.notify()
        return row

    def _written_at(self, contact: Contact, message: Message) -> datetime:
        """When it was written; not later than now, as a clock that goes before would keep it at the top.

        Providers tell the second, and what comes within one is kept in the order in which it came.
        """
        now = timezone.now()
        at = min(message.sent_at or now, now)
        rows = self.filter(contact=contact, created_at__gte=at, created_at__lt=at + SECOND)
        last = rows.aggregate(last=Max("created_at"))["last"] if message.sent_at else None
        return last + timedelta(microseconds=1) if last else at

    def _is_news(self, row: "ContactMessage") -> bool:
        """Whether nothing else that a person wrote stands unread in the conversation."""
        unread = self.filter(contact=row.contact, read_at=None, state=self.model.State.RECEIVED, is_automatic=False)
        return not row.is_automatic and not unread.exclude(pk=row.pk).exists()

    def _bounced(self, connection: ChannelConnection, message: Message) -> "ContactMessage | None":
        """The sent message that came back."""
        if not message.about:
            return None
        sent = self.for_pro(connection.pro).filter(channel=connection.channel, external_id=message.about)
        return sent.filter(contact__deleted_at=None).exclude(state=self.model.State.RECEIVED).first()

    def _sender(self, connection: ChannelConnection, message: Message) -> Contact:
        return Contact.objects.find_or_create(
            connection.pro,
            identities=message.identities,
            name=_name(connection, message),
            email=message.email,
            phone=message.phone,
            source=connection.channel,
            channel_preference=connection.channel,
            language=message.language or connection.pro.language,
            reached_by="" if message.email or message.phone else connection.channel,
        )

    def settle(self, connection: ChannelConnection, receipt: Receipt) -> bool:
        """Note what became of a message that was sent; returns whether there is one of this id."""
        rows = self.for_pro(connection.pro).filter(channel=connection.channel, external_id=receipt.external_id)
        found = rows.exclude(state=self.model.State.RECEIVED).first()
        if found:
            found.settle(receipt.state, receipt.reason)
        return found is not None

    def write(
        self, contact: Contact, text: str, *, channel: str, by: User | None, id: uuid.UUID | None = None
    ) -> "ContactMessage":
        """Answer a contact by the channel they wrote by: keep the message and have it sent, in one go.

        The same `id` with the same words is one message, sent twice. Raises ValidationError for words that cannot be
        sent and a channel that does not lead there, and DoesNotExist when the contact is deleted.
        """
        words = _clean(text, channel)
        with transaction.atomic():
            contact.lock()
            way = next((way for way in contact.ways() if way.channel == channel), None)
            if way is None:
                raise ValidationError({"channel": _("This contact cannot be answered by this channel.")}, code="way")
            key = uuid.uuid5(contact.pk, f"{id}\n{channel}\n{words}") if id else uuid.uuid4()
            defaults = {
                "pro": contact.pro,
                "connection": way.connection,
                "address": way.address,
                "subject": way.subject,
                "references": list(way.references),
                "text": words,
                "author": by,
                "state": self.model.State.SENDING,
            }
            row, is_new = self.get_or_create(id=key, contact=contact, channel=channel, defaults=defaults)
            if is_new:
                row.enqueue()
                self.filter(contact=contact, read_at=None, state=self.model.State.RECEIVED).update(
                    read_at=timezone.now()
                )
                self.recount(contact)
            return row

    def mark_read(self, contact: Contact) -> None:
        """Somebody has seen the conversation."""
        if not contact.unread_count:
            return
        with transaction.atomic():
            contact.lock()
            unread = self.filter(contact=contact, read_at=None, state=self.model.State.RECEIVED)
            unread.update(read_at=timezone.now())
            self.recount(contact, at=contact.last_message_at)

    def mark_unread(self, contact: Contact) -> None:
        """Put the conversation back among the unread ones: its last message that came in counts again."""
        with transaction.atomic():
            contact.lock()
            last = self.filter(contact=contact, state=self.model.State.RECEIVED).order_by("-created_at", "-id").first()
            if last:
                self.filter(pk=last.pk).update(read_at=None)
                self.recount(contact, at=contact.last_message_at)

    def with_last(self, contacts: list[Contact]) -> list[Contact]:
        """The contacts, each with its newest message as `last_message`, in one query."""
        newest = self.filter(contact=OuterRef("pk")).order_by("-created_at", "-id").values("pk")[:1]
        of = Contact.objects.filter(pk__in=[contact.pk for contact in contacts]).annotate(newest=Subquery(newest))
        rows = {row.contact_id: row for row in self.filter(pk__in=of.values("newest"))}
        for contact in contacts:
            contact.last_message = rows.get(contact.pk)  # type: ignore[attr-defined]
        return contacts

    def recount(self, contact: Contact, *, at: datetime | None = None) -> None:
        """Bring up to date what the contact says of its conversation. The caller holds the contact or its book.

        `at` is when the last one came, which may have been written before others.
        """
        unread = Count("pk", filter=Q(read_at=None, state=self.model.State.RECEIVED))
        found = self.filter(contact=contact).aggregate(last=Max("created_at"), unread=unread)
        last = max(found["last"], at) if found["last"] and at else found["last"]
        contact.last_message_at, contact.unread_count = last, found["unread"]
        # Not by `save`: a message is no change of the contact.
        rows = Contact.objects.filter(pk=contact.pk)
        rows.update(last_message_at=contact.last_message_at, unread_count=contact.unread_count)


def _keep(stack: ExitStack, files: tuple[File, ...]) -> tuple[list[KeptFile], list[str]]:
    """What is kept of the files, and the names of those that are not, with the reason."""
    kept, refused = [], []
    for file in files:
        try:
            kept.append(stack.enter_context(keep(ContentFile(file.content), file.name)))
        except ValidationError as error:
            refused.append(f"{one_line(file.name, 100)}: {' '.join(error.messages)}")
    return kept, refused


def _name(connection: ChannelConnection, message: Message) -> str:
    """What the sender is called: by themselves, else by where they wrote from."""
    name = one_line(message.name)
    if any(c.isalnum() for c in name):
        return name
    return one_line(message.email or message.phone or f"{connection.get_channel_display()} {message.address}".strip())


def _clean(text: str, channel: str) -> str:
    words, most = unix_lines(text).strip(), MAX_LENGTHS.get(channel, 0)
    if not any(c.isprintable() and not c.isspace() for c in words):
        raise ValidationError({"text": _("Write something first.")})
    if "\0" in words:
        raise ValidationError({"text": _("Null characters are not allowed.")})
    # WhatsApp and Telegram count as UTF-16 has it.
    if most and len(words.encode("utf-16-le", "surrogatepass")) // 2 > most:
        raise ValidationError({"text": _("A message by this channel may have %(n)s characters.") % {"n": most}})
    return words
