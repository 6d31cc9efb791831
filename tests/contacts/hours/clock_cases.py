"""Cases of the clock, computed by hand: what is open, from when to when, hours and minutes, and the arithmetic.

In 2026 January 1 is a Thursday, March 2 a Monday, Easter April 5. In Paris 29 March has no time from 2:00 to 3:00, and
25 October has it twice.
"""

from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from contacts.hours.clock import ALWAYS, Schedule

PARIS = ZoneInfo("Europe/Paris")


def week(*days: tuple[tuple[int, int], ...]) -> Any:
    """A week of periods in hours."""
    return tuple(tuple((round(a * 60), round(b * 60)) for a, b in day) for day in days)


# Seven hours a day, 35 a week.
WORK = week(*([((9, 12), (14, 18))] * 5), (), ())
SHOP = week((), *([((10, 19),)] * 5), ())
NIGHT = week(*([((0, 6), (22, 24))] * 7))
SUNDAY = week((), (), (), (), (), (), ((0, 24),))
DAWN = week((), (), (), (), (), (), ((2.5, 4),))
TWO_TO_THREE = week((), (), (), (), (), (), ((2, 3),))

OFFICE = Schedule(PARIS, WORK)
FRANCE = Schedule(PARIS, WORK, country="FR")
ALSACE = Schedule(PARIS, WORK, country="FR", region="6AE")
BELGIUM = Schedule(ZoneInfo("Europe/Brussels"), WORK, country="BE")
ONE_DAY = Schedule(PARIS, WORK, ((date(2026, 3, 4), date(2026, 3, 4)),))
AUGUST = Schedule(PARIS, WORK, ((date(2026, 8, 3), date(2026, 8, 21)),))
LORD_HOWE = Schedule(ZoneInfo("Australia/Lord_Howe"), SUNDAY)


class Case(NamedTuple):
    """Times without an offset are those of the clock on the wall."""

    schedule: Schedule
    start: str
    end: str
    hours: int
    minutes: int
    why: str
    seconds: int = 0


CASES = [
    Case(OFFICE, "2026-03-02 09:00", "2026-03-02 09:00", 0, 0, "no time at all"),
    Case(OFFICE, "2026-03-02 09:00", "2026-03-02 10:00", 1, 0, "Monday 9 to 10, all of it open"),
    Case(OFFICE, "2026-03-02 08:00", "2026-03-02 09:30", 0, 30, "opens at 9, so 9 to 9:30"),
    Case(OFFICE, "2026-03-02 11:30", "2026-03-02 14:30", 1, 0, "30 min before lunch and 30 min after it"),
    Case(OFFICE, "2026-03-02 12:00", "2026-03-02 14:00", 0, 0, "lunch alone"),
    Case(OFFICE, "2026-03-02 17:30", "2026-03-02 20:00", 0, 30, "closes at 18, so 17:30 to 18"),
    Case(OFFICE, "2026-03-02 17:00", "2026-03-03 10:00", 2, 0, "1 h on Monday and 1 h on Tuesday"),
    Case(OFFICE, "2026-03-06 17:00", "2026-03-09 09:30", 1, 30, "1 h on Friday, no weekend, 30 min on Monday"),
    Case(OFFICE, "2026-03-07 10:00", "2026-03-08 18:00", 0, 0, "Saturday and Sunday"),
    Case(OFFICE, "2026-03-07 12:00", "2026-03-09 12:00", 3, 0, "Monday morning, 9 to 12"),
    Case(OFFICE, "2026-03-02 00:00", "2026-03-09 00:00", 35, 0, "a week: 5 days of 3 + 4 h"),
    Case(OFFICE, "2026-03-02 09:00", "2026-03-06 18:00", 35, 0, "the same 5 days without the edges"),
    Case(OFFICE, "2026-03-03 10:00", "2026-03-02 10:00", 0, 0, "the end is before the start"),
    Case(OFFICE, "2026-03-02 08:59:59", "2026-03-02 09:00:01", 0, 0, "one second of the two is open", seconds=1),
    Case(OFFICE, "2026-03-02 11:59:58", "2026-03-02 12:00:10", 0, 0, "two seconds before noon", seconds=2),
    Case(OFFICE, "2026-03-02 09:00", "2026-03-30 09:00", 140, 0, "4 weeks of 35 h; clocks change on a closed Sunday"),
    Case(OFFICE, "2026-01-01 00:00", "2027-01-01 00:00", 1827, 0, "52 weeks of 35 h and a Thursday of 7 h"),
    Case(OFFICE, "2026-03-02 08:30+00:00", "2026-03-02 09:30+00:00", 1, 0, "9:30 to 10:30 in Paris, in winter"),
    Case(OFFICE, "2026-07-06 06:30+00:00", "2026-07-06 07:30+00:00", 0, 30, "8:30 to 9:30 in Paris, in summer"),
    Case(
        FRANCE, "2026-04-03 17:00", "2026-04-07 10:00", 2, 0, "1 h on Good Friday, Easter Monday closed, 1 h on Tuesday"
    ),
    Case(FRANCE, "2026-05-01 00:00", "2026-05-02 00:00", 0, 0, "May 1"),
    Case(FRANCE, "2026-04-30 16:00", "2026-05-04 10:00", 3, 0, "2 h on Thursday, none on May 1, 1 h on Monday"),
    Case(FRANCE, "2026-05-11 00:00", "2026-05-18 00:00", 28, 0, "a week without Ascension, a Thursday: 4 days of 7 h"),
    Case(
        FRANCE, "2026-01-01 00:00", "2027-01-01 00:00", 1764, 0, "1827 h less 9 of 11 holidays, 2 are on weekends: 63 h"
    ),
    Case(
        ALSACE,
        "2026-04-02 17:00",
        "2026-04-07 10:00",
        2,
        0,
        "1 h on Thursday, Good Friday and Easter Monday closed, 1 h",
    ),
    Case(ALSACE._replace(week=SHOP), "2026-12-26 00:00", "2026-12-27 00:00", 0, 0, "Saint Stephen's in Alsace"),
    Case(FRANCE._replace(week=SHOP), "2026-12-26 00:00", "2026-12-27 00:00", 9, 0, "elsewhere a Saturday, 10 to 19"),
    Case(BELGIUM, "2026-07-20 17:00", "2026-07-22 10:00", 2, 0, "1 h on Monday, July 21 closed, 1 h on Wednesday"),
    Case(ONE_DAY, "2026-03-03 17:00", "2026-03-05 10:00", 2, 0, "1 h on Tuesday, Wednesday closed, 1 h on Thursday"),
    Case(AUGUST, "2026-07-31 17:00", "2026-08-24 09:30", 1, 30, "1 h on the Friday before, 30 min on the Monday after"),
    Case(AUGUST, "2026-08-03 00:00", "2026-08-22 00:00", 0, 0, "the first and the last day are closed as well"),
    Case(Schedule(PARIS, NIGHT), "2026-03-02 21:00", "2026-03-03 07:00", 8, 0, "22 to 24 and 0 to 6"),
    Case(Schedule(PARIS, NIGHT), "2026-03-03 05:00", "2026-03-03 23:00", 2, 0, "5 to 6 and 22 to 23"),
    Case(
        Schedule(PARIS, NIGHT),
        "2026-03-28 22:00",
        "2026-03-29 06:00",
        7,
        0,
        "2 h, and 6 h less the one that is left out",
    ),
    Case(
        Schedule(PARIS, NIGHT), "2026-10-24 22:00", "2026-10-25 06:00", 9, 0, "2 h, and 6 h with one that comes twice"
    ),
    Case(Schedule(PARIS, SUNDAY), "2026-03-29 00:00", "2026-03-30 00:00", 23, 0, "24 h less the one that is left out"),
    Case(Schedule(PARIS, SUNDAY), "2026-10-25 00:00", "2026-10-26 00:00", 25, 0, "24 h with one that comes twice"),
    Case(Schedule(PARIS, DAWN), "2026-03-29 00:00", "2026-03-30 00:00", 1, 0, "2:30 to 3 does not happen, 3 to 4 does"),
    Case(Schedule(PARIS, DAWN), "2026-10-25 00:00", "2026-10-26 00:00", 2, 0, "2:30 to 3, again 2:30 to 3, and 3 to 4"),
    Case(Schedule(PARIS, TWO_TO_THREE), "2026-03-29 00:00", "2026-03-30 00:00", 0, 0, "that hour does not happen"),
    Case(
        Schedule(PARIS, TWO_TO_THREE),
        "2026-10-25 02:30+02:00",
        "2026-10-25 02:45+01:00",
        1,
        15,
        "2:30 to 3 before the clocks go back, 2 to 2:45 after",
    ),
    Case(Schedule(PARIS, ALWAYS), "2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00", 1, 0, "half past two, twice"),
    Case(LORD_HOWE, "2026-10-04 00:00", "2026-10-05 00:00", 23, 30, "clocks go forward by half an hour there"),
]


class Moment(NamedTuple):
    """So many office minutes after `start` it is `end`."""

    schedule: Schedule
    start: str
    minutes: int
    end: str
    why: str


MOMENTS = [
    Moment(OFFICE, "2026-03-02 10:00", 60, "2026-03-02 11:00", "an hour on"),
    Moment(OFFICE, "2026-03-02 11:00", 60, "2026-03-02 12:00", "just before lunch, not after it"),
    Moment(OFFICE, "2026-03-02 11:00", 61, "2026-03-02 14:01", "1 h before lunch, a minute after it"),
    Moment(OFFICE, "2026-03-02 03:00", 30, "2026-03-02 09:30", "counts from 9"),
    Moment(OFFICE, "2026-03-06 17:30", 120, "2026-03-09 10:30", "30 min on Friday, 90 min on Monday from 9"),
    Moment(OFFICE, "2026-03-02 09:00", 35 * 60, "2026-03-06 18:00", "the 35 h of a week"),
    Moment(OFFICE, "2026-03-02 09:00", 35 * 60 + 1, "2026-03-09 09:01", "a minute of the next one"),
    Moment(FRANCE, "2026-04-03 17:30", 60, "2026-04-07 09:30", "30 min on Friday, Easter Monday closed, 30 min"),
    Moment(AUGUST, "2026-07-31 17:59", 2, "2026-08-24 09:01", "a minute, three weeks closed, a minute"),
    Moment(
        Schedule(PARIS, DAWN), "2026-10-25 00:00", 45, "2026-10-25 02:45+01:00", "30 min, then 15 of the second 2:30"
    ),
    Moment(Schedule(PARIS, DAWN), "2026-03-29 00:00", 30, "2026-03-29 03:30", "from 3, as 2:30 does not happen"),
    Moment(Schedule(PARIS, NIGHT), "2026-03-29 00:00", 180, "2026-03-29 04:00", "0 to 2 and 3 to 4"),
]
