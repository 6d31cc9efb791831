from typing import Self

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet


class ContactIdentityQuerySet(TenantQuerySet["ContactIdentity"]):
    def held(self) -> Self:
        """Those by which somebody is recognised now; a deleted contact has let go of its own."""
        return self.filter(released_at=None)

    def matching(self, identities: list[tuple[str, str]]) -> Self:
        """The held rows of any of these (channel, external id)."""
        wanted = models.Q(pk__in=[])
        for channel, external_id in identities:
            wanted |= models.Q(channel=channel, external_id=external_id)
        return self.held().filter(wanted)

    def release(self) -> None:
        """Let go of them: the next message from there is a new contact's."""
        self.held().update(released_at=timezone.now())

    def take_back(self) -> None:
        """Hold the released ones again, but for those that somebody else holds by now."""
        for identity in self.exclude(released_at=None):
            identity.released_at = None
            try:
                with transaction.atomic():
                    identity.save(update_fields=["released_at"])
            except IntegrityError:
                continue


class ContactIdentity(models.Model):
    """By what a contact is recognised: an e-mail in lower case, a phone in E.164; one holder within a Pro."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="identities")
    channel = models.CharField(_("channel"), max_length=20)
    external_id = models.CharField(_("external id"), max_length=254)
    released_at = models.DateTimeField(_("released at"), null=True, editable=False)

    objects = ContactIdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact identity")
        verbose_name_plural = _("contact identities")
        constraints = [
            models.UniqueConstraint(
                fields=["pro", "channel", "external_id"],
                condition=models.Q(released_at__isnull=True),
                name="contact_identity_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.external_id}"
