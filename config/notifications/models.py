import uuid
import zoneinfo
from datetime import datetime, timedelta
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User
from config.web.secret_field import SecretField

from .kinds import ABOUT_PEOPLE, ABOUT_THEM, Kind
from .times import add_quiet_hours, next_of


class Whose(models.TextChoices):
    """The people that a user is told about; each choice holds those before it."""

    NONE = "none", _("Nothing")
    MINE = "mine", _("Mine")
    NOBODYS = "nobodys", _("Mine and nobody’s")
    EVERYONES = "everyones", _("Everyone’s")


# A push that was not seen for so long is followed by a mail.
UNSEEN_FOR = timedelta(minutes=5)
_WIDTH = [Whose.NONE, Whose.MINE, Whose.NOBODYS, Whose.EVERYONES]


class Plan(NamedTuple):
    """When a push and a mail about an event leave, None for none. The mail leaves unless the push was seen."""

    push_at: datetime | None
    mail_at: datetime | None

    @property
    def is_any(self) -> bool:
        return self.push_at is not None or self.mail_at is not None


class PreferencesQuerySet(TenantQuerySet["Preferences"]):
    def of_present(self, pro: Pro) -> Self:
        """Those of a Pro's users who may sign in, with their users."""
        rows = self.with_devices().filter(pro=pro, user__pro=pro, user__is_active=True)
        return rows.select_related("user__pro", "pro").order_by("user")

    def with_devices(self) -> Self:
        """Annotate `has_devices`."""
        return self.annotate(has_devices=Exists(PushDevice.objects.filter(user=OuterRef("user"), pro=OuterRef("pro"))))


class Preferences(models.Model):
    """Settings of a user: of what they are told, when and how.

    A user without a row is told as everybody was before there were any: of their own people, by mail at once.
    """

    class Mail(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        DIGEST = "digest", _("Together, at set times")
        NONE = "none", _("No mail")

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="notification_preferences", verbose_name=_("user")
    )
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    requests = models.CharField(_("contact requests"), max_length=10, choices=Whose, default=Whose.MINE)
    messages = models.CharField(_("messages"), max_length=10, choices=Whose, default=Whose.MINE)
    inquiries = models.CharField(_("inquiries"), max_length=10, choices=Whose, default=Whose.MINE)
    mentions = models.BooleanField(_("a note mentions me"), default=True)
    assignments = models.BooleanField(_("a person is given to me, or is nobody’s again"), default=True)
    overdue = models.BooleanField(_("somebody waits longer than the target"), default=True, db_default=True)
    reminders = models.BooleanField(_("a reminder is due"), default=False)
    mail = models.CharField(_("mail"), max_length=10, choices=Mail, default=Mail.AT_ONCE)
    digest_at = models.TimeField(_("first mail at"), null=True)
    digest_again_at = models.TimeField(_("second mail at"), null=True)
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_until = models.TimeField(_("quiet until"), null=True)
    # "" for that of the office.
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)

    # True where a push may be sent: see `with_devices`.
    has_devices = False

    objects = PreferencesQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification settings")
        verbose_name_plural = _("notification settings")

    def __str__(self) -> str:
        return str(self.user_id)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The user's time zone, or that of the office."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone or self.pro.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            # A release of tzdata may take a name away.
            return zoneinfo.ZoneInfo(self.pro.time_zone)

    def wants(self, kind: Kind, least: str = "") -> bool:
        """True if the user is told of a kind, where it is about people: of at least these."""
        if kind in ABOUT_PEOPLE:
            return _WIDTH.index(Whose(getattr(self, ABOUT_PEOPLE[kind]))) >= _WIDTH.index(Whose(least))
        return bool(getattr(self, ABOUT_THEM[kind]))

    def plan(self, now: datetime) -> Plan:
        """When the user is told of something of now: by a push first, where they have a device for it."""
        mail_at = self.next_mail(now)
        if not self.has_devices:
            return Plan(None, mail_at)
        push_at = add_quiet_hours(now, self.quiet_from, self.quiet_until, self.zone)
        return Plan(push_at, mail_at and max(mail_at, push_at + UNSEEN_FOR))

    def next_mail(self, now: datetime) -> datetime | None:
        """When a mail about something of now leaves; `now` for one at once, None for no mail."""
        if self.mail == self.Mail.NONE:
            return None
        times = [time for time in (self.digest_at, self.digest_again_at) if time is not None]
        at = next_of(now, times, self.zone) if self.mail == self.Mail.DIGEST and times else now
        return add_quiet_hours(at, self.quiet_from, self.quiet_until, self.zone)


class NotificationQuerySet(TenantQuerySet["Notification"]):
    def waiting(self) -> Self:
        """Those whose mail has not been begun, and that nobody has seen."""
        return self.filter(state=Notification.State.WAITING)

    def to_push(self, now: datetime) -> Self:
        """Those whose push is due."""
        return self.waiting().filter(push_at__lte=now, pushed_at=None)

    def due(self, now: datetime) -> Self:
        return self.waiting().filter(due_at__lte=now)

    def claim(self, job: uuid.UUID, now: datetime) -> list["Notification"]:
        """Take those of these that are due for a job, in one statement; a job that runs again has what it took.

        Whoever sees one of them from now on gets its mail all the same.
        """
        mine = Q(state=Notification.State.CLAIMED, claimed_by=job)
        due = Q(state=Notification.State.WAITING, due_at__lte=now)
        self.filter(due).update(state=Notification.State.CLAIMED, claimed_by=job)
        rows = self.filter(mine).select_related("user__pro", "pro")
        return list(rows.order_by("created_at", "pk"))

    def end(self, state: "Notification.State") -> int:
        """Note what became of them; no mail is sent any more."""
        return self.update(state=state, ended_at=timezone.now())


class Notification(models.Model):
    """One event and one person who is told of it; `user` is None for the office's address.

    `key` names what happened, as its app does: nothing of anybody's words is here. `due_at` is when the mail leaves
    unless the event was seen before, None for no mail; `push_at` when a push leaves before it. `is_together`: in one
    mail with others that are due.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CLAIMED = "claimed", _("Being mailed")
        MAILED = "mailed", _("Mailed")
        SEEN = "seen", _("Seen")
        REFUSED = "refused", _("Refused")
        OVER = "over", _("Over")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="notifications", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    key = models.CharField(max_length=100)
    # Whom it is about. No foreign key, as contacts stand on a higher floor.
    contact_id = models.UUIDField(null=True)
    # To the office's address, which the user's settings decide about.
    to_office = models.BooleanField(default=False)
    # Of an assignee: what does not get to them goes to the office.
    is_theirs = models.BooleanField(default=False)
    is_together = models.BooleanField(default=False)
    push_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(_("pushed at"), null=True)
    due_at = models.DateTimeField(_("mail at"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    # The job that mails it.
    claimed_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["pro", "kind", "key", "user"], name="notification_once_a_user"),
            models.UniqueConstraint(
                fields=["pro", "kind", "key"], condition=Q(user=None), name="notification_once_an_office"
            ),
        ]
        indexes = [
            models.Index(fields=["pro", "contact_id"], name="notification_of_contact"),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="notification_due"),
            models.Index(fields=["claimed_by"], condition=Q(state="claimed"), name="notification_claimed"),
            models.Index(fields=["ended_at"], name="notification_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class PushDevice(models.Model):
    """A browser that shows pushes to a user: where its push service takes them, and the keys that it reads them by."""

    class Problem(models.TextChoices):
        TIMEOUT = "timeout", _("The push service did not answer in time.")
        UNREACHABLE = "unreachable", _("The push service could not be reached.")
        BLOCKED = "private_address", _("The push service has a private address, which is not called.")
        REFUSED = "refused", _("The push service refused it.")
        BUSY = "busy", _("The push service is busy; it is tried again.")
        NO_KEY = "no_key", _("The keys of this installation have changed: switch pushes on again on that device.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    user = models.ForeignKey(User, models.CASCADE, related_name="push_devices", verbose_name=_("user"))
    # Whoever knows it may try to send there.
    endpoint = SecretField(_("address"))
    endpoint_hash = models.CharField(max_length=64, editable=False)
    public_key = models.CharField(max_length=100, editable=False)
    secret = SecretField(editable=False)
    # The public key of ours with which it subscribed.
    vapid_key = models.CharField(max_length=100, editable=False)
    agent = models.CharField(_("browser"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    # Of the last push: what the service answered, None where it did not.
    tried_at = models.DateTimeField(_("last push"), null=True, editable=False)
    status = models.PositiveSmallIntegerField(null=True, editable=False)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem, blank=True, editable=False)
    test_asked_at = models.DateTimeField(null=True, editable=False)

    objects = TenantQuerySet["PushDevice"].as_manager()

    class Meta:
        verbose_name = _("device for pushes")
        verbose_name_plural = _("devices for pushes")
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["pro", "endpoint_hash"], name="push_device_once")]

    def __str__(self) -> str:
        return self.host

    @property
    def host(self) -> str:
        """Name of the push service."""
        return urlsplit(self.endpoint).netloc
