import hashlib
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..channels.message import Refused, Unreadable
from .connection import ChannelConnection

# So long it is known that a call was taken up: providers repeat theirs for a day or two.
DONE_KEPT = timedelta(days=7)
# What could not be read is there for staff to see.
FAILED_KEPT = timedelta(days=90)


class ChannelDeliveryQuerySet(models.QuerySet["ChannelDelivery"]):
    def last_trouble(self, connection: ChannelConnection) -> str:
        """Why the last call brought nothing, "" when it did."""
        last = self.filter(connection=connection).order_by("-created_at", "-id").values_list("error", flat=True)
        return last.first() or ""

    def take(self, connection: ChannelConnection, body: bytes, content_type: str, nonce: str = "") -> bool:
        """Keep one call of a provider as it came, and have it read by the worker; returns whether it is new.

        `nonce` tells it from other calls, where the body does not: it belongs to the first body that came with it.
        Raises Refused for another one.
        """
        from ..tasks import read_delivery

        digest = hashlib.sha256(body).hexdigest()
        nonce = hashlib.sha256(nonce.encode()).hexdigest() if nonce else digest
        try:
            with transaction.atomic():
                found = self.create(
                    connection=connection,
                    provider=connection.provider,
                    nonce=nonce,
                    digest=digest,
                    content_type=content_type[:255],
                    body=body,
                )
                read_delivery.enqueue(found.pk)
                return True
        except IntegrityError:
            if not self.filter(connection=connection, nonce=nonce, digest=digest).exists():
                raise Refused("another body") from None
            return False


class ChannelDelivery(models.Model):
    """One call of a provider, as it came; the body goes when it has been read.

    `provider` is the connection's at that time; `digest` is the SHA-256 of the body; `nonce` is what the provider tells
    its calls apart by, hashed; `error` is why it brought nothing, or cannot be read yet.
    """

    connection = models.ForeignKey(ChannelConnection, models.CASCADE, related_name="deliveries")
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
        verbose_name = _("delivery of a channel")
        verbose_name_plural = _("deliveries of channels")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["connection", "nonce"], name="channel_delivery_once")]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.created_at:%Y-%m-%d %H:%M}"

    def settle(self, error: str = "") -> None:
        """It has been read: what it held is kept elsewhere, or there was nothing to keep."""
        rows = ChannelDelivery.objects.filter(pk=self.pk)
        rows.update(read_at=timezone.now(), body=b"", error=error[:300])

    def note_failure(self, error: Exception) -> None:
        """Keep why it cannot be read yet. The Pro sees it too: what an error of ours says may hold anything."""
        said = str(error) if isinstance(error, Unreadable) else type(error).__name__
        ChannelDelivery.objects.filter(pk=self.pk, read_at=None).update(error=said[:300])


def prune_deliveries() -> None:
    """Take away the calls of long ago."""
    now, rows = timezone.now(), ChannelDelivery.objects
    rows.filter(read_at__lt=now - DONE_KEPT).delete()
    rows.filter(created_at__lt=now - FAILED_KEPT).delete()
