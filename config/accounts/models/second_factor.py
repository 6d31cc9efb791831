"""The second factors of people who sign in: apps that show codes, passkeys, and recovery codes."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.web.secret_field import SecretField

from .user import User

# A credential's id has at most 1023 bytes (WebAuthn), as base64url.
MAX_CREDENTIAL_ID = 1364


class Factor(models.Model):
    """Proof of a user beside the password, under a name of the user's own."""

    user = models.ForeignKey(User, models.CASCADE, related_name="%(class)ss", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    used_at = models.DateTimeField(_("last used at"), null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name


class CodeApp(Factor):
    """App that shows six digits, new ones every 30 seconds (TOTP, RFC 6238)."""

    secret = SecretField(editable=False)
    # The step of 30 seconds since 1970 whose code was used last: no earlier one counts any more, nor the same again.
    last_step = models.BigIntegerField(default=0, editable=False)

    class Meta(Factor.Meta):
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")


class Passkey(Factor):
    """Key pair on a device of the user's (WebAuthn); here is the public one."""

    credential_id = models.CharField(max_length=MAX_CREDENTIAL_ID, unique=True, editable=False)
    # Attested credential data, as base64url.
    credential = models.TextField(editable=False)
    sign_count = models.BigIntegerField(default=0, editable=False)
    # When the challenge was made that it answered last, in nanoseconds: no earlier one counts any more, nor this again.
    last_challenge = models.BigIntegerField(default=0, editable=False)

    class Meta(Factor.Meta):
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")


class RecoveryCode(models.Model):
    """One of the codes that let a user in once without the other factors; deleted when it is used."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes", verbose_name=_("user"))
    # The same for all that were made together.
    salt = models.CharField(max_length=32, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return f"{self.user_id}: …"
