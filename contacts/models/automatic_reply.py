from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet

from .connection import ChannelConnection

MAX_TEXT = 1000


class AutomaticReply(models.Model):
    """The text that answers whoever writes by a channel by itself, in or outside office hours, in one language."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelConnection.Channel)
    is_open = models.BooleanField(_("in office hours"), default=False)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=MAX_TEXT)

    objects = TenantQuerySet["AutomaticReply"].as_manager()

    class Meta:
        verbose_name = _("automatic reply")
        verbose_name_plural = _("automatic replies")
        constraints = [
            models.UniqueConstraint(fields=["pro", "channel", "is_open", "language"], name="automatic_reply_once")
        ]

    def __str__(self) -> str:
        return self.text[:50]
