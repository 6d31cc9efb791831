import uuid
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import Pro, TenantQuerySet
from config.web.secret_field import SecretField

from .kinds import EventType
from .signing import make_secret

# For how long the secret before a change signs too.
BOTH_SECRETS_FOR = timedelta(hours=24)
# Beginning of an answer that is kept.
ANSWER_LENGTH = 1000  # characters


def validate_url(value: str) -> None:
    """Raise ValidationError for an address that cannot be called. Whether it is a private one shows when it is."""
    try:
        parts = urlsplit(value)
        is_usable = value.isascii() and value.isprintable() and " " not in value and bool(parts.hostname)
        is_usable = is_usable and "@" not in parts.netloc and not parts.fragment and parts.port != 0
    except ValueError:
        is_usable = False
    # A network of one's own has seldom certificates.
    schemes = ("https", "http") if settings.OUTGOING_PRIVATE_NETWORKS else ("https",)
    if not is_usable or parts.scheme not in schemes:
        raise ValidationError(_("Enter an address that begins with https://, without a user name or a #."))


def validate_types(value: object) -> None:
    """Raise ValidationError unless it is a list of one or more kinds of events."""
    if not isinstance(value, list) or not value or not all(each in EventType.values for each in value):
        raise ValidationError(_("Choose one or more of: %(types)s."), params={"types": ", ".join(EventType.values)})


class EndpointQuerySet(TenantQuerySet["Endpoint"]):
    def for_pro(self, pro: Pro) -> Self:
        """The endpoints of a Pro that were not deleted."""
        return super().for_pro(pro).filter(deleted_at=None)

    def enabled(self) -> Self:
        return self.filter(is_enabled=True, deleted_at=None)

    def ready(self, now: datetime) -> Self:
        """Enabled ones that are neither paused nor being called by a job."""
        free = Q(paused_until=None) | Q(paused_until__lte=now)
        return self.enabled().filter(free, Q(held_until=None) | Q(held_until__lte=now))


class Endpoint(models.Model):
    """An address of a Pro's own program, which is called when something happens.

    `types` are the kinds of events that it wants. A deleted one stays for a while, without secrets, as events may be
    written for it at the same moment.
    """

    class Problem(models.TextChoices):
        GONE = "gone", _("The program answered that it is gone (410).")
        FAILING = "failing", _("Every call failed for days.")

    SETTABLE = ("url", "description", "types", "is_enabled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="endpoints", verbose_name=_("Pro"))
    url = models.CharField(_("address"), max_length=500, validators=[validate_url])
    description = models.CharField(_("description"), max_length=200, blank=True)
    types = models.JSONField(_("events"), default=list, validators=[validate_types])
    is_enabled = models.BooleanField(_("on"), default=True)
    # Why it was switched off by itself; "" where it was not.
    problem = models.CharField(_("problem"), max_length=10, choices=Problem, blank=True, editable=False)
    secret = SecretField(_("secret"), default=make_secret, editable=False)
    former_secret = SecretField(_("former secret"), blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    # Failed calls one after the other, and when the first of them was.
    failures = models.PositiveIntegerField(_("failures"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    # Until then one job has it to itself.
    held_until = models.DateTimeField(null=True, editable=False)
    last_delivered_at = models.DateTimeField(_("last delivered"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.description or self.host

    @property
    def host(self) -> str:
        """Name and port of the machine that is called."""
        return urlsplit(self.url).netloc

    @property
    def secrets(self) -> list[str]:
        """The secrets that sign now, the present one first."""
        is_former = self.former_secret and self.former_until and self.former_until > timezone.now()
        return [self.secret, self.former_secret] if is_former else [self.secret]

    def replace_secret(self) -> None:
        """Make a new secret, unsaved; the present one signs too for a day."""
        self.former_secret, self.former_until = self.secret, timezone.now() + BOTH_SECRETS_FOR
        self.secret = make_secret()

    def forget_failures(self) -> None:
        """Begin anew, unsaved: no failures, no pause, no problem."""
        self.failures, self.failing_since, self.paused_until, self.problem = 0, None, None, ""


class Event(models.Model):
    """Something that happened, in the words in which programs are told.

    `key` names the object, such as "contact:<id>": of one object each event waits for those before it. `contact_id` is
    the contact whom it is about, for an erasure. `payload` is the body that is sent, byte for byte.
    """

    id = models.BigAutoField(primary_key=True)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    type = models.CharField(_("event"), max_length=40)
    key = models.CharField(max_length=80)
    contact_id = models.UUIDField(null=True)
    payload = models.TextField()
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = TenantQuerySet["Event"].as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["pro", "contact_id"], name="event_of_contact"),
            models.Index(fields=["created_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return self.type

    @property
    def name(self) -> str:
        """Its id for programs: the same at each attempt, and at each endpoint."""
        return f"evt_{self.uid.hex}"


class DispatchQuerySet(TenantQuerySet["Dispatch"]):
    def waiting(self) -> Self:
        return self.filter(state=Dispatch.State.WAITING)

    def due(self, now: datetime) -> Self:
        """Those to be tried now, in their order: of each object the first alone."""
        earlier = Dispatch.objects.waiting().filter(
            endpoint=OuterRef("endpoint"), key=OuterRef("key"), pk__lt=OuterRef("pk")
        )
        return self.waiting().filter(~Exists(earlier), next_at__lte=now).order_by("pk")


class Dispatch(models.Model):
    """One event on its way to one endpoint; *delivery* on pages and in the API.

    It is tried again until `began_at` is three days ago. `status` is that of the last answer, None where there was
    none, for the `reason`; `answer` is the beginning of its body.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
        DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")

    class Reason(models.TextChoices):
        TIMEOUT = "timeout", _("No answer in time")
        UNREACHABLE = "unreachable", _("No connection")
        NO_ANSWER = "no_answer", _("The connection ended without an answer")
        TOO_LARGE = "too_large", _("The answer was too large")
        PRIVATE = "private_address", _("A private address, which is not called")
        NO_SECRET = "no_secret", _("The secret cannot be read any more; replace it")
        EXPIRED = "expired", _("Too old to be tried again")

    id = models.BigAutoField(primary_key=True)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="dispatches", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="dispatches")
    key = models.CharField(max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    began_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(_("last attempt"), null=True)
    status = models.PositiveSmallIntegerField(_("answer"), null=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    answer = models.TextField(_("answer's body"), blank=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="dispatch_newest"),
            models.Index(fields=["endpoint", "key", "id"], condition=Q(state="waiting"), name="dispatch_of_object"),
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="dispatch_due"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.state}"
