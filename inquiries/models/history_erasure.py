from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class HistoryErasure(models.Model):
    """The erasure of the words in an inquiry's history: the one door that the triggers let by, see
    `inquiries.history.erasing`.

    While `is_open`, the words of this inquiry's rows may be emptied and their seals made anew. `former_seal` is the
    last seal before, of `rows` rows. `marks` is [[id, before, after], …]: for each emptied row that a seal of a day
    covers, the seal of all histories before it and after it, as it was with its words.
    """

    inquiry = models.ForeignKey("inquiries.Inquiry", models.PROTECT, related_name="+", verbose_name=_("inquiry"))
    former_seal = models.CharField(_("former seal"), max_length=64, blank=True)
    rows = models.PositiveIntegerField(_("number of status changes"))
    marks = models.JSONField(default=list)
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(_("erased at"), default=timezone.now)

    class Meta:
        verbose_name = _("erasure in a history")
        verbose_name_plural = _("erasures in histories")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.created_at:%Y-%m-%d}"
