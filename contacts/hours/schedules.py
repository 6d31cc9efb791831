"""The schedules of offices, for the clock."""

from zoneinfo import ZoneInfo

from config.accounts.models import Pro
from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers

from ..models import OfficeHours
from .clock import ALWAYS, Schedule, Week

_HOURS = Compiled(lambda pro_id: OfficeHours.objects.filter(pro_id=pro_id), keeps_plan=True)


def ask_hours(pro: Pro) -> Question[OfficeHours]:
    """The question of `find_hours`."""
    return _HOURS.question(pro.pk)


def find_hours(pro: Pro, answers: Answers = UNASKED) -> OfficeHours:
    """The hours of an office; those of one that has never set any are not stored."""
    hours = next(iter(answers.rows(ask_hours(pro))), None) or OfficeHours()
    hours.pro = pro
    return hours


def make_schedule(hours: OfficeHours) -> Schedule:
    """The schedule of an office, by the time zone of its Pro."""
    closures = tuple((first, last) for first, last, _why in hours.closed_days())
    zone = ZoneInfo(hours.pro.time_zone)
    return Schedule(zone, read_week(hours.week), closures, hours.holidays_country, hours.holidays_region)


def read_week(week: list[list[list[int]]]) -> Week:
    """A week as it is stored; one without days is open always."""
    return tuple(tuple((opens, closes) for opens, closes in day) for day in week) or ALWAYS


def target_seconds(hours: OfficeHours, channel: str) -> int:
    """Within how many seconds of office hours somebody of a channel is to be answered; 0 for no target."""
    return 60 * int(hours.channel_targets.get(channel, hours.target_minutes))
