"""The hours of a day as people type them: "9:00–12:00, 14–18h"."""

import re
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models.office_hours import DAY_MINUTES, MAX_PERIODS

_TIME = r"(\d{1,2})(?:\s*[:h.]\s*(\d{2})?)?"
_PERIOD = re.compile(rf"{_TIME}\s*(?:[-–—]|\bto\b|\bà\b|\btot\b)\s*{_TIME}", re.I)
_BETWEEN = re.compile(r"[\s,;/+&]*")


def read_day(text: str) -> list[list[int]]:
    """The periods of a day, [[opens, closes], …] in minutes since midnight; [] for none.

    Raises ValidationError for what is no list of periods, or overlaps.
    """
    text, periods, at = text.strip(), list[list[int]](), 0
    while at < len(text):
        if not (match := _PERIOD.match(text, at)):
            raise ValidationError(_("Write periods such as 9:00–12:00, 14:00–18:00."))
        periods.append([_minutes(match[1], match[2]), _minutes(match[3], match[4])])
        between = _BETWEEN.match(text, match.end())
        at = between.end() if between else match.end()
    periods.sort()
    for opens, closes in periods:
        if opens >= closes:
            raise ValidationError(_("A period ends after it begins; write 24:00 for midnight."))
    if any(later[0] < earlier[1] for earlier, later in pairwise(periods)):
        raise ValidationError(_("These periods overlap."))
    if len(periods) > MAX_PERIODS:
        raise ValidationError(_("A day has at most %(n)d periods.") % {"n": MAX_PERIODS})
    return periods


def write_day(periods: list[list[int]]) -> str:
    """Periods as they are typed."""
    return ", ".join(f"{_time(opens)}–{_time(closes)}" for opens, closes in periods)


def _minutes(hours: str, minutes: str | None) -> int:
    at = int(hours) * 60 + int(minutes or 0)
    if at > DAY_MINUTES or int(minutes or 0) > 59:
        raise ValidationError(_("Times are from 0:00 to 24:00."))
    return at


def _time(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
