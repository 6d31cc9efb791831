from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import ApiToken, Pro, User

from .contact import Contact

MAX_WORDS, MAX_SOURCE = 1000, 200


class PrivacySettings(models.Model):
    """Decisions of a Pro: the words of consent below its public forms, and how long things are kept.

    `consent_version` grows with each change of the words. `retention` is {kind: months}, see
    `contacts.privacy.retention`; a kind that is not there is kept.
    """

    pro = models.OneToOneField(Pro, models.CASCADE, primary_key=True, related_name="privacy", verbose_name=_("Pro"))
    consent_words = models.TextField(_("words of consent"), max_length=MAX_WORDS, blank=True)
    consent_version = models.PositiveIntegerField(_("version"), default=0)
    retention = models.JSONField(_("kept for"), default=dict)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("privacy settings")
        verbose_name_plural = _("privacy settings")

    def __str__(self) -> str:
        return str(self.pro_id)


class Consent(models.Model):
    """A contact's consent to being written to: in which words, where and when it was given, and withdrawn."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents", verbose_name=_("contact"))
    words = models.TextField(_("words"), max_length=MAX_WORDS)
    source = models.CharField(_("given where"), max_length=MAX_SOURCE)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("noted by"))
    token = models.ForeignKey(ApiToken, models.SET_NULL, null=True, related_name="+", verbose_name=_("by program"))
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-id"]

    def __str__(self) -> str:
        return self.words[:50]

    def withdraw(self) -> None:
        """Note that it was withdrawn; a second time changes nothing."""
        Consent.objects.filter(pk=self.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
