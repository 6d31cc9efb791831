from typing import Self

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet


class ContactIdentityQuerySet(TenantQuerySet["ContactIdentity"]):
    def held(self) -> Self:
        """Identities by which a contact is recognised now; a deleted contact has released its own."""
        return self.filter(released_at=None)

    def matching(self, identities: list[tuple[str, str]]) -> Self:
        """Held identities among these (channel, external id)."""
        any_of_these = models.Q(pk__in=[])
        for channel, external_id in identities:
            # Held once more: SQLite uses a partial index for an "or" only if each side says its condition.
            any_of_these |= models.Q(channel=channel, external_id=external_id, released_at=None)
        return self.held().filter(any_of_these)

    def release(self) -> None:
        """Release them: the next message from there creates a new contact."""
        self.held().update(released_at=timezone.now())

    def reclaim(self) -> None:
        """Hold the released ones again, except those that another contact holds by now."""
        for identity in self.exclude(released_at=None):
            identity.released_at = None
            try:
                with transaction.atomic():
                    identity.save(update_fields=["released_at"])
            except IntegrityError:
                continue


class ContactIdentity(models.Model):
    """Key by which a contact is recognised: an e-mail in lower case, a phone in E.164. Held by one contact of a Pro.

    `is_stated`: somebody typed it into a form or a portal's mail. It is proven once a provider delivers a message from
    there and the Pro confirms that the two are one person.
    """

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="identities")
    channel = models.CharField(_("channel"), max_length=20)
    external_id = models.CharField(_("external id"), max_length=254)
    released_at = models.DateTimeField(_("released at"), null=True, editable=False)
    is_stated = models.BooleanField(_("stated, not proven"), default=False, db_default=False, editable=False)

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
