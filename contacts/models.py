import uuid
from typing import Self

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet


class ContactQuerySet(TenantQuerySet["Contact"]):
    def find_or_create(self, pro: Pro, *, name: str, email: str = "", phone: str = "", source: str) -> "Contact":
        """The Pro's contact with this e-mail or phone (E.164), made if there is none.

        A known contact gains the address it did not have; nothing that stands is overwritten. Two calls at once
        for one new person make one contact: the unique identity decides, and the loser looks again.
        """
        identities = _identities(email, phone)
        for _attempt in range(3):
            if contact := self._known(pro, identities):
                contact.learn(email=email, phone=phone)
                return contact
            try:
                with transaction.atomic():
                    contact = self.create(pro=pro, name=name, email=email, phone=phone, source=source)
                    ContactIdentity.objects.bulk_create(contact.identity(*pair) for pair in identities)
                    return contact
            except IntegrityError:
                continue
        raise IntegrityError("a contact with this identity appears and disappears")

    def _known(self, pro: Pro, identities: list[tuple[str, str]]) -> "Contact | None":
        found = {
            identity.channel: identity.contact
            for identity in ContactIdentity.objects.for_pro(pro).matching(identities).select_related("contact")
        }
        # Where e-mail and phone lead to two people, the e-mail is the surer sign.
        return found.get("email") or found.get("phone")


class Contact(models.Model):
    """Somebody who wrote to a Pro, or whom the Pro wrote down."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="contacts", db_index=False, verbose_name=_("Pro"))
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, help_text=_("In E.164, such as +33612345678."))
    source = models.CharField(_("source"), max_length=50)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [models.Index(fields=["pro", "-created_at", "-id"], name="contact_newest")]

    def __str__(self) -> str:
        return self.name

    def identity(self, channel: str, external_id: str) -> "ContactIdentity":
        """An unsaved identity of this contact."""
        return ContactIdentity(pro_id=self.pro_id, contact=self, channel=channel, external_id=external_id)

    def learn(self, *, email: str = "", phone: str = "") -> None:
        """Add an e-mail or phone the contact did not have, unless it is somebody else's."""
        ContactIdentity.objects.bulk_create(
            [self.identity(*pair) for pair in _identities(email, phone)], ignore_conflicts=True
        )
        own = set(self.identities.values_list("channel", "external_id"))
        missing = {
            field: value
            for field, value, channel in (("email", email, "email"), ("phone", phone, "phone"))
            if value and not getattr(self, field) and (channel, email_key(value)) in own
        }
        if missing:
            for field, value in missing.items():
                setattr(self, field, value)
            self.save(update_fields=[*missing, "updated_at"])


class ContactIdentityQuerySet(TenantQuerySet["ContactIdentity"]):
    def matching(self, identities: list[tuple[str, str]]) -> Self:
        """The rows of any of these (channel, external id)."""
        wanted = models.Q(pk__in=[])
        for channel, external_id in identities:
            wanted |= models.Q(channel=channel, external_id=external_id)
        return self.filter(wanted)


class ContactIdentity(models.Model):
    """By what a contact is recognised: an e-mail in lower case, a phone in E.164; one owner within a Pro."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities")
    channel = models.CharField(_("channel"), max_length=20)
    external_id = models.CharField(_("external id"), max_length=254)

    objects = ContactIdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact identity")
        verbose_name_plural = _("contact identities")
        constraints = [
            models.UniqueConstraint(fields=["pro", "channel", "external_id"], name="contact_identity_unique")
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.external_id}"


def email_key(email: str) -> str:
    """An e-mail for matching. Lower case may be longer than what was typed: "İ" becomes two characters."""
    return email.lower()[:254]


def _identities(email: str, phone: str) -> list[tuple[str, str]]:
    # Always in this order: two inserts that cross would lock each other out.
    return [pair for pair in (("email", email_key(email)), ("phone", phone)) if pair[1]]
