import uuid
import zoneinfo
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User

from .kinds import ABOUT_PEOPLE, ABOUT_THEM, Kind
from .times import add_quiet_hours, next_of


class Whose(models.TextChoices):
    """Whose people a user is told about; each holds those before it."""

    NONE = "none", _("Nothing")
    MINE = "mine", _("Mine")
    NOBODYS = "nobodys", _("Mine and nobody’s")
    EVERYONES = "everyones", _("Everyone’s")


_WIDTH = [Whose.NONE, Whose.MINE, Whose.NOBODYS, Whose.EVERYONES]


class PreferencesQuerySet(TenantQuerySet["Preferences"]):
    def of_present(self, pro: Pro) -> Self:
        """Those of a Pro's users who may sign in, with their users."""
        rows = self.filter(pro=pro, user__pro=pro, user__is_active=True)
        return rows.select_related("user__pro", "pro").order_by("user")


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
    reminders = models.BooleanField(_("a reminder is due"), default=False)
    mail = models.CharField(_("mail"), max_length=10, choices=Mail, default=Mail.AT_ONCE)
    digest_at = models.TimeField(_("first mail at"), null=True)
    digest_again_at = models.TimeField(_("second mail at"), null=True)
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_until = models.TimeField(_("quiet until"), null=True)
    # "" for that of the office.
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)

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

    def end_of_quiet(self, now: datetime) -> datetime | None:
        """When the quiet hours end in which `now` is; None outside of them."""
        end = add_quiet_hours(now, self.quiet_from, self.quiet_until, self.zone)
        return end if end > now else None

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
    unless the event was seen before, None for no mail; `is_together`: in one mail with others that are due.
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
            models.Index(fields=["ended_at"], name="notification_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
