from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet


class ProfileReading(models.Model):
    """A UserHub user whose profile a Pro was given, once: for the day's limit, and for staff to see.

    `inquiry_id` is null for a look-up without an inquiry. It and the actor are no foreign keys, as in the history: the
    row stays when they go.
    """

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    user_id = models.BigIntegerField(_("customer's UserHub id"))
    inquiry_id = models.BigIntegerField(_("inquiry"), null=True)
    by_user_id = models.BigIntegerField(_("by user"), null=True)
    by_token_id = models.BigIntegerField(_("by program"), null=True)
    by_name = models.CharField(_("by"), max_length=254, blank=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = TenantQuerySet["ProfileReading"].as_manager()

    class Meta:
        verbose_name = _("profile given to a Pro")
        verbose_name_plural = _("profiles given to Pros")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["pro", "user_id"], name="profile_reading_once")]
        indexes = [
            models.Index(fields=["pro", "-created_at"], name="profile_reading_of_pro"),
            models.Index(fields=["-created_at", "-id"], name="profile_reading_newest"),
        ]

    def __str__(self) -> str:
        return str(self.user_id)
