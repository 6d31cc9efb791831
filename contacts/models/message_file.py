from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import Pro
from config.files.storage import NewFile, delete_file_on_commit
from config.files.stored_file import StoredFile

from .message import ContactMessage

if TYPE_CHECKING:
    from config.files.thumbnails import Thumbnail

# Sounds that a page plays.
PLAYABLE = frozenset(
    {"audio/aac", "audio/flac", "audio/m4a", "audio/mp3", "audio/mp4", "audio/mpeg", "audio/ogg"}
    | {"audio/opus", "audio/wav", "audio/webm", "audio/x-m4a", "audio/x-wav"}
)
# WhatsApp keeps media for 30 days.
FETCHED_FOR = timedelta(days=25)


class MessageFileQuerySet(models.QuerySet["MessageFile"]):
    def for_pro(self, pro: Pro) -> Self:
        return self.filter(message__pro=pro)


class MessageFile(StoredFile):
    """A file that came with a message. A picture has a thumbnail, in WebP, beside it in the storage."""

    # Only `delete_with_file` deletes a row: it deletes the files too.
    message = models.ForeignKey(ContactMessage, models.PROTECT, related_name="files", verbose_name=_("message"))
    thumbnail_key = models.CharField(max_length=100, blank=True, editable=False, db_default="")
    thumbnail_width = models.PositiveSmallIntegerField(editable=False, default=0, db_default=0)
    thumbnail_height = models.PositiveSmallIntegerField(editable=False, default=0, db_default=0)

    objects = MessageFileQuerySet.as_manager()

    class Meta(StoredFile.Meta):
        verbose_name = _("message file")
        verbose_name_plural = _("message files")

    @property
    def is_playable(self) -> bool:
        return self.mime_type in PLAYABLE

    def delete_with_file(self) -> None:
        """Delete the row, and its files after the transaction. Raises DoesNotExist when the row is gone already."""
        with transaction.atomic():
            super().delete_with_file()
            if self.thumbnail_key:
                delete_file_on_commit(self.thumbnail_key)


class MessageMedium(models.Model):
    """A medium of a message that is fetched from its provider; `medium_id` is the provider's id, as in `media`.

    `error` is the last failure, for the Pro to read. It is tried until `fetch_until`.
    """

    class State(models.TextChoices):
        FETCHING = "fetching", pgettext_lazy("medium", "Being fetched")
        KEPT = "kept", pgettext_lazy("medium", "Kept")
        GONE = "gone", pgettext_lazy("medium", "Gone at the provider")
        REFUSED = "refused", pgettext_lazy("medium", "Not kept")

    message = models.ForeignKey(ContactMessage, models.CASCADE, related_name="fetched_media", verbose_name=_("message"))
    medium_id = models.CharField(_("provider's ID"), max_length=255)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.FETCHING)
    error = models.CharField(_("last failure"), max_length=300, blank=True)
    file = models.ForeignKey(MessageFile, models.SET_NULL, null=True, related_name="+", verbose_name=_("file"))
    enqueued_at = models.DateTimeField(default=timezone.now)
    fetch_until = models.DateTimeField(_("tried until"))

    class Meta:
        verbose_name = _("medium")
        verbose_name_plural = _("media")
        ordering = ["id"]
        indexes = [models.Index(fields=["enqueued_at"], condition=Q(state="fetching"), name="medium_fetching")]
        constraints = [models.UniqueConstraint(fields=["message", "medium_id"], name="message_medium_once")]

    def __str__(self) -> str:
        return self.medium_id

    def save(self, *args: object, **kwargs: object) -> None:
        """Store it; a new one is tried for FETCHED_FOR."""
        self.fetch_until = self.fetch_until or timezone.now() + FETCHED_FOR
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def keep(self, new_file: NewFile, new_thumbnail: "tuple[NewFile, Thumbnail] | None") -> None:
        """Make the fetched file one of its message's, once; a file that the message has already is not doubled."""
        with transaction.atomic():
            self.message.lock()
            self.refresh_from_db(from_queryset=MessageMedium.objects.select_for_update())
            if self.state != self.State.FETCHING:
                return
            file = self.message.files.filter(sha256=new_file.info.sha256).first()
            self.file = file or self._create_file(new_file, new_thumbnail)
            self.state, self.error = self.State.KEPT, ""
            self.save(update_fields=["file", "state", "error"])

    def _create_file(self, new_file: NewFile, new_thumbnail: "tuple[NewFile, Thumbnail] | None") -> MessageFile:
        new_file.claim()
        file = MessageFile(message=self.message, key=new_file.key, **new_file.info._asdict())
        if new_thumbnail:
            stored, picture = new_thumbnail
            stored.claim()
            file.thumbnail_key = stored.key
            file.thumbnail_width, file.thumbnail_height = picture.width, picture.height
        file.save()
        return file

    def note_failure(self, error: str, state: State = State.FETCHING) -> None:
        """Store why it was not fetched; another state than FETCHING ends it."""
        MessageMedium.objects.filter(pk=self.pk, state=self.State.FETCHING).update(error=error[:300], state=state)
