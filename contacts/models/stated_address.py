from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from config.saving import insert_missing

from ..addresses import identities_of

if TYPE_CHECKING:
    from .contact import Contact


class StatedAddressQuerySet(models.QuerySet["StatedAddress"]):
    def for_pro(self, pro: Pro) -> "StatedAddressQuerySet":
        return self.filter(contact__pro=pro)

    def open(self) -> "StatedAddressQuerySet":
        """Addresses that the Pro has neither added nor rejected, oldest first."""
        return self.filter(rejected_at=None).order_by("id")

    def also_of(self, contact: "Contact") -> "StatedAddressQuerySet":
        """Addresses that were stated for this contact too."""
        twins = contact.stated_addresses.filter(
            channel=models.OuterRef("channel"), external_id=models.OuterRef("external_id")
        )
        return self.filter(models.Exists(twins))

    def suggest(self, contact: "Contact", identities: list[tuple[str, str]], source: str) -> None:
        """Note the e-mail and phone among these (channel, external id) that are not the contact's, each once."""
        own = identities_of(contact.email, contact.phone)
        others = [pair for pair in identities if pair[0] in ("email", "phone") and pair not in own]
        # Most give the address that they are known by.
        if others:
            held = set(contact.identities.matching(others).values_list("channel", "external_id"))
            rows = [
                self.model(contact=contact, channel=channel, external_id=external_id, source=source[:100])
                for channel, external_id in others
                if (channel, external_id) not in held
            ]
            insert_missing(*rows)


class StatedAddress(models.Model):
    """An e-mail or phone that somebody gave in the name of a contact who was known by another address.

    It is a suggestion ("same person?") and identifies nobody until the Pro adds it. A rejected one stays, so that it is
    not suggested again.
    """

    contact = models.ForeignKey(
        "contacts.Contact", models.CASCADE, related_name="stated_addresses", db_index=False, verbose_name=_("contact")
    )
    channel = models.CharField(_("channel"), max_length=20)
    external_id = models.CharField(_("address"), max_length=254)
    source = models.CharField(_("source"), max_length=100)
    created_at = models.DateTimeField(_("stated at"), default=timezone.now, editable=False)
    rejected_at = models.DateTimeField(_("rejected at"), null=True, editable=False)

    objects = StatedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("stated address")
        verbose_name_plural = _("stated addresses")
        constraints = [
            models.UniqueConstraint(fields=["contact", "channel", "external_id"], name="stated_address_once")
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def source_label(self) -> str:
        """Source in the active language: our own form, a portal's host name."""
        return _now("Contact form") if self.source == "contact_form" else self.source
