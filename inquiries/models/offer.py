import secrets

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import Pro, User


def new_key() -> str:
    return secrets.token_urlsafe(32)


class OfferQuerySet(models.QuerySet["Offer"]):
    def for_pro(self, pro: Pro) -> "OfferQuerySet":
        return self.filter(inquiry__pro=pro)


class Offer(models.Model):
    """What the Pro proposes to the customer of an inquiry, for how much and until when.

    `key` is the secret part of the address at which the customer sees it and answers.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("offer", "Draft")
        SENT = "sent", pgettext_lazy("offer", "Sent")
        VIEWED = "viewed", pgettext_lazy("offer", "Viewed")
        ACCEPTED = "accepted", pgettext_lazy("offer", "Accepted")
        DECLINED = "declined", pgettext_lazy("offer", "Declined")
        EXPIRED = "expired", pgettext_lazy("offer", "Expired")

    class Currency(models.TextChoices):
        EUR = "EUR", _("Euro")
        GBP = "GBP", _("Pound sterling")
        CHF = "CHF", _("Swiss franc")
        USD = "USD", _("US dollar")

    inquiry = models.ForeignKey("inquiries.Inquiry", models.PROTECT, related_name="offers", verbose_name=_("inquiry"))
    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=255)
    text = models.TextField(_("what is offered"), max_length=10_000, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    made_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("made by")
    )
    made_by_name = models.CharField(_("made by"), max_length=254, blank=True, editable=False)
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    mailed_at = models.DateTimeField(_("mailed at"), null=True, editable=False)
    viewed_at = models.DateTimeField(_("viewed at"), null=True, editable=False)
    answered_at = models.DateTimeField(_("accepted or declined at"), null=True, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["valid_until"], condition=Q(status__in=["sent", "viewed"]), name="offer_open_until")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "sent", "viewed", "accepted", "declined", "expired"]),
                name="offer_status_known",
            ),
            models.CheckConstraint(condition=Q(currency__in=["EUR", "GBP", "CHF", "USD"]), name="offer_currency_known"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="offer_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.title
