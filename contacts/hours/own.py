"""The hours at which somebody of an office works: its own, unless they have set others."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.accounts.models import Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.times import clock_time

from ..models import OwnHours
from .clock import DAY, Schedule, is_open, next_closing, next_opening
from .schedules import find_hours, make_schedule, read_week

type StoredWeek = list[list[list[int]]]


def find_own_week(user: User) -> StoredWeek:
    """The week that somebody has set; [] for one who works as the office does."""
    return OwnHours.objects.filter(user=user, pro=user.pro_id).values_list("week", flat=True).first() or []


def keep_own_week(user: User, week: StoredWeek, *, by: User) -> None:
    """Store the week of somebody; [], and the week of their office, follow the office."""
    pro: Pro = user.pro  # type: ignore[assignment]
    with transaction.atomic():
        if any(week) and week != find_hours(pro).week:
            OwnHours.objects.update_or_create(user=user, defaults={"pro": pro, "week": week})
        else:
            OwnHours.objects.filter(user=user).delete()
        record_event(Kind.SETTINGS_CHANGED, user, pro=pro, by=by, detail="own_hours")


def own_schedules(pro: Pro) -> dict[int, Schedule]:
    """Schedules of those who have set hours of their own, by the user."""
    weeks = dict(OwnHours.objects.for_pro(pro).values_list("user", "week"))
    if not weeks:
        return {}
    office = make_schedule(find_hours(pro))
    return {user_id: office._replace(week=read_week(week)) for user_id, week in weeks.items()}


def those_at_work(pro: Pro, users: Iterable[User]) -> list[User]:
    """Those of the users who work now, in the same order; all of them where nobody does, or has hours of their own."""
    users, own = list(users), own_schedules(pro)
    if not own:
        return users
    office, now = make_schedule(find_hours(pro)), timezone.now()
    return [user for user in users if is_open(own.get(user.pk, office), now)] or users


def describe_presence(pro: Pro, users: Iterable[User]) -> dict[int, str]:
    """Say until when each of the users is at work, or when they are back, by the user; without who is always there."""
    own, office, now = own_schedules(pro), make_schedule(find_hours(pro)), timezone.now()
    texts = {user.pk: _describe_hours(own.get(user.pk, office), now) for user in users}
    return {user_id: text for user_id, text in texts.items() if text}


def _describe_hours(schedule: Schedule, now: datetime) -> str:
    if is_open(schedule, now):
        closes = next_closing(schedule, now)
        if closes is None or (closes - now).total_seconds() > DAY:
            return ""
        return _("At work until %(time)s") % {"time": clock_time(closes.astimezone(schedule.zone))}
    if (opens := next_opening(schedule, now)) is None:
        return ""
    local, today = opens.astimezone(schedule.zone), now.astimezone(schedule.zone).date()
    words = {"time": clock_time(local), "weekday": date_format(local, "l"), "date": date_format(local, "j F")}
    days = (local.date() - today).days
    if days == 0:
        return _("Back at %(time)s") % words
    if days == 1:
        return _("Back tomorrow at %(time)s") % words
    return (_("Back on %(weekday)s at %(time)s") if days < 7 else _("Back on %(date)s at %(time)s")) % words
