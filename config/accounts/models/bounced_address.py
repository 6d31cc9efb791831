from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.web.compiled import Compiled
from config.web.text import email_key

from .pro import Pro
from .tenancy import TenantQuerySet


class BouncedAddressQuerySet(TenantQuerySet["BouncedAddress"]):
    def of(self, pro: Pro, address: str) -> "BouncedAddress | None":
        """The row of an address, None for one that a Pro's mails get to."""
        return _OF.first(pro.pk, email_key(address))

    def note(self, pro: Pro, address: str, *, reason: str, mail: str) -> None:
        """Note that a mail came back; the first one since the address was good is kept."""
        defaults = {"reason": reason, "mail": mail}
        self.get_or_create(pro=pro, address=email_key(address), defaults=defaults)

    def lift(self, pro: Pro, *addresses: str) -> None:
        """Forget that mails to these addresses came back."""
        self.for_pro(pro).filter(address__in={email_key(address) for address in addresses}).delete()


# Asked for each mail that is sent by itself.
_OF = Compiled["BouncedAddress"](
    lambda pro_id, address: BouncedAddress.objects.filter(pro_id=pro_id, address=address), keeps_plan=True
)


class BouncedAddress(models.Model):
    """Address to which a Pro's mails do not get: it is sent none by itself. `address` is in lower case.

    `mail` is the kind of mail by which that became known.
    """

    class Reason(models.TextChoices):
        GONE = "gone", _("No such mailbox")
        COMPLAINT = "complaint", _("Reported as spam")

    class Mail(models.TextChoices):
        ACKNOWLEDGMENT = "acknowledgment", _("Acknowledgment")
        ANSWER = "answer", _("Answer")
        OFFER = "offer", _("Offer")
        NOTIFICATION = "notification", _("Notification")
        ACCOUNT = "account", _("Mail about an account")

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    address = models.CharField(_("address"), max_length=254)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    mail = models.CharField(_("mail"), max_length=20, choices=Mail)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = BouncedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address that bounced")
        verbose_name_plural = _("addresses that bounced")
        constraints = [models.UniqueConstraint(fields=["pro", "address"], name="bounced_address_once")]

    def __str__(self) -> str:
        return self.address
