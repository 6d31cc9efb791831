import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class InquiryHistory(models.Model):
    """One move of an inquiry, as it was that day: keys and labels are copies. Written by `inquiries.history` alone.

    `from_status` is null on the first row. `changed_by` is a UserHub id, null for nobody who is known there.
    `by_user_id` or `by_token_id` and `by_name` say who did it in here; they are no foreign keys, as a row that may not
    change cannot follow when a user or token is deleted.
    """

    # What tells apart the same move, written to two places.
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # A row that may not be deleted keeps its inquiry too.
    inquiry = models.ForeignKey("inquiries.Inquiry", models.PROTECT, related_name="history")
    from_status = models.CharField(_("from"), max_length=50, null=True)  # noqa: DJ001 - the documents say null
    from_label = models.CharField(_("label of from"), max_length=100, blank=True)
    to_status = models.CharField(_("to"), max_length=50)
    to_label = models.CharField(_("label of to"), max_length=100)
    changed_by = models.BigIntegerField(_("changed by UserHub user"), null=True)
    by_user_id = models.BigIntegerField(_("by user"), null=True)
    by_token_id = models.BigIntegerField(_("by program"), null=True)
    by_name = models.CharField(_("by"), max_length=254, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("status change of an inquiry")
        verbose_name_plural = _("status changes of inquiries")
        # As written, under the lock on the inquiry; the clocks of two machines may disagree.
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_label or '–'} → {self.to_label}"
