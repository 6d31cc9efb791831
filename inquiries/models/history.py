import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class InquiryHistory(models.Model):
    """One move of an inquiry, append-only. Keys and labels are copies of the day; `inquiries.history` alone writes it.

    `from_status` is null on the first row. `changed_by` is a UserHub id, null when unknown. `by_user_id` or
    `by_token_id` and `by_name` name the actor in this installation; they are no foreign keys, as an append-only row
    cannot change when a user or token is deleted.
    """

    # Identifies the same move in the own table and in a shared status package.
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # History rows cannot be deleted, so neither can their inquiry.
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
    # Of this row and those before it, see `inquiries.history.chain`; blank in rows from before there were seals.
    seal = models.CharField(_("seal"), max_length=64, blank=True, default="", db_default="", editable=False)

    class Meta:
        verbose_name = _("status change of an inquiry")
        verbose_name_plural = _("status changes of inquiries")
        # In the order of writing, under the lock on the inquiry: clocks of two machines may disagree.
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_label or '–'} → {self.to_label}"


class HistoryHead(models.Model):
    """The seal of all histories together, once a day: of the `rows` rows up to the id `last_id`.

    `seal` is blank until each row up to `last_id` is surely stored, see `inquiries.history.chain`.
    """

    day = models.DateField(_("day"), unique=True)
    last_id = models.BigIntegerField(_("last status change"))
    rows = models.BigIntegerField(_("number of status changes"), default=0)
    seal = models.CharField(_("seal"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("seal of a day")
        verbose_name_plural = _("seals of days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.seal}"
