from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User

# How long a closed office can be reopened.
GRACE = timedelta(days=30)


class ClosingQuerySet(models.QuerySet["Closing"]):
    def due(self) -> Self:
        """Those whose time to reopen is over."""
        return self.filter(due_at__lte=timezone.now())


class Closing(models.Model):
    """A closed office, as long as it has not been reopened or deleted: from `due_at` on it is deleted.

    `stopped` is what was on when it was closed, {label of the model: ids}: it is switched on again when the office is
    reopened.
    """

    pro = models.OneToOneField(Pro, models.CASCADE, related_name="closing", verbose_name=_("Pro"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    stopped = models.JSONField(default=dict, editable=False)
    closed_at = models.DateTimeField(_("closed at"), default=timezone.now)
    due_at = models.DateTimeField(_("deleted from"), db_index=True)

    objects = ClosingQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed office")
        verbose_name_plural = _("closed offices")
        ordering = ["due_at", "id"]

    def __str__(self) -> str:
        return str(self.pro)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it; a new one is due after GRACE."""
        self.due_at = self.due_at or self.closed_at + GRACE
        super().save(*args, **kwargs)


def is_closed(pro_id: int) -> bool:
    """Tell whether an office is closed: what the public sends it is not taken any more."""
    return Closing.objects.filter(pro=pro_id).exists()
