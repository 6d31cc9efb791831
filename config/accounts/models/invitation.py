from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .pro import Pro
from .tenancy import TenantQuerySet
from .user import User

# How long a link works.
LASTS = timedelta(days=7)


class Invitation(models.Model):
    """An address that an owner has asked to join their Pro. It goes when it is taken up or withdrawn."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="invitations", verbose_name=_("Pro"))
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=User.Role, default=User.Role.MEMBER)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("invited by")
    )
    # How many mails have gone out: the link of the last one works alone.
    mails = models.PositiveIntegerField(default=0, editable=False)
    mailed_at = models.DateTimeField(_("mailed at"), default=timezone.now, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = TenantQuerySet["Invitation"].as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["pro", "email"], name="invitation_once"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_lower"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def ends_at(self) -> datetime:
        return self.mailed_at + LASTS

    @property
    def has_ended(self) -> bool:
        return self.ends_at <= timezone.now()
