from collections.abc import Mapping

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from .user import User

MAX_LENGTH = 1000


class SignatureQuerySet(models.QuerySet["Signature"]):
    def write(self, user: User, texts: Mapping[str, str]) -> None:
        """Store a user's signatures by language; an empty text is none."""
        with transaction.atomic():
            for language, text in texts.items():
                if text:
                    self.update_or_create(user=user, language=language, defaults={"text": text})
                else:
                    self.filter(user=user, language=language).delete()


class Signature(models.Model):
    """Words that a user's e-mails in one language end with."""

    user = models.ForeignKey(User, models.CASCADE, related_name="signatures", db_index=False, verbose_name=_("user"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=MAX_LENGTH)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [models.UniqueConstraint(fields=["user", "language"], name="signature_once")]

    def __str__(self) -> str:
        return self.text[:50]
