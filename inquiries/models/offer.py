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

from config.accounts.models import User

if TYPE_CHECKING:
    from .inquiry import Inquiry

PAST = _("This day is over.")


def new_key() -> str:
    return secrets.token_urlsafe(32)


class InvalidOfferTransition(Exception):
    """What an offer does not allow as it stands. `present` is its status, `wanted` the one that was asked for."""

    def __init__(self, present: str, wanted: str) -> None:
        super().__init__(f"Invalid offer transition from {present} to {wanted}")
        self.present, self.wanted = present, wanted


class StaleOffer(Exception):
    """Somebody else changed the draft after it was read; nothing was written. The offer holds what stands now."""


class OfferQuerySet(models.QuerySet["Offer"]):
    def public(self) -> Self:
        """What customers may see: whatever has been sent."""
        return self.exclude(status=Offer.Status.DRAFT)

    def draft(self, inquiry: "Inquiry", *, by: User | None, id: uuid.UUID | None = None, **fields: Any) -> "Offer":
        """A new draft with the fields of FIELDS. The same `id` with the same fields is one draft, made twice.

        Raises ValidationError.
        """
        offer = self.model(inquiry=inquiry, made_by=by, made_by_name=str(by or ""), **fields)
        offer.validate()
        if id is None:
            offer.save(force_insert=True)
            return offer
        words = [str(getattr(offer, name)) for name in Offer.FIELDS]
        offer.form_id = uuid.uuid5(id, repr(words))
        values = {name: getattr(offer, name) for name in (*Offer.FIELDS, "made_by", "made_by_name")}
        return self.get_or_create(inquiry=inquiry, form_id=offer.form_id, defaults=values)[0]


class Offer(models.Model):
    """What the Pro proposes to the customer of an inquiry, for how much and until when.

    `key` is the secret part of the address at which the customer sees it and answers. draft -> sent -> viewed ->
    accepted or declined; the customer may also answer a sent one that was not seen to be viewed, and what is not
    answered by the end of `valid_until`, in the Pro's time zone, expires. The pipeline of the inquiry does not move by
    itself: what an answer means for it is the Pro's to say.
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

    # What a draft is made of.
    FIELDS = ("title", "text", "amount", "currency", "valid_until")
    # The customer may answer these.
    OPEN = (Status.SENT, Status.VIEWED)

    inquiry = models.ForeignKey("inquiries.Inquiry", models.PROTECT, related_name="offers", verbose_name=_("inquiry"))
    # Makes a form that is sent twice one draft.
    form_id = models.UUIDField(null=True, editable=False)
    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=255)
    text = models.TextField(
        _("what is offered"), max_length=10_000, blank=True, validators=[MaxLengthValidator(10_000)]
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
    # The last failure to mail it, while the worker keeps trying and when it has given up.
    mail_error = models.CharField(_("last failure"), max_length=300, blank=True, editable=False)
    mail_failed_at = models.DateTimeField(_("given up at"), null=True, editable=False)
    viewed_at = models.DateTimeField(_("viewed at"), null=True, editable=False)
    answered_at = models.DateTimeField(_("accepted or declined at"), null=True, editable=False)

    answer_mailed_at = models.DateTimeField(_("Pro told at"), null=True, editable=False)

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
        """In which the customer is written to."""
        return self.inquiry.language

    @property
    def email(self) -> str:
        """Where it goes; "" when there is no such address."""
        return self.inquiry.email

    @property
    def standing(self) -> str:
        """The status as of now: what is past its time is expired, whether or not the sweep has been there."""
        return self.Status.EXPIRED if self.status in self.OPEN and self.is_past else self.status

    @property
    def standing_label(self) -> str:
        return str(self.Status(self.standing).label)

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_past(self) -> bool:
        """Whether the last day of its validity, which counts, is over where the Pro is."""
        return self.valid_until is not None and self.valid_until < today(self.inquiry.pro.time_zone)

    @property
    def may_be_sent_again(self) -> bool:
        """Whether the worker has given up mailing it to a customer who may still answer it."""
        return self.mail_failed_at is not None and self.standing in self.OPEN

    def validate(self) -> None:
        """Raises ValidationError for what cannot be offered."""
        self.clean_fields(exclude={"inquiry", "made_by"})
        if self.is_past:
            raise ValidationError({"valid_until": PAST})

    def change(self, *, expected: datetime | None = None, **fields: Any) -> None:
        """Give a draft other fields. `expected` is `updated_at` as it was when the editing began.

        Raises StaleOffer when somebody else saved since, unless what they saved is the same; ValidationError; and
        InvalidOfferTransition when it is no draft any more.
        """
        with transaction.atomic():
            self.lock()
            if not self.is_draft:
                raise InvalidOfferTransition(self.status, self.Status.DRAFT)
            if all(getattr(self, name) == value for name, value in fields.items()):
                return
            self.refuse_stale(expected)
            for name, value in fields.items():
                setattr(self, name, value)
            self.validate()
            self.save(update_fields=[*fields, "updated_at"])

    def refuse_stale(self, expected: datetime | None) -> None:
        """Raises StaleOffer when it was saved after `expected`."""
        if expected is not None and expected != self.updated_at:
            raise StaleOffer

    def discard(self) -> None:
        """Delete a draft. Raises InvalidOfferTransition for any other, DoesNotExist when it is gone."""
        with transaction.atomic():
            self.lock()
            if not self.is_draft:
                raise InvalidOfferTransition(self.status, "discarded")
            self.delete()

    def note_failure(self, error: Exception, *, is_last: bool) -> None:
        """Keep why it could not be mailed, for the Pro to see; after the last attempt `resend_offer` begins anew."""
        said = {"mail_error": str(error)[:300] or type(error).__name__, "mail_failed_at": None}
        Offer.objects.filter(pk=self.pk).update(**said | ({"mail_failed_at": timezone.now()} if is_last else {}))

    def view(self) -> None:
        """The customer opened it: sent becomes viewed, the first time."""
        if self.status != self.Status.SENT:
            return
        with transaction.atomic():
            self.lock()
            if self.standing == self.Status.SENT:
                self.set_status(self.Status.VIEWED, "viewed_at")

    def lock(self) -> None:
        """Hold the row until the transaction ends, and see it as it is now. Raises DoesNotExist when it is gone."""
        self.refresh_from_db(from_queryset=Offer.objects.select_for_update())

    def set_status(self, status: str, time_field: str) -> None:
        """Save a new status, with the time of the change in `time_field`. Call it with the row locked."""
        self.status = status
        setattr(self, time_field, timezone.now())
        self.save(update_fields=["status", time_field, "updated_at"])


def today(time_zone: str) -> date:
    """The day it is now in a time zone, by its name."""
    return timezone.localdate(timezone=zoneinfo.ZoneInfo(time_zone))
