import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator, validate_email
from django.db import models, transaction
from django.db.models import Value
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.secret_field import SecretField

# Keys of this length are left out of the access log.
KEY_BYTES = 24
# `last_received_at` is updated at most this often.
RECEIVED_RESOLUTION = timedelta(minutes=1)
validate_digits = RegexValidator(r"^[0-9]*\Z", _("Use digits only."))
printable = RegexValidator(r"^[!-~]*\Z", _("Use letters without accents, digits and symbols, without spaces."))


def make_key() -> str:
    return secrets.token_hex(KEY_BYTES)


class ChannelConnectionQuerySet(TenantQuerySet["ChannelConnection"]):
    def connect(self, pro: Pro, channel: str, fields: dict[str, Any], *, by: User | None = None) -> "ChannelConnection":
        """Create or change the Pro's connection of a channel; an empty secret or token leaves the stored one.

        Raises ValidationError with every field at fault.
        """
        with transaction.atomic():
            Pro.objects.select_for_update(no_key=True).get(pk=pro.pk)
            # Locked, as every field is saved: a connection that is ended meanwhile must not come back.
            stored = self.for_pro(pro).filter(channel=channel).select_for_update(no_key=True).first()
            connection = stored or self.model(pro=pro, channel=channel)
            kind = Kind.CHANNEL_CHANGED if connection.is_set_up else Kind.CHANNEL_CONNECTED
            connection.set_fields(fields)
            connection.save()
            if connection.provider != self.model.Provider.MAILBOX:
                connection.forget_mailbox()
            record_event(kind, connection, pro=pro, by=by, detail=connection.provider)
            return connection


class ChannelConnection(models.Model):
    """A Pro's set-up of one channel.

    `key` is the secret part of the address that the provider calls. `secret` verifies its calls, `token` authorizes
    ours; both are encrypted in the database. `address` is the phone number ID of WhatsApp, or the e-mail address that
    people write to. A mailbox has its secrets in MailboxSettings. `business_id` is the WhatsApp Business Account ID,
    whose approved `templates` are kept here: [{"name", "language", "header", "body", "footer"}].
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
        MAILBOX = "mailbox", _("Mailbox (IMAP)")

    # The providers of each channel, the default first.
    PROVIDERS = {
        "whatsapp": ["whatsapp"],
        "telegram": ["telegram"],
        "email": ["mailgun", "postmark", "mime", "mailbox"],
    }
    SETTABLE = ("provider", "address", "business_id", "secret", "token", "is_active")
    HIDDEN = ("secret", "token")

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="channels", db_index=False, verbose_name=_("Pro"))
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    provider = models.CharField(_("provider"), max_length=20, choices=Provider)
    key = models.CharField(_("key in the address"), max_length=64, unique=True, default=make_key, editable=False)
    address = models.CharField(_("address"), max_length=254, blank=True)
    secret = SecretField(_("secret"), blank=True, validators=[printable, MaxLengthValidator(500)])
    token = SecretField(_("access token"), blank=True, validators=[printable, MaxLengthValidator(1000)])
    business_id = models.CharField(
        _("business account"), max_length=50, blank=True, db_default="", validators=[validate_digits]
    )
    templates = models.JSONField(default=list, editable=False, db_default=Value([], models.JSONField()))
    templates_at = models.DateTimeField(null=True, editable=False)
    templates_error = models.CharField(max_length=300, blank=True, editable=False, db_default="")
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("When off, no messages are received or sent.")
    )
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
                | models.Q(channel="email", provider__in=["mailgun", "postmark", "mime", "mailbox"]),
                name="channel_connection_provider_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} ({self.get_provider_display()})"

    def set_fields(self, fields: dict[str, Any]) -> None:
        """Set fields without saving; "" for a secret or token leaves the present one.

        Raises ValidationError with every field at fault.
        """
        if fields.get("business_id", self.business_id) != self.business_id:
            # Those of another account; the worker fetches them within a minute.
            self.templates, self.templates_at, self.templates_error = [], None, ""
        for name, value in fields.items():
            if name not in self.SETTABLE:
                raise ValueError(name)
            if name not in self.HIDDEN or value:
                setattr(self, name, value.strip() if isinstance(value, str) else value)
        if not self.provider:
            self.provider = self.PROVIDERS[self.channel][0]
        if self.provider == self.Provider.TELEGRAM and not self.secret:
            # Made up here: Telegram gets it when the connection is tested.
            self.secret = secrets.token_urlsafe(32)
        self.full_clean(exclude=["pro"], validate_constraints=False, validate_unique=False)

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.provider not in self.PROVIDERS.get(self.channel, []):
            errors["provider"] = _("This provider does not carry this channel.")
        if self.channel == self.Channel.EMAIL:
            try:
                validate_email(self.address)
            except ValidationError as error:
                errors["address"] = error
        elif self.channel == self.Channel.WHATSAPP and not (self.address.isascii() and self.address.isdigit()):
            errors["address"] = _("A phone number ID has only digits; Meta shows it beside the number.")
        elif self.channel == self.Channel.TELEGRAM and self.token and not self.token.partition(":")[0].isdecimal():
            errors["token"] = _("This is not a bot's token. A token from BotFather begins with a number.")
        if self.is_active and not self.secret and self.provider != self.Provider.MAILBOX:
            errors["secret"] = _("Without it, no incoming message can be verified.")
        if self.is_active and self.channel == self.Channel.TELEGRAM and not self.token:
            errors["token"] = _("Without it, Telegram delivers no messages.")
        if errors:
            raise ValidationError(errors)

    @property
    def is_set_up(self) -> bool:
        """True if what verifies the provider's calls, or opens the mailbox, is stored."""
        if self.provider != self.Provider.MAILBOX:
            return bool(self.secret)
        mailbox = getattr(self, "mailbox", None)
        return mailbox is not None and mailbox.has_credentials

    @property
    def is_receiving(self) -> bool:
        """True if calls can be verified, or the mailbox opened; other calls are refused."""
        return self.is_active and self.is_set_up

    @property
    def is_sending(self) -> bool:
        """True if messages can be sent. E-mail uses the mailbox's or the installation's own mail server, once answers
        can arrive."""
        return self.is_active and (self.is_set_up if self.channel == self.Channel.EMAIL else bool(self.token))

    @property
    def webhook_url(self) -> str:
        """The address that the provider calls."""
        return settings.SITE_URL + reverse(f"providers:{self.channel}", args=[self.key])

    @property
    def callable_url(self) -> str:
        """The address to enter at the provider, for Postmark with a placeholder for its password."""
        if self.provider != self.Provider.POSTMARK:
            return self.webhook_url
        scheme, _sign, rest = self.webhook_url.partition("://")
        return f"{scheme}://vestibule:PASSWORD@{rest}"

    @property
    def verify_token(self) -> str:
        """The token that Meta repeats once, when the address is entered there; it gives access to nothing."""
        return salted_hmac("contacts.channels.verify", self.key, algorithm="sha256").hexdigest()[:32]

    def note_received(self) -> None:
        """Store the time of a received message, at most once a minute."""
        now = timezone.now()
        if self.last_received_at is None or self.last_received_at < now - RECEIVED_RESOLUTION:
            ChannelConnection.objects.filter(pk=self.pk).update(last_received_at=now)
            self.last_received_at = now

    def disconnect(self, *, by: User | None = None) -> None:
        """End the connection: delete its secrets and replace its key. Stored calls stay, and are read."""
        self.secret = self.token = ""
        self.key, self.is_active = make_key(), False
        with transaction.atomic():
            self.save(update_fields=["secret", "token", "key", "is_active"])
            self.forget_mailbox()
            record_event(Kind.CHANNEL_DISCONNECTED, self, pro=self.pro_id, by=by, detail=self.provider)

    def forget_mailbox(self) -> None:
        """Delete what opens the mailbox, if this was one."""
        if mailbox := getattr(self, "mailbox", None):
            mailbox.forget_secrets()
