from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet

DAY_MINUTES = 24 * 60
MAX_PERIODS = 4
MAX_CLOSURES = 100
MAX_CLOSED = timedelta(days=3 * 366)
# A month of an office that is open day and night.
MAX_TARGET = 31 * DAY_MINUTES


def validate_week(value: Any) -> None:
    """Raise ValidationError unless it is [[[opens, closes], …], …] of seven days or [], in order and apart."""
    if not isinstance(value, list) or len(value) not in (0, 7):
        raise ValidationError(_("A week has seven days."))
    for day in value:
        edges = [minute for period in day for minute in period]
        if any(len(period) != 2 for period in day) or len(day) > MAX_PERIODS:
            raise ValidationError(_("A day has at most %(n)d periods.") % {"n": MAX_PERIODS})
        is_in_order = all(a <= b for a, b in pairwise(edges))
        if not is_in_order or any(opens == closes for opens, closes in day):
            raise ValidationError(_("Periods of a day follow each other, and each ends after it begins."))
        if any(not 0 <= minute <= DAY_MINUTES for minute in edges):
            raise ValidationError(_("Times are from 0:00 to 24:00."))


class OfficeHours(models.Model):
    """When an office is open, and within which time it means to answer. An office without a row is open always.

    `week` is [[[opens, closes], …], …] of seven days from Monday on, in minutes since midnight by the Pro's time zone;
    [] is always. `closures` are [[first day, last day, why], …], the days as ISO 8601. `channel_targets` are minutes by
    channel, where they differ from `target_minutes`; 0 is no target.
    """

    pro = models.OneToOneField(Pro, models.CASCADE, related_name="office_hours", verbose_name=_("Pro"))
    week = models.JSONField(_("week"), default=list, blank=True, validators=[validate_week])
    holidays_country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    holidays_region = models.CharField(_("region"), max_length=20, blank=True)
    closures = models.JSONField(_("closed days"), default=list, blank=True)
    target_minutes = models.PositiveIntegerField(
        _("minutes to the first answer"), default=0, validators=[MaxValueValidator(MAX_TARGET)]
    )
    channel_targets = models.JSONField(
        _("minutes by channel"), default=dict, blank=True, db_default=Value({}, models.JSONField())
    )

    objects = TenantQuerySet["OfficeHours"].as_manager()

    class Meta:
        verbose_name = _("office hours")
        verbose_name_plural = _("office hours")

    def __str__(self) -> str:
        return str(self.pro)

    def closed_days(self) -> list[tuple[date, date, str]]:
        """The closures in order, with their days as dates."""
        return sorted((date.fromisoformat(a), date.fromisoformat(b), why) for a, b, why in self.closures)
