from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User


class CannedReplyQuerySet(TenantQuerySet["CannedReply"]):
    def of_user(self, user: User) -> "CannedReplyQuerySet":
        """Those of the office and the user's own, by title."""
        return self.filter(Q(user=None) | Q(user=user)).order_by("title", "id")


class CannedReply(models.Model):
    """A reply to use again, with a text per language. Without a `user` it is the whole office's."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="canned_replies", verbose_name=_("Pro"))
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="canned_replies", verbose_name=_("user")
    )
    title = models.CharField(_("title"), max_length=100)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")

    def __str__(self) -> str:
        return self.title


class CannedReplyText(models.Model):
    """The text of a canned reply in one language, with variables such as {first_name} or {first_name|there}."""

    canned_reply = models.ForeignKey(CannedReply, models.CASCADE, related_name="texts", db_index=False)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=10_000)

    class Meta:
        verbose_name = _("text of a canned reply")
        verbose_name_plural = _("texts of a canned reply")
        constraints = [models.UniqueConstraint(fields=["canned_reply", "language"], name="canned_reply_text_once")]

    def __str__(self) -> str:
        return self.text[:50]
