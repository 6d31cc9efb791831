from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .user import User


class Signature(models.Model):
    """Words that a user's e-mails in one language end with."""

    user = models.ForeignKey(User, models.CASCADE, related_name="signatures", db_index=False, verbose_name=_("user"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=1000)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [models.UniqueConstraint(fields=["user", "language"], name="signature_once")]

    def __str__(self) -> str:
        return self.text[:50]
