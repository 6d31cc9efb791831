from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User


class DistinctPairQuerySet(models.QuerySet["DistinctPair"]):
    def of(self, contact: models.Model) -> Self:
        """Pairs with this contact."""
        return self.filter(Q(first=contact) | Q(second=contact))


class DistinctPair(models.Model):
    """Two contacts of one Pro that the Pro marked as different people. `first` has the lower id."""

    first = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = DistinctPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of different contacts")
        verbose_name_plural = _("pairs of different contacts")
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="contact_pair_unique")]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
