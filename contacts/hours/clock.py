"""The clock of an office: how many seconds of its hours pass between two moments, and when so many have passed.

An office is open while the clock on its wall stands within one of its periods. In the night in which clocks go back an
hour happens twice and counts twice; in the one in which they go forward it does not happen, and does not count.

Moments are aware datetimes and count by the whole second, so that the seconds from A to B and from B to C are those
from A to C.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

from .public_holidays import public_holidays

# (opens, closes) in minutes since midnight, to 1440 where it is open until midnight.
type Period = tuple[int, int]
# The periods of each day from Monday on, in order and apart from each other.
type Week = tuple[tuple[Period, ...], ...]
# [from, to) in seconds since 1970, by UTC or by the clock on the wall.
type Span = tuple[int, int]

ALWAYS: Week = (((0, 1440),),) * 7
DAY = 24 * 3600
# The day 0 of Unix time: a Thursday.
FIRST_WEEKDAY, FIRST_ORDINAL = 3, date(1970, 1, 1).toordinal()
# Nobody is closed for longer; a search for a moment ends here.
HORIZON = 10 * 366 * DAY
# Looked at in one go, so that a moment near by is found soon.
PIECE = 28 * DAY


class Schedule(NamedTuple):
    """When an office is open: the week by the clock of its `zone`, without closures and holidays.

    `closures` are (first day, last day), `country` and `region` codes of `holidays`, "" for none.
    """

    zone: tzinfo
    week: Week = ALWAYS
    closures: tuple[tuple[date, date], ...] = ()
    country: str = ""
    region: str = ""


def office_seconds(schedule: Schedule, start: datetime, end: datetime) -> int:
    """Seconds between two moments in which the office is open; 0 unless `end` is later."""
    return sum(b - a for a, b in _open_spans(schedule, _to_seconds(start), _to_seconds(end)))


def moment_after(schedule: Schedule, start: datetime, seconds: int) -> datetime | None:
    """The first moment at which so many office seconds have passed since `start`; None if not within ten years."""
    begin = _to_seconds(start)
    if seconds <= 0:
        return _to_moment(begin)
    for a, b in _open_spans(schedule, begin, begin + HORIZON):
        if seconds <= b - a:
            return _to_moment(a + seconds)
        seconds -= b - a
    return None


def moment_before(schedule: Schedule, end: datetime, seconds: int) -> datetime | None:
    """The last moment from which so many office seconds pass until `end`; None if not within ten years.

    Whoever has waited since then, or longer, has waited so many seconds.
    """
    last = _to_seconds(end)
    if seconds <= 0:
        return _to_moment(last)
    for until in range(last, last - HORIZON, -PIECE):
        for a, b in reversed(list(_open_spans(schedule, until - PIECE, until))):
            if seconds <= b - a:
                return _to_moment(b - seconds)
            seconds -= b - a
    return None


def is_open(schedule: Schedule, at: datetime) -> bool:
    """True while the office is open."""
    return next_opening(schedule, at) == _to_moment(_to_seconds(at))


def next_opening(schedule: Schedule, at: datetime) -> datetime | None:
    """The next moment at which the office is open, `at` if it is; None if not within ten years."""
    begin = _to_seconds(at)
    span = next(_open_spans(schedule, begin, begin + HORIZON), None)
    return _to_moment(span[0]) if span else None


def next_closing(schedule: Schedule, at: datetime) -> datetime | None:
    """The moment at which an office that is open closes next; None if not within eight days."""
    closes = _to_seconds(at)
    end = closes + 8 * DAY
    for opens, until in _open_spans(schedule, closes, end):
        if opens > closes:
            break
        closes = until
    return _to_moment(closes) if closes < end else None


def opening_after_closing(schedule: Schedule, at: datetime) -> datetime | None:
    """The next moment at which the office opens after it was closed; None if not within ten years."""
    closed = _to_seconds(at)
    for opens, closes in _open_spans(schedule, closed, closed + HORIZON):
        if opens > closed:
            return _to_moment(opens)
        closed = closes
    return None


def _open_spans(schedule: Schedule, start: int, end: int) -> Iterator[Span]:
    """Spans between two moments in which the office is open, in order."""
    for a, b, offset in _steady_spans(schedule.zone, start, end):
        for opens, closes in _open_by_the_wall(schedule, a + offset, b + offset):
            yield opens - offset, closes - offset


def _steady_spans(zone: tzinfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(from, to, offset): the time between two moments in pieces, in each of which the clocks run steadily."""
    since = at = start
    offset = _offset(zone, start)
    while at < end:
        # No zone changes its clocks twice within a day.
        following = min(at + DAY, end)
        if is_changed := _offset(zone, following) != offset:
            following = _find_change(zone, at, following, offset)
        if is_changed or following == end or following - since >= PIECE:
            yield since, following, offset
            since, offset = following, _offset(zone, following)
        at = following


def _find_change(zone: tzinfo, before: int, after: int, offset: int) -> int:
    """The first second with another offset than `before` has."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _open_by_the_wall(schedule: Schedule, start: int, end: int) -> Iterator[Span]:
    """The same by the clock on the wall, while that runs steadily."""
    for day in range(start // DAY, (end - 1) // DAY + 1):
        periods = schedule.week[(day + FIRST_WEEKDAY) % 7]
        if not periods or _is_closed(schedule, date.fromordinal(day + FIRST_ORDINAL)):
            continue
        for opens, closes in periods:
            span = max(start, day * DAY + opens * 60), min(end, day * DAY + closes * 60)
            if span[0] < span[1]:
                yield span


def _is_closed(schedule: Schedule, day: date) -> bool:
    if any(first <= day <= last for first, last in schedule.closures):
        return True
    return bool(schedule.country) and day in public_holidays(schedule.country, schedule.region, day.year)


def _offset(zone: tzinfo, seconds: int) -> int:
    """Seconds that the clocks of a zone are ahead of UTC."""
    ahead = datetime.fromtimestamp(seconds, zone).utcoffset()
    return ahead.days * DAY + ahead.seconds if ahead else 0


def _to_seconds(moment: datetime) -> int:
    return int(moment.timestamp() // 1)


def _to_moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
