from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .history import InquiryHistory


class UnsharedHistory(models.Model):
    """A history row that the shared status package does not have yet. Deleted once the package has it."""

    entry = models.OneToOneField(InquiryHistory, models.CASCADE, primary_key=True, related_name="unshared")
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    # Claimed by a worker until then; a time in the past means an earlier attempt. See `history.sharing`.
    held_until = models.DateTimeField(_("held until"), null=True, editable=False)
    error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("status change still to be shared")
        verbose_name_plural = _("status changes still to be shared")
        ordering = ["entry_id"]

    def __str__(self) -> str:
        return str(self.entry)
