"""Periods of the reports: days of an office, from midnight to midnight by its clock."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from django.utils import timezone

from config.accounts.models import Pro

# As many days as a page of the reports is about at most.
MAX_DAYS = 2 * 366
DAY = timedelta(days=1)
# Nothing is older; so every midnight is within the calendar.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


class Period(NamedTuple):
    """Days from `first` to `last`, both among them."""

    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def days(self) -> list[date]:
        return [self.first + n * DAY for n in range(self.length)]

    @property
    def before(self) -> Self:
        """As many days right before."""
        return self._replace(first=self.first - self.length * DAY, last=self.first - DAY)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The moments from which and until which it is."""
        return midnight(self.first, zone), midnight(self.last + DAY, zone)


def zone_of(pro: Pro) -> ZoneInfo:
    return ZoneInfo(pro.time_zone)


def today_of(pro: Pro) -> date:
    """The day by the clock of the office."""
    return timezone.now().astimezone(zone_of(pro)).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day of a zone begins, by UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def spans(days: Iterable[date]) -> Iterator[Period]:
    """Days as periods without a gap, in order."""
    first = last = None
    for day in sorted(set(days)):
        if first is None or last is None:
            first = last = day
        elif day - last == DAY:
            last = day
        else:
            yield Period(first, last)
            first = last = day
    if first and last:
        yield Period(first, last)


def read_period(query: Mapping[str, str], today: date) -> tuple[str, Period]:
    """The name and days of the period that a query asks for; the last 30 days where it makes no sense."""
    name = query.get("period", "")
    first, last = _read_day(query.get("from", "")), _read_day(query.get("to", ""))
    if name in ("", "own") and first and last and first <= last and (last - first).days < MAX_DAYS:
        return "own", Period(first, last)
    month = today.replace(day=1)
    named = {
        "7": Period(today - 6 * DAY, today),
        "90": Period(today - 89 * DAY, today),
        "365": Period(today - 364 * DAY, today),
        "month": Period(month, today),
        "last-month": Period((month - DAY).replace(day=1), month - DAY),
    }
    return (name, named[name]) if name in named else ("30", Period(today - 29 * DAY, today))


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
