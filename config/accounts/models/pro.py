import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_SILENT_HOURS = 240


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("Unknown time zone. Use a name such as Europe/Paris."))


class Pro(models.Model):
    """A professional's account: the tenant. It owns properties, contact requests, contacts, inquiries and tokens."""

    class Plan(models.TextChoices):
        FREE = "free", _("Free")
        PRO = "pro", _("Pro")
        ENTERPRISE = "enterprise", _("Enterprise")

    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), help_text=_("Where notifications go, and where visitors' answers arrive."))
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    country = models.CharField(
        _("country"),
        max_length=2,
        default="FR",
        validators=[RegexValidator(r"^[A-Z]{2}\Z", _("Use the two capital letters of ISO 3166, such as FR."))],
        help_text=_("National phone numbers are read as numbers of this country (ISO 3166, such as FR)."),
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris", validators=[validate_time_zone])
    plan = models.CharField(_("plan"), max_length=20, choices=Plan, default=Plan.FREE)
    cni_required = models.BooleanField(
        _("identity check required"),
        default=False,
        help_text=_("The workspace and /pro stay closed until an identity document is approved."),
    )
    cni_verified_at = models.DateTimeField(_("identity verified at"), null=True, blank=True, editable=False)
    assigns_by_turns = models.BooleanField(
        _("assign by turns"),
        default=False,
        db_default=False,
        help_text=_("Who is nobody’s and writes is assigned to your colleagues by turns; whoever is away is left out."),
    )
    silent_hours = models.PositiveSmallIntegerField(
        _("hours of silence"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MAX_SILENT_HOURS)],
        help_text=_("After so many hours without an answer a person is nobody’s again. 0: never."),
    )
    # The kinds of events that its endpoints want, with a space around each: whoever has none pays nothing for events.
    event_types = models.TextField(default="", blank=True, db_default="", editable=False)
    # Without one nobody of the office gets further than the page to set one up, from this time on, if there is any.
    # Set by `require_second_factor`.
    second_factor_required = models.BooleanField(
        _("second factor required"), default=False, db_default=False, editable=False
    )
    second_factor_required_from = models.DateTimeField(_("second factor required from"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("Pro")
        verbose_name_plural = _("Pros")
        indexes = [models.Index(fields=["name", "id"], name="pro_by_name")]
        constraints = [
            models.CheckConstraint(condition=models.Q(plan__in=["free", "pro", "enterprise"]), name="pro_plan_known")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def max_page_size(self) -> int:
        """Greatest number of contacts that a page of the API has, by plan."""
        return {Pro.Plan.FREE: 50, Pro.Plan.PRO: 100, Pro.Plan.ENTERPRISE: 500}[Pro.Plan(self.plan)]

    @property
    def is_gated(self) -> bool:
        """True while the CNI gate is active: identity must be verified and is not yet."""
        return self.cni_required and self.cni_verified_at is None
