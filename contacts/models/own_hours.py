from django.db import models
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User

from .office_hours import validate_week


class OwnHours(models.Model):
    """Hours at which somebody works, in place of the week of their office; its holidays and closures hold too.

    `week` is as in `OfficeHours`, and not empty: who works as the office does has no row.
    """

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    user = models.OneToOneField(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    week = models.JSONField(_("week"), default=list, validators=[validate_week])

    objects = TenantQuerySet["OwnHours"].as_manager()

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")

    def __str__(self) -> str:
        return str(self.user)
