import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from config.accounts.models import Pro, User
from config.files.stored_file import StoredFile
from config.jobs.worker import unfinished

from ..channels.message import Message
from .connection import ChannelConnection
from .contact import Contact
from .message_queryset import ContactMessageQuerySet

# The last attempt to send a message is half a day after the first.
FORGOTTEN = timedelta(days=1)
GIVEN_UP_AT_ONCE = 1000


class ContactMessage(models.Model):
    """One message of a conversation, from a contact or to it.

    `external_id` is the provider's id, and of an e-mail its Message-ID; `address` is the other end as the provider
    knows it. `media` is what stays with the provider ([{"kind", "id", "filename", "mime_type", "size"}]), `references`
    the ids of the e-mails before, `former` what stood in its place before it was edited ([[time, text]…]).
    """

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("message", "Received")
        SENDING = "sending", pgettext_lazy("message", "Sending")
        SENT = "sent", pgettext_lazy("message", "Sent")
        DELIVERED = "delivered", pgettext_lazy("message", "Delivered")
        READ = "read", pgettext_lazy("message", "Read")
        FAILED = "failed", pgettext_lazy("message", "Failed")

    # What a receipt may make of a sent message: they come in any order, and only forwards.
    FORWARDS = {
        State.SENDING: (State.SENT, State.DELIVERED, State.READ, State.FAILED),
        State.SENT: (State.DELIVERED, State.READ, State.FAILED),
        State.DELIVERED: (State.READ,),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="messages", db_index=False, verbose_name=_("contact")
    )
    connection = models.ForeignKey(
        ChannelConnection, models.SET_NULL, null=True, related_name="+", verbose_name=_("channel's connection")
    )
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelConnection.Channel)
    external_id = models.CharField(_("provider's id"), max_length=255, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    quoted = models.TextField(_("quoted history"), blank=True)
    media = models.JSONField(_("media"), default=list)
    references = models.JSONField(_("references"), default=list)
    refused = models.JSONField(_("files that were not kept"), default=list)
    former = models.JSONField(_("former texts"), default=list)
    is_automatic = models.BooleanField(_("automatic"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State)
    error = models.CharField(_("last failure"), max_length=300, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("author"))
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited at"), null=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    notified_at = models.DateTimeField(_("pro notified at"), null=True, editable=False)

    objects = ContactMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["contact", "-created_at", "-id"], name="message_newest"),
            models.Index(fields=["pro", "-created_at", "-id"], name="message_of_pro"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pro", "channel", "external_id"], condition=~Q(external_id=""), name="message_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:50] or self.subject or str(self.pk)

    @property
    def is_outgoing(self) -> bool:
        return self.state != self.State.RECEIVED

    def edit(self, message: Message) -> None:
        """Put the words into place that the sender wrote instead; the former ones are kept. Older ones are left."""
        with transaction.atomic():
            self.lock()
            latest = self.edited_at or self.created_at
            if message.edited_at is None or message.edited_at <= latest or message.text == self.text:
                return
            self.former = [*self.former, [latest.isoformat(), self.text]]
            self.text, self.edited_at = message.text, message.edited_at
            self.save(update_fields=["former", "text", "edited_at"])

    def notify(self) -> None:
        """Have the Pro told by e-mail that somebody has written."""
        from ..tasks import notify_message

        notify_message.enqueue(str(self.pk))

    def enqueue(self) -> None:
        from ..tasks import send_message

        send_message.enqueue(str(self.pk))

    def settle(self, state: str, reason: str = "", **fields: Any) -> bool:
        """Note that it came so far, and why it came no farther; returns whether that is new."""
        with transaction.atomic():
            self.lock()
            if state not in self.FORWARDS.get(self.State(self.state), ()):
                return False
            self.state, self.error = state, reason[:300]
            if state != self.State.FAILED:
                self.sent_at = self.sent_at or timezone.now()
            for name, value in fields.items():
                setattr(self, name, value)
            self.save(update_fields=["state", "error", "sent_at", *fields])
            return True

    def note_failure(self, reason: str, *, is_last: bool) -> None:
        """Keep why it did not go out yet; after the last attempt it has failed, until somebody has it sent again.

        One that has gone out meanwhile stays as it is.
        """
        changes = {"error": reason[:300], **({"state": self.State.FAILED} if is_last else {})}
        ContactMessage.objects.filter(pk=self.pk, state=self.State.SENDING).update(**changes)

    def send_again(self) -> bool:
        """Have it sent anew that has failed; returns whether it had, as repeating it changes nothing.

        Raises DoesNotExist when the contact is deleted.
        """
        with transaction.atomic():
            self.contact.lock()
            self.lock()
            if self.state != self.State.FAILED:
                return False
            self.state, self.error, self.external_id = self.State.SENDING, "", ""
            self.save(update_fields=["state", "error", "external_id"])
            self.enqueue()
            return True

    def lock(self) -> None:
        """Hold the row until the transaction ends, and see it as it is now."""
        self.refresh_from_db(from_queryset=ContactMessage.objects.select_for_update(of=("self",)))


def give_up_forgotten() -> None:
    """What has been on its way out for more than a day and is in no job any more, such as one whose workers were killed
    every time, has failed."""
    from ..tasks import send_message

    state = ContactMessage.State
    sending = ContactMessage.objects.filter(state=state.SENDING, created_at__lt=timezone.now() - FORGOTTEN)
    if not (found := list(sending.select_related("pro").order_by("created_at")[:GIVEN_UP_AT_ONCE])):
        return
    tried = {job.args_kwargs["args"][0] for job in unfinished(send_message.module_path)}
    for message in found:
        if str(message.pk) not in tried:
            # For the Pro to read.
            with override(message.pro.language):
                message.note_failure(str(_("Nothing tries to send this any more.")), is_last=True)


class MessageFileQuerySet(models.QuerySet["MessageFile"]):
    def for_pro(self, pro: Pro) -> Self:
        return self.filter(message__pro=pro)


class MessageFile(StoredFile):
    """A file that came with a message."""

    # Goes with its file, so nothing else takes it along.
    message = models.ForeignKey(ContactMessage, models.PROTECT, related_name="files", verbose_name=_("message"))

    objects = MessageFileQuerySet.as_manager()

    class Meta(StoredFile.Meta):
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of messages")
