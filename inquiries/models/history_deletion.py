from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class HistoryDeletion(models.Model):
    """Rows of the history that went with their office, see `inquiries.history.deleting`.

    `marks` is [[id, before, after], …]: for each of these rows the seal of all histories before it and after it, so
    that the seals of days fit what is left. `first_id` and `last_id` are of the first and the last of them.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(db_index=True)
    marks = models.JSONField(default=list)
    created_at = models.DateTimeField(_("deleted at"), default=timezone.now)

    class Meta:
        verbose_name = _("deletion in the history")
        verbose_name_plural = _("deletions in the history")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id} {self.created_at:%Y-%m-%d}"


class HistoryDeparture(models.Model):
    """An inquiry whose history the triggers let go: a row of the transaction that deletes it, and of no other."""

    inquiry_id = models.BigIntegerField(unique=True)

    def __str__(self) -> str:
        return str(self.inquiry_id)
