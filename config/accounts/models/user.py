import zoneinfo
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .pro import Pro

MAX_UNDO_SECONDS = 30
FIRST_PASSWORD_LASTS = timedelta(days=7)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> "User":
        """The user who signs in with `email`, with the Pro in the same query."""
        return self.select_related("pro").get(email=(email or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail and password; belongs to one Pro, or is staff, or both."""

    class Role(models.TextChoices):
        """Rights in the Pro: of an owner all, of a member all but what `for_owners` marks."""

        OWNER = "owner", _("Owner")
        MEMBER = "member", _("Member")

    class Shown(models.TextChoices):
        EVERYONE = "everyone", pgettext_lazy("people who wait", "Everyone")
        MINE = "mine", pgettext_lazy("people who wait", "Mine")
        NOBODYS = "nobody", pgettext_lazy("people who wait", "Nobody’s")

    email = models.EmailField(_("e-mail"), unique=True, error_messages={"unique": _("This address is already in use.")})
    name = models.CharField(_("name"), max_length=200, blank=True)
    pro = models.ForeignKey(Pro, models.PROTECT, null=True, blank=True, related_name="users", verbose_name=_("Pro"))
    # Whoever was there before there were roles keeps all rights.
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=Role,
        default=Role.OWNER,
        db_default=Role.OWNER,
        help_text=_("Owners may open everything, members not the settings of the office, exports and erasures."),
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    userhub_id = models.BigIntegerField(
        _("UserHub id"),
        null=True,
        blank=True,
        unique=True,
        help_text=_("This person's id in UserHub, if any."),
    )
    undo_seconds = models.PositiveSmallIntegerField(
        _("seconds to undo"),
        default=10,
        db_default=10,
        validators=[MaxValueValidator(MAX_UNDO_SECONDS)],
        help_text=_("How long an answer waits before it leaves: 0 to 30."),
    )
    # First and last day of an absence, by the Pro's time zone, and who answers meanwhile.
    away_from = models.DateField(_("away from"), null=True, blank=True)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    stand_in = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("stand-in"),
    )
    # Whose people the list of who waits shows to this user.
    waiting_shown = models.CharField(
        max_length=10, choices=Shown, default=Shown.EVERYONE, db_default=Shown.EVERYONE, editable=False
    )
    # Number of the last of the Pro's turns that was this user's, 0 for none: see `contacts.assigning.turns`.
    last_turn = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May open the admin."))
    # Of a password that others know: made up by a command, or set by staff.
    password_ends_at = models.DateTimeField(_("password ends at"), null=True, editable=False)
    # How often its user has changed the address: a link to a new one works once.
    address_changes = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # Since when they have had one; null for none. Kept by `second_factor.py`, so that no request looks for it.
    second_factor_at = models.DateTimeField(_("second factor since"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    # Set it before a password is saved that its user has not chosen.
    has_first_password = False

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            # An address in capitals is the same user.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(
                condition=models.Q(undo_seconds__lte=MAX_UNDO_SECONDS), name="user_undo_seconds_bounded"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_owner(self) -> bool:
        return self.role == self.Role.OWNER

    @property
    def is_away(self) -> bool:
        """True on each day of an absence, the first and the last one too."""
        return self.is_away_between(self.today, self.today)

    @property
    def today(self) -> date:
        """The date in the time zone of the Pro."""
        return timezone.localdate(timezone=zoneinfo.ZoneInfo(self.pro.time_zone if self.pro else settings.TIME_ZONE))

    def is_away_between(self, first: date, last: date) -> bool:
        """True when the absence has one of these days; without a first day it has always been."""
        if self.away_until is None:
            return False
        return first <= self.away_until and (self.away_from is None or self.away_from <= last)

    @property
    def has_to_set_up(self) -> bool:
        """True once their office, or the site of its staff, requires a second factor: nothing else is open to them."""
        if self.second_factor_at is not None:
            return False
        starts_at = self.has_to_set_up_from
        is_now = self._is_bound and (starts_at is None or starts_at <= timezone.now())
        return is_now or (self.is_staff and settings.STAFF_SECOND_FACTOR_REQUIRED)

    @property
    def has_to_set_up_from(self) -> datetime | None:
        """When they can no longer do without a second factor; None for who has one, or need not."""
        is_missing = self.second_factor_at is None and self._is_bound
        return self.pro.second_factor_required_from if self.pro and is_missing else None

    @property
    def _is_bound(self) -> bool:
        return self.pro is not None and self.pro.second_factor_required

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        if getattr(self, "_password", None) is not None:
            # A new one, by whichever way.
            self.password_ends_at = timezone.now() + FIRST_PASSWORD_LASTS if self.has_first_password else None
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "password_ends_at"}
        super().save(*args, **kwargs)
