import secrets
import uuid
import zoneinfo
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import ApiToken, Pro, User

if TYPE_CHECKING:
    from .inquiry import Inquiry

PAST_DATE = _("This date is in the past.")


def new_key() -> str:
    return secrets.token_urlsafe(32)


class InvalidOfferTransitionError(Exception):
    """A transition from the `current` status to the `requested` one that is not allowed."""

    def __init__(self, current: str, requested: str) -> None:
        super().__init__(f"Invalid offer transition from {current} to {requested}")
        self.current, self.requested = current, requested


class StaleOfferError(Exception):
    """The draft was changed after it was read, and nothing was saved. The offer has the current values."""


class OfferQuerySet(models.QuerySet["Offer"]):
    def for_pro(self, pro: Pro) -> Self:
        """The offers of one Pro."""
        return self.filter(inquiry__pro=pro)

    def public(self) -> Self:
        """Offers that customers can see: all but drafts."""
        return self.exclude(status=Offer.Status.DRAFT)

    def create_draft(
        self, inquiry: "Inquiry", *, by: User | ApiToken | None, id: uuid.UUID | None = None, **fields: Any
    ) -> "Offer":
        """Create a draft with the fields of FIELDS; the same `id` with the same fields again returns the same draft.

        Raises ValidationError.
        """
        name = by.name if isinstance(by, ApiToken) else str(by or "")
        user = by if isinstance(by, User) else None
        offer = self.model(inquiry=inquiry, made_by=user, made_by_name=name, **fields)
        offer.validate()
        if id is None:
            offer.save(force_insert=True)
            return offer
        texts = [str(getattr(offer, name)) for name in Offer.FIELDS]
        offer.form_id = uuid.uuid5(id, repr(texts))
        values = {name: getattr(offer, name) for name in (*Offer.FIELDS, "made_by", "made_by_name")}
        return self.get_or_create(inquiry=inquiry, form_id=offer.form_id, defaults=values)[0]


class Offer(models.Model):
    """A priced proposal to the customer of an inquiry.

    `key` is the secret part of the customer's address of the offer. Transitions: draft -> sent -> viewed -> accepted or
    declined; a sent offer can be answered before it is viewed; an unanswered one expires at the end of `valid_until`
    in the Pro's time zone. The inquiry moves along: see `inquiries.offers.following`.
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

    # The fields of a draft.
    FIELDS = ("title", "text", "amount", "currency", "valid_until")
    # Statuses in which the customer can answer.
    OPEN = (Status.SENT, Status.VIEWED)

    inquiry = models.ForeignKey("inquiries.Inquiry", models.PROTECT, related_name="offers", verbose_name=_("inquiry"))
    # Makes a form that is submitted twice one draft.
    form_id = models.UUIDField(null=True, editable=False)
    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=255)
    text = models.TextField(
        _("description of the offer"), max_length=10_000, blank=True, validators=[MaxLengthValidator(10_000)]
    )
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
    # The last error of mailing it; `mail_failed_at` is set after the last attempt.
    mail_error = models.CharField(_("last failure"), max_length=300, blank=True, editable=False)
    mail_failed_at = models.DateTimeField(_("mail failed at"), null=True, editable=False)
    viewed_at = models.DateTimeField(_("viewed at"), null=True, editable=False)
    answered_at = models.DateTimeField(_("accepted or declined at"), null=True, editable=False)

    answer_mailed_at = models.DateTimeField(_("answer mailed at"), null=True, editable=False)

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
            models.UniqueConstraint(fields=["inquiry", "form_id"], name="offer_form_once"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def language(self) -> str:
        """The language for mails to the customer."""
        return self.inquiry.language

    @property
    def email(self) -> str:
        """The customer's e-mail address, or ""."""
        return self.inquiry.email

    @property
    def current_status(self) -> str:
        """The status now: an open offer past its time is expired, even before housekeeping has saved that."""
        return self.Status.EXPIRED if self.status in self.OPEN and self.is_past_validity else self.status

    @property
    def current_status_label(self) -> str:
        return str(self.Status(self.current_status).label)

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_past_validity(self) -> bool:
        """True once the day `valid_until` is over in the Pro's time zone."""
        return self.valid_until is not None and self.valid_until < today(self.inquiry.pro.time_zone)

    @property
    def can_be_resent(self) -> bool:
        """True after the last attempt to mail it failed, while the customer can still answer it."""
        return self.mail_failed_at is not None and self.current_status in self.OPEN

    def validate(self) -> None:
        """Raise ValidationError unless the fields make a valid offer."""
        self.clean_fields(exclude={"inquiry", "made_by"})
        if self.is_past_validity:
            raise ValidationError({"valid_until": PAST_DATE})

    def edit_draft(self, *, expected: datetime | None = None, **fields: Any) -> None:
        """Save other fields of a draft. `expected` is `updated_at` as the editor saw it.

        Raises StaleOfferError when somebody else has saved other values since; ValidationError; and
        InvalidOfferTransitionError for any other status.
        """
        with transaction.atomic():
            self.lock()
            if not self.is_draft:
                raise InvalidOfferTransitionError(self.status, self.Status.DRAFT)
            if all(getattr(self, name) == value for name, value in fields.items()):
                return
            self.check_not_stale(expected)
            for name, value in fields.items():
                setattr(self, name, value)
            self.validate()
            self.save(update_fields=[*fields, "updated_at"])

    def check_not_stale(self, expected: datetime | None) -> None:
        """Raise StaleOfferError unless `updated_at` is `expected`; None skips the check."""
        if expected is not None and expected != self.updated_at:
            raise StaleOfferError

    def discard(self) -> None:
        """Delete a draft. Raises InvalidOfferTransitionError for any other status, DoesNotExist when it is deleted."""
        with transaction.atomic():
            self.lock()
            if not self.is_draft:
                raise InvalidOfferTransitionError(self.status, "discarded")
            self.delete()

    def record_mail_failure(self, reason: str, *, is_last: bool) -> None:
        """Save why an attempt to mail it failed; after the last one the Pro can resend it."""
        failed_at = timezone.now() if is_last else None
        Offer.objects.filter(pk=self.pk).update(mail_error=reason[:300], mail_failed_at=failed_at)

    def lock(self) -> None:
        """Lock the row until the transaction ends, and reload it. Raises DoesNotExist when it is deleted."""
        self.refresh_from_db(from_queryset=Offer.objects.select_for_update())

    def set_status(self, status: str, time_field: str) -> None:
        """Save a new status, with the time of the change in `time_field`. Call it with the row locked."""
        self.status = status
        setattr(self, time_field, timezone.now())
        self.save(update_fields=["status", time_field, "updated_at"])


def today(time_zone: str) -> date:
    """The current date in a time zone, given by its name."""
    return timezone.localdate(timezone=zoneinfo.ZoneInfo(time_zone))
