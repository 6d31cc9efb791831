from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet


class SenderRuleQuerySet(TenantQuerySet["SenderRule"]):
    def by_address(self, pro: Pro) -> dict[str, str]:
        """Role of each e-mail address that the Pro has corrected: {"leads@portal.example": "relay"}."""
        return dict(self.for_pro(pro).values_list("address", "role"))


class SenderRule(models.Model):
    """Correction of the Pro's: how e-mails from one address are read from now on. `address` is in lower case."""

    class Role(models.TextChoices):
        PERSON = "person", _("Writes for themselves")
        RELAY = "relay", _("Passes on the words of others")

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    address = models.CharField(_("address"), max_length=254)
    role = models.CharField(_("role"), max_length=10, choices=Role)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = SenderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("sender rule")
        verbose_name_plural = _("sender rules")
        constraints = [models.UniqueConstraint(fields=["pro", "address"], name="sender_rule_once")]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_role_display()}"
