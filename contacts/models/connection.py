import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator, validate_email
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet
from config.web.secret_field import SecretField

# Long enough to be left out of the log of addresses.
KEY_BYTES = 24
# `last_received_at` is written at most this often.
RECEIVED_RESOLUTION = timedelta(minutes=1)
printable = RegexValidator(r"^[!-~]*\Z", _("Use letters, digits and signs without accents, and no spaces."))


def make_key() -> str:
    return secrets.token_hex(KEY_BYTES)


class ChannelConnectionQuerySet(TenantQuerySet["ChannelConnection"]):
    def connect(self, pro: Pro, channel: str, fields: dict[str, Any]) -> "ChannelConnection":
        """Set up one of the Pro's channels, or change how it is set up; an empty secret or token stays what it is.

        Raises ValidationError with every field at fault.
        """
        with transaction.atomic():
            Pro.objects.select_for_update(no_key=True).get(pk=pro.pk)
            # Held, as all of it is written: what somebody disconnects meanwhile must not come back.
            present = self.for_pro(pro).filter(channel=channel).select_for_update(no_key=True).first()
            found = present or self.model(pro=pro, channel=channel)
            found.set(fields)
            found.save()
            return found


class ChannelConnection(models.Model):
    """How a Pro's messages of one channel come in and go out: the provider, where it calls, and what proves who it is.

    `key` stands in the address that the provider calls. `secret` is what its calls are checked with, `token` what ours
    are let in by; both are encrypted in the database. `address` is the id of the WhatsApp number, or where people send
    their e-mails.
    """

    class Channel(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        TELEGRAM = "telegram", "Telegram"
        EMAIL = "email", _("E-mail")

    class Provider(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp Cloud API"
        TELEGRAM = "telegram", "Telegram Bot API"
        MAILGUN = "mailgun", "Mailgun"
        POSTMARK = "postmark", "Postmark"
        MIME = "mime", _("Own mail server (signed MIME)")

    # The providers of each channel; the first one is the usual one.
    PROVIDERS = {"whatsapp": ["whatsapp"], "telegram": ["telegram"], "email": ["mailgun", "postmark", "mime"]}
    SETTABLE = ("provider", "address", "secret", "token", "is_active")
    HIDDEN = ("secret", "token")

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="channels", db_index=False, verbose_name=_("Pro"))
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    provider = models.CharField(_("provider"), max_length=20, choices=Provider)
    key = models.CharField(_("key in the address"), max_length=64, unique=True, default=make_key, editable=False)
    address = models.CharField(_("address"), max_length=254, blank=True)
    secret = SecretField(_("secret"), blank=True, validators=[printable, MaxLengthValidator(500)])
    token = SecretField(_("access token"), blank=True, validators=[printable, MaxLengthValidator(1000)])
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Off: nothing comes in or goes out."))
    last_received_at = models.DateTimeField(_("last message received"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ChannelConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["pro_id", "-channel"]
        constraints = [
            models.UniqueConstraint(fields=["pro", "channel"], name="channel_connection_one"),
            models.CheckConstraint(
                condition=models.Q(channel="whatsapp", provider="whatsapp")
                | models.Q(channel="telegram", provider="telegram")
                | models.Q(channel="email", provider__in=["mailgun", "postmark", "mime"]),
                name="channel_connection_provider_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} ({self.get_provider_display()})"

    def set(self, fields: dict[str, Any]) -> None:
        """Put these values into place, unsaved; "" for a secret or token leaves the present one.

        Raises ValidationError with every field at fault.
        """
        for name, value in fields.items():
            if name not in self.SETTABLE:
                raise ValueError(name)
            if name not in self.HIDDEN or value:
                setattr(self, name, value.strip() if isinstance(value, str) else value)
        if not self.provider:
            self.provider = self.PROVIDERS[self.channel][0]
        if self.provider == self.Provider.TELEGRAM and not self.secret:
            # Nobody has to think one up: Telegram is told it when the connection is tried.
            self.secret = secrets.token_urlsafe(32)
        self.full_clean(exclude=["pro"], validate_constraints=False, validate_unique=False)

    def clean(self) -> None:
        wrong: dict[str, Any] = {}
        if self.provider not in self.PROVIDERS.get(self.channel, []):
            wrong["provider"] = _("This provider does not bring messages of this channel.")
        if self.channel == self.Channel.EMAIL:
            try:
                validate_email(self.address)
            except ValidationError as error:
                wrong["address"] = error
        elif self.channel == self.Channel.WHATSAPP and not (self.address.isascii() and self.address.isdigit()):
            wrong["address"] = _("The id of a phone number is digits alone; Meta shows it beside the number.")
        elif self.channel == self.Channel.TELEGRAM and self.token and not self.token.partition(":")[0].isdecimal():
            wrong["token"] = _("This is no bot's token. BotFather gives one that begins with a number.")
        if self.is_active and not self.secret:
            wrong["secret"] = _("Without it nothing that comes in can be believed.")
        if self.is_active and self.channel == self.Channel.TELEGRAM and not self.token:
            wrong["token"] = _("Without it Telegram brings nothing.")
        if wrong:
            raise ValidationError(wrong)

    @property
    def is_receiving(self) -> bool:
        """Whether calls can be checked; what cannot be checked is refused."""
        return self.is_active and bool(self.secret)

    @property
    def is_sending(self) -> bool:
        """Whether messages can go out. E-mail goes by the installation's own mail server, once answers can come in."""
        return self.is_active and bool(self.secret if self.channel == self.Channel.EMAIL else self.token)

    @property
    def webhook_url(self) -> str:
        """The address that the provider calls."""
        return settings.SITE_URL + reverse(f"messages:{self.channel}_webhook", args=[self.key])

    @property
    def callable_url(self) -> str:
        """The address as it is entered at the provider: Postmark signs in with a password, which is not repeated."""
        if self.provider != self.Provider.POSTMARK:
            return self.webhook_url
        scheme, _sign, rest = self.webhook_url.partition("://")
        return f"{scheme}://vestibule:PASSWORD@{rest}"

    @property
    def verify_token(self) -> str:
        """What Meta asks back once, when the address is entered there; it opens nothing."""
        return salted_hmac("contacts.channels.verify", self.key, algorithm="sha256").hexdigest()[:32]

    def note_received(self) -> None:
        """Record that something came in, once a minute at the most."""
        now = timezone.now()
        if self.last_received_at is None or self.last_received_at < now - RECEIVED_RESOLUTION:
            ChannelConnection.objects.filter(pk=self.pk).update(last_received_at=now)

    def disconnect(self) -> None:
        """End it at once: its keys are forgotten and its address is another one. What came in stays, and is read."""
        self.secret = self.token = ""
        self.key, self.is_active = make_key(), False
        self.save(update_fields=["secret", "token", "key", "is_active"])
