"""The roll-up of the reports by day."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import Pro, TenantQuerySet


class ReportDay(models.Model):
    """Figures of one day of an office, of all that came or of one value of a dimension, see `contacts.reports`.

    `dimension` is "" for the whole office. `value` is an id or word, "" for none. `times` is the distribution of the
    office seconds to the first answer: {bucket: number}, see `contacts.reports.times`.
    """

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    day = models.DateField(_("day"))
    dimension = models.CharField(max_length=10, blank=True)
    value = models.CharField(max_length=100, blank=True)
    new = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    # Of those answered, the ones that a target stood for, and that were within it.
    targeted = models.PositiveIntegerField(default=0)
    within = models.PositiveIntegerField(default=0)
    times = models.JSONField(default=dict)

    objects = TenantQuerySet["ReportDay"].as_manager()

    class Meta:
        verbose_name = pgettext_lazy("report", "day of the reports")
        verbose_name_plural = pgettext_lazy("report", "days of the reports")
        constraints = [
            models.UniqueConstraint(fields=["pro", "dimension", "day", "value"], name="report_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.dimension} {self.value}"


class ReportZone(models.Model):
    """The time zone by whose midnights an office's roll-up is divided. Without a row it has none yet."""

    pro = models.OneToOneField(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    time_zone = models.CharField(max_length=64)

    objects = TenantQuerySet["ReportZone"].as_manager()

    class Meta:
        verbose_name = pgettext_lazy("report", "time zone of the reports")
        verbose_name_plural = pgettext_lazy("report", "time zones of the reports")

    def __str__(self) -> str:
        return self.time_zone
