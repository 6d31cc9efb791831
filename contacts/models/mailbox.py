from datetime import timedelta
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.web.secret_field import SecretField

from .connection import ChannelConnection

# A poll ends long before: its connection has a deadline.
POLL_LEASE = timedelta(minutes=3)
POLL_INTERVAL = timedelta(seconds=50)
LONGEST_WAIT = timedelta(hours=1)
MAX_YEARS_BACK = 10

host_name = RegexValidator(r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?\Z", _("Enter the name of a server."))
one_line_text = RegexValidator(r"^[^\x00-\x1f\x7f]*\Z", _("Use one line, without control characters."))
https_url = RegexValidator(
    r"^https://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-~]*)?\Z", _("Enter an address that begins with https://.")
)
PORT_VALIDATORS = [MinValueValidator(1), MaxValueValidator(65535)]


class MailboxSettingsQuerySet(models.QuerySet["MailboxSettings"]):
    def connect(self, pro: Pro, fields: dict[str, Any], *, by: User | None = None) -> "MailboxSettings":
        """Make a mailbox the Pro's e-mail channel, or change it; `address` and `is_active` are the connection's.

        An empty secret leaves the stored one. Raises ValidationError with every field at fault.
        """
        connection_fields: dict[str, Any] = {"provider": ChannelConnection.Provider.MAILBOX}
        connection_fields |= {name: fields[name] for name in ("address", "is_active") if name in fields}
        own_fields = {name: value for name, value in fields.items() if name not in connection_fields}
        errors: dict[str, Any] = {}
        with transaction.atomic():
            connection = None
            try:
                connection = ChannelConnection.objects.connect(pro, "email", connection_fields, by=by)
            except ValidationError as error:
                errors = error.message_dict
            rows = MailboxSettings.objects.filter(connection__pro=pro, connection__channel="email")
            mailbox: MailboxSettings = rows.select_for_update().first() or MailboxSettings(connection=connection)
            try:
                mailbox.set_fields(own_fields, is_active=bool(fields.get("is_active", True)))
            except ValidationError as error:
                errors |= error.message_dict
            if errors:
                raise ValidationError(errors)
            mailbox.save()
            return mailbox

    def polled(self) -> Self:
        """Mailboxes that are the e-mail channel of their Pro now."""
        return self.filter(connection__is_active=True, connection__provider=ChannelConnection.Provider.MAILBOX)

    def enqueue_due(self, enqueue: Any) -> None:
        """Call `enqueue` with the id of each active mailbox that is to be polled now, in the transaction that notes
        it."""
        now = timezone.now()
        with transaction.atomic():
            for mailbox in self.polled().filter(poll_at__lte=now).select_for_update(of=("self",), skip_locked=True):
                self.filter(pk=mailbox.pk).update(poll_at=now + POLL_LEASE)
                enqueue(mailbox.pk)


class MailboxSettings(models.Model):
    """A mailbox as a provider of the e-mail channel: its servers, the sign-in, and how far it has been read.

    It is polled by IMAP, and answers leave by its SMTP server. `refresh_token` and its companions are those of OAuth 2;
    with one, there is no password. `since` is the day from which mails are read; those that arrived before
    `connected_at` are stored as read. `polling_until` is the lease of the job that polls it now.
    """

    class Security(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")

    SECRETS = ("password", "client_secret", "refresh_token")
    SETTABLE = (
        *("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security", "username", "since"),
        *("client_id", "token_url", *SECRETS),
    )
    # Secrets are sent to these, so that a change asks for the secrets again.
    SECRET_TARGETS = ("imap_host", "imap_port", "smtp_host", "smtp_port", "token_url")

    connection = models.OneToOneField(ChannelConnection, models.CASCADE, related_name="mailbox")
    imap_host = models.CharField(_("IMAP server"), max_length=253, validators=[host_name])
    imap_port = models.PositiveIntegerField(_("IMAP port"), default=993, validators=PORT_VALIDATORS)
    imap_security = models.CharField(_("encryption of IMAP"), max_length=10, choices=Security, default=Security.TLS)
    smtp_host = models.CharField(_("SMTP server"), max_length=253, validators=[host_name])
    smtp_port = models.PositiveIntegerField(_("SMTP port"), default=465, validators=PORT_VALIDATORS)
    smtp_security = models.CharField(_("encryption of SMTP"), max_length=10, choices=Security, default=Security.TLS)
    username = models.CharField(_("user name"), max_length=254, validators=[one_line_text])
    password = SecretField(_("password"), blank=True, validators=[one_line_text])
    client_id = models.CharField(_("client ID"), max_length=254, blank=True, validators=[one_line_text])
    client_secret = SecretField(_("client secret"), blank=True, validators=[one_line_text])
    token_url = models.CharField(_("token URL"), max_length=500, blank=True, validators=[https_url])
    refresh_token = SecretField(_("refresh token"), blank=True, validators=[one_line_text])
    access_token = SecretField(editable=False, blank=True)
    access_token_expires_at = models.DateTimeField(null=True, editable=False)
    since = models.DateField(_("read e-mails from"), default=timezone.localdate)
    connected_at = models.DateTimeField(_("connected at"), default=timezone.now, editable=False)
    poll_at = models.DateTimeField(_("next poll"), default=timezone.now, editable=False, db_index=True)
    polling_until = models.DateTimeField(null=True, editable=False)
    polled_at = models.DateTimeField(_("last read"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    error = models.CharField(_("last failure"), max_length=300, blank=True, editable=False)
    failed_at = models.DateTimeField(_("failed at"), null=True, editable=False)

    objects: ClassVar = MailboxSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return self.username

    @property
    def has_credentials(self) -> bool:
        return bool(self.password or self.refresh_token)

    def set_fields(self, fields: dict[str, Any], *, is_active: bool = True) -> None:
        """Set fields without saving; "" for a secret leaves the present one. Another account is read from its start.

        Raises ValidationError with every field at fault.
        """
        before = {name: getattr(self, name) for name in self.SETTABLE}
        for name, value in fields.items():
            if name not in self.SETTABLE:
                raise ValueError(name)
            if name not in self.SECRETS or value:
                setattr(self, name, value.strip() if isinstance(value, str) and name != "password" else value)
        # One sign-in replaces the other.
        if fields.get("password") and not fields.get("refresh_token"):
            self.refresh_token = ""
        elif fields.get("refresh_token") and not fields.get("password"):
            self.password = ""
        self._check(fields, before, is_active)
        self.access_token, self.error, self.failures, self.failed_at = "", "", 0, None
        self.poll_at = timezone.now()
        is_same = (before["imap_host"].lower(), before["username"]) == (self.imap_host.lower(), self.username)
        if not is_same or not (before["password"] or before["refresh_token"]):
            self.connected_at = timezone.now()
        if self.pk and not is_same:
            self.folders.all().delete()
        elif self.pk and self.since < before["since"]:
            self.folders.update(last_uid=0)

    def _check(self, fields: dict[str, Any], before: dict[str, Any], is_active: bool) -> None:
        errors: dict[str, Any] = {}
        try:
            self.clean_fields(exclude=["connection"])
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if "since" not in errors and not self._is_possible_day():
            errors["since"] = [_("Choose a day of the last %(n)s years, at most today.") % {"n": MAX_YEARS_BACK}]
        if self.refresh_token:
            for name in ("client_id", "token_url"):
                if not getattr(self, name):
                    errors.setdefault(name, [_("Needed with a refresh token.")])
        if any(before[name] != getattr(self, name) for name in self.SECRET_TARGETS):
            kept = [name for name in self.SECRETS if before[name] and getattr(self, name) and not fields.get(name)]
            errors |= {name: [_("Enter it again, as it goes to another server now.")] for name in kept}
        if is_active and not self.has_credentials:
            errors.setdefault("password", [_("Enter the password, or the details of OAuth 2.")])
        if errors:
            raise ValidationError(errors)

    def _is_possible_day(self) -> bool:
        today = timezone.localdate()
        return today - timedelta(days=366 * MAX_YEARS_BACK) <= self.since <= today + timedelta(days=1)

    def begin_poll(self) -> bool:
        """Take the lease; return False when another job polls this mailbox now."""
        now = timezone.now()
        rows = MailboxSettings.objects.filter(Q(polling_until=None) | Q(polling_until__lt=now), pk=self.pk)
        self.polling_until = now + POLL_LEASE
        return rows.update(polling_until=self.polling_until) == 1

    def end_poll(self, error: str = "", *, is_continued: bool = False) -> None:
        """Give the lease back, and note when to poll next: later and later while it fails.

        `is_continued`: the caller enqueues the next poll.
        """
        now = timezone.now()
        changes: dict[str, Any] = {"failures": 0, "error": "", "failed_at": None, "polled_at": now}
        wait = POLL_LEASE if is_continued else POLL_INTERVAL
        if error:
            changes = {"failures": self.failures + 1, "error": error[:300], "failed_at": now}
            wait = min(POLL_INTERVAL * 2 ** min(self.failures, 10), LONGEST_WAIT)
        rows = MailboxSettings.objects.filter(pk=self.pk, polling_until=self.polling_until)
        rows.update(polling_until=None, poll_at=now + wait, **changes)

    def forget_secrets(self) -> None:
        """Delete what opens the mailbox."""
        for name in (names := (*self.SECRETS, "access_token")):
            setattr(self, name, "")
        self.save(update_fields=names)
