import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import Pro, User
from config.events.kinds import EventType
from config.events.publishing import publish
from config.saving import insert_many
from config.search.filling import fill_search_texts
from config.search.index import SearchIndex

from ..search_text import message_search_text
from .connection import ChannelConnection
from .contact import Contact
from .delivery import ChannelDelivery
from .message_queryset import ContactMessageQuerySet


class ContactMessage(models.Model):
    """One message of a conversation, inbound or outbound.

    `external_id` is the provider's id, the Message-ID of an e-mail; `address` is the other end as the provider knows
    it. `media` lists its media at the provider, [{"kind", "id", "filename", "mime_type", "size"}]: see MessageMedium;
    `references` holds the Message-IDs of the e-mails before it, `former` the texts before edits, [[time, text], …].
    `answers_to` is the provider's id of the message that it answers or reacts to; a reaction without text takes an
    earlier one back. `referral` is the ad that brought the sender, {"headline", "body", "url"}.
    """

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("message", "Received")
        # It leaves at `send_at`, and can be undone until then.
        SCHEDULED = "scheduled", pgettext_lazy("message", "Scheduled")
        SENDING = "sending", pgettext_lazy("message", "Sending")
        SENT = "sent", pgettext_lazy("message", "Sent")
        DELIVERED = "delivered", pgettext_lazy("message", "Delivered")
        READ = "read", pgettext_lazy("message", "Read")
        FAILED = "failed", pgettext_lazy("message", "Failed")

    # Receipts arrive in any order; a state only moves forward.
    LATER_STATES = {
        State.SCHEDULED: (State.SENDING, State.FAILED),
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
        ChannelConnection, models.SET_NULL, null=True, related_name="+", verbose_name=_("connection")
    )
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelConnection.Channel)
    external_id = models.CharField(_("provider's ID"), max_length=255, blank=True)
    # Tells e-mails with one Message-ID and different words apart; "" for the first one.
    variant = models.CharField(max_length=64, blank=True, editable=False, db_default="")
    # The call that brought it, while its original is kept.
    delivery = models.ForeignKey(
        ChannelDelivery, models.SET_NULL, null=True, editable=False, related_name="messages", verbose_name=_("delivery")
    )
    address = models.CharField(_("address"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    quoted = models.TextField(_("quoted history"), blank=True)
    # As the sender gave it; the contact may have another one.
    sender_name = models.CharField(_("sender's name"), max_length=200, blank=True, db_default="")
    # [[channel, external id], …] by which the sender was recognised.
    sender = models.JSONField(_("sender"), default=list, db_default=Value([], models.JSONField()))
    by_way_of = models.CharField(_("passed on by"), max_length=254, blank=True, db_default="")
    # [[name, address], …] of the other recipients of an e-mail.
    cc = models.JSONField(_("copy to"), default=list, db_default=Value([], models.JSONField()))
    media = models.JSONField(_("media"), default=list)
    references = models.JSONField(_("references"), default=list)
    refused = models.JSONField(_("rejected files"), default=list)
    former = models.JSONField(_("earlier texts"), default=list)
    answers_to = models.CharField(_("answers"), max_length=255, blank=True, db_default="")
    referral = models.JSONField(_("ad"), default=dict, db_default=Value({}, models.JSONField()))
    # See `contacts.conversations.leads`.
    lead = models.JSONField(_("lead"), null=True, editable=False)
    # The WhatsApp template that is sent, as the Cloud API takes it; {} for free text.
    template = models.JSONField(_("template"), default=dict, editable=False, db_default=Value({}, models.JSONField()))
    # "request:<id>" or "inquiry:<id>" that it answers, or that an answer to it is about; "" for neither.
    topic = models.CharField(_("topic"), max_length=60, blank=True, db_default="")
    signature = models.TextField(_("signature"), blank=True, db_default="")
    is_automatic = models.BooleanField(_("automatic"), default=False)
    is_silent = models.BooleanField(_("without notification"), default=False, db_default=False)
    # It stands in this conversation because of an address that nobody has proven yet: see ContactIdentity.is_stated.
    is_unconfirmed = models.BooleanField(_("sender not confirmed"), default=False, db_default=False)
    state = models.CharField(_("state"), max_length=10, choices=State)
    error = models.CharField(_("last failure"), max_length=300, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("author"))
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited at"), null=True)
    # By its sender; the words stay.
    deleted_at = models.DateTimeField(_("deleted at"), null=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    # While it is scheduled: the time at which it leaves, and the job that sends it.
    send_at = models.DateTimeField(_("leaves at"), null=True)
    job_id = models.UUIDField(null=True, editable=False)
    notified_at = models.DateTimeField(_("pro notified at"), null=True, editable=False)
    # Blank where it was not made yet: see `fill_missing_search_texts`.
    search_text = models.TextField(editable=False, default="", db_default="")

    # Set by `link_messages` for a page: the message that it answers, the reactions to it, and whether it is a reaction
    # that was taken back.
    answered: "ContactMessage | None" = None
    reactions: tuple[str, ...] = ()
    is_withdrawn = False
    # False for a failed answer that would fail again.
    is_resendable = True

    objects = ContactMessageQuerySet.as_manager()
    search_index: ClassVar = SearchIndex(
        name="message_search", table="contacts_contactmessage", full_text="messages_search", shared=("channel",)
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["contact", "-created_at", "-id"], name="message_newest"),
            models.Index(fields=["pro", "-created_at", "-id"], name="message_of_pro"),
            models.Index(fields=["-created_at", "-id"], name="message_of_all_pros"),
            models.Index(fields=["contact", "answers_to"], condition=~Q(answers_to=""), name="message_answering"),
            models.Index(fields=["topic", "-created_at"], condition=~Q(topic=""), name="message_of_topic"),
            models.Index(fields=["id"], condition=Q(search_text=""), name="message_without_search_text"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pro", "channel", "external_id", "variant"], condition=~Q(external_id=""), name="message_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:50] or self.subject or str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, with its search text."""
        fields = kwargs.get("update_fields")
        if fields is None or not {"subject", "text"}.isdisjoint(fields):
            self.search_text = message_search_text(self.subject, self.text)
            kwargs["update_fields"] = None if fields is None else {*fields, "search_text"}
        super().save(*args, **kwargs)

    @classmethod
    def store(cls, *messages: Self) -> None:
        """Insert messages, with their search texts, by SQL that is written once."""
        for message in messages:
            message.search_text = message_search_text(message.subject, message.text)
        insert_many(messages)

    @property
    def is_outbound(self) -> bool:
        return self.state != self.State.RECEIVED

    @property
    def is_past(self) -> bool:
        """True if it was written before its mailbox was connected."""
        mailbox = getattr(self.connection, "mailbox", None)
        return mailbox is not None and self.created_at < mailbox.connected_at.replace(microsecond=0)

    @property
    def sender_email(self) -> str:
        """The e-mail address of the sender, "" for another channel or none."""
        address = next((external_id for channel, external_id in self.sender if channel == "email"), "")
        return address if "@" in address else ""

    @property
    def sender_phone(self) -> str:
        """The phone number of the sender in E.164, "" where the provider tells none."""
        return next((external_id for channel, external_id in self.sender if channel == "phone"), "")

    @property
    def is_reaction(self) -> bool:
        return bool(self.answers_to) and any(media["kind"] == "reaction" for media in self.media)

    def edit(self, text: str, edited_at: datetime | None) -> None:
        """Replace the text by the sender's later one and keep the former one; an older edit changes nothing."""
        with transaction.atomic():
            self.lock()
            # Providers tell the time of an edit to the second.
            latest = self.edited_at or self.created_at.replace(microsecond=0)
            is_older = edited_at is None or edited_at < latest or edited_at == self.edited_at
            if is_older or text == self.text or self.is_outbound:
                return
            self.former = [*self.former, [latest.isoformat(), self.text]]
            self.text, self.edited_at = text, edited_at
            self.save(update_fields=["former", "text", "edited_at"])

    def add_media(self, media: list[dict[str, Any]]) -> None:
        """Add the media of an edit; the former ones stay. The caller holds the message."""
        known = {medium["id"] for medium in self.media}
        if new := [medium for medium in media if medium["id"] not in known]:
            self.media = [*self.media, *new]
            self.save(update_fields=["media"])

    def mark_deleted(self, deleted_at: datetime) -> None:
        """Note that the sender deleted it, once; the words stay."""
        ContactMessage.objects.filter(pk=self.pk, deleted_at=None, state=self.State.RECEIVED).update(
            deleted_at=deleted_at
        )

    def update_state(self, state: str, error: str = "", **fields: Any) -> bool:
        """Store a later state, with the provider's error and further fields; return whether it is later."""
        with transaction.atomic():
            self.lock()
            if state not in self.LATER_STATES.get(self.State(self.state), ()):
                return False
            was_on_its_way = self.state in (self.State.SCHEDULED, self.State.SENDING)
            self.state, self.error = state, error[:300]
            if state not in (self.State.SENDING, self.State.FAILED):
                self.sent_at = self.sent_at or timezone.now()
            for name, value in fields.items():
                setattr(self, name, value)
            self.save(update_fields=["state", "error", "sent_at", *fields])
            if state == self.State.FAILED:
                publish(self.pro, EventType.MESSAGE_FAILED, self)
            elif was_on_its_way and state != self.State.SENDING:
                publish(self.pro, EventType.MESSAGE_SENT, self)
            return True

    def note_failure(self, error: str) -> None:
        """Store why an attempt to send it failed, while it is tried again."""
        ContactMessage.objects.filter(pk=self.pk, state=self.State.SENDING).update(error=error[:300])

    def lock(self) -> None:
        """Lock the row until the transaction ends, and refresh it."""
        rows = ContactMessage.objects.select_related("pro").select_for_update(of=("self",))
        self.refresh_from_db(from_queryset=rows)


def fill_missing_search_texts() -> None:
    """Make the search texts of messages that a release without them stored while the database was migrated already."""
    rows = ContactMessage.objects.only("subject", "text", "search_text")
    fill_search_texts(rows, lambda message: message_search_text(message.subject, message.text))
