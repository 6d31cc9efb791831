import gzip
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from config.accounts.notices import NOTICE
from config.files.storage import NewFile
from config.files.stored_file import StoredFile
from config.saving import insert_many

from .connection import ChannelConnection

# Deliveries deleted at a time, each with its file.
PRUNE_BATCH = 200
UNREAD_KEPT = timedelta(days=400)


class ChannelDeliveryQuerySet(models.QuerySet["ChannelDelivery"]):
    def last_error(self, connection: ChannelConnection) -> str:
        """Error of the last call, "" for none."""
        last = self.filter(connection=connection).order_by("-created_at", "-id").values_list("error", flat=True)
        return last.first() or ""

    def finish(self, read: "Sequence[tuple[ChannelDelivery, NewFile]]", error: str = "") -> None:
        """Mark calls as read, each with the file that its body moves to. Raises NotUpdated if one was read before."""
        with transaction.atomic():
            rows = self.filter(pk__in=[delivery.pk for delivery, _file in read], read_at=None)
            if rows.update(read_at=timezone.now(), body=b"", error=error[:300]) < len(read):
                raise self.model.NotUpdated
            NewFile.claim(*[file for _delivery, file in read])
            insert_many([OriginalFile(delivery=each, key=file.key, **file.info._asdict()) for each, file in read])


class ChannelDelivery(models.Model):
    """One call of a provider, as it came. Once it has been read, its body moves to the file `original`.

    Mail to a reply address of the installation has no connection: `thread` is what the address names, "message:<id>" or
    a topic, or "notice:…" of a mail to the Pro itself. `pro` is whose it is; calls of a release before have none.

    `provider` is the connection's at that time, `digest` the SHA-256 of the body, `nonce` the SHA-256 of what makes the
    call unique at the provider, by default the body; `error` is why it held nothing, or cannot be read yet.
    """

    pro = models.ForeignKey(Pro, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("Pro"))
    connection = models.ForeignKey(ChannelConnection, models.CASCADE, null=True, related_name="deliveries")
    thread = models.CharField(_("reply to"), max_length=60, blank=True, db_default="", editable=False)
    provider = models.CharField(_("provider"), max_length=20, choices=ChannelConnection.Provider, editable=False)
    nonce = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    content_type = models.CharField(_("content type"), max_length=255)
    body = models.BinaryField(editable=False)
    created_at = models.DateTimeField(_("received at"), default=timezone.now, db_index=True)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)
    error = models.CharField(_("last failure"), max_length=300, blank=True, editable=False)

    objects = ChannelDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel delivery")
        verbose_name_plural = _("channel deliveries")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "nonce"], name="channel_delivery_once"),
            models.UniqueConstraint(
                fields=["nonce"], condition=models.Q(connection=None), name="channel_delivery_reply_once"
            ),
            models.CheckConstraint(
                condition=models.Q(connection__isnull=False) | models.Q(pro__isnull=False),
                name="channel_delivery_of_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["connection"], condition=models.Q(read_at=None), name="channel_delivery_unread"),
            models.Index(
                fields=["pro"],
                condition=models.Q(read_at=None, connection=None),
                name="channel_delivery_unread_reply",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_chat(self) -> bool:
        """True for a call of a chat provider."""
        return self.connection is not None and self.connection.channel != ChannelConnection.Channel.EMAIL

    @property
    def is_notice(self) -> bool:
        """True for a report on a mail to a Pro or its users, which becomes no message."""
        return self.thread.startswith(NOTICE)

    def finish(self, original: NewFile, error: str = "") -> None:
        """Mark the call as read and move its body to the file `original`; `error` says why it held nothing for this
        connection.
        """
        with suppress(ChannelDelivery.NotUpdated):
            ChannelDelivery.objects.finish([(self, original)], error)

    def finish_without_original(self) -> None:
        """Mark the call as read, and keep nothing of it but that it came."""
        ChannelDelivery.objects.filter(pk=self.pk, read_at=None).update(read_at=timezone.now(), body=b"", error="")

    def note_failure(self, error: str) -> None:
        """Store why the call cannot be read yet; the Pro sees it."""
        ChannelDelivery.objects.filter(pk=self.pk, read_at=None).update(error=error[:300])

    def read_original(self) -> bytes:
        """The body as it came. Raises FileNotFoundError when it is gone, and StorageUnavailableError."""
        if self.read_at is None:
            return bytes(self.body)
        if (original := OriginalFile.objects.filter(delivery=self).first()) is None:
            raise FileNotFoundError
        with original.open() as file:
            return gzip.decompress(file.read())


class OriginalFile(StoredFile):
    """The body of a delivery, compressed by gzip; `size` is that of the compressed file."""

    # Only `delete_with_file` deletes a row: it deletes the file too.
    delivery = models.OneToOneField(ChannelDelivery, models.PROTECT, related_name="original")

    class Meta(StoredFile.Meta):
        verbose_name = _("original")
        verbose_name_plural = _("originals")


def prune_deliveries() -> None:
    """Delete the oldest calls past ORIGINALS_KEPT_DAYS, with their originals; messages stay.

    A call that could not be read yet is no original: it is kept for UNREAD_KEPT.
    """
    now = timezone.now()
    is_past = models.Q(created_at__lt=now - timedelta(days=settings.ORIGINALS_KEPT_DAYS))
    is_over = models.Q(read_at__isnull=False) | models.Q(created_at__lt=now - UNREAD_KEPT)
    old = ChannelDelivery.objects.filter(is_past & is_over).order_by("created_at")
    delete_deliveries(old.defer("body").select_related("original")[:PRUNE_BATCH])


def delete_deliveries(deliveries: Iterable[ChannelDelivery]) -> None:
    """Delete calls with their originals, each in a transaction; their messages stay."""
    for delivery in deliveries:
        with transaction.atomic():
            if original := OriginalFile.objects.filter(delivery=delivery).first():
                original.delete_with_file()
            delivery.delete()
