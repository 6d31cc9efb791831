from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .connection import ChannelConnection

# A repeated call is recognised for this long: providers repeat theirs for a day or two.
READ_RETENTION = timedelta(days=7)
# Calls that could not be read stay for staff to see.
RETENTION = timedelta(days=90)


class ChannelDeliveryQuerySet(models.QuerySet["ChannelDelivery"]):
    def last_error(self, connection: ChannelConnection) -> str:
        """Error of the last call, "" for none."""
        last = self.filter(connection=connection).order_by("-created_at", "-id").values_list("error", flat=True)
        return last.first() or ""


class ChannelDelivery(models.Model):
    """One call of a provider, as it came; the body is deleted once it has been read.

    `provider` is the connection's at that time, `digest` the SHA-256 of the body, `nonce` the SHA-256 of what makes the
    call unique at the provider, by default the body; `error` is why it held nothing, or cannot be read yet.
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
        verbose_name = _("channel delivery")
        verbose_name_plural = _("channel deliveries")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["connection", "nonce"], name="channel_delivery_once")]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.created_at:%Y-%m-%d %H:%M}"

    def finish(self, error: str = "") -> None:
        """Mark the call as read and delete its body; `error` says why it held nothing for this connection."""
        rows = ChannelDelivery.objects.filter(pk=self.pk)
        rows.update(read_at=timezone.now(), body=b"", error=error[:300])

    def note_failure(self, error: str) -> None:
        """Store why the call cannot be read yet; the Pro sees it."""
        ChannelDelivery.objects.filter(pk=self.pk, read_at=None).update(error=error[:300])


def prune_deliveries() -> None:
    """Delete calls that were read a week ago, and any after 90 days."""
    now, rows = timezone.now(), ChannelDelivery.objects
    rows.filter(read_at__lt=now - READ_RETENTION).delete()
    rows.filter(created_at__lt=now - RETENTION).delete()
