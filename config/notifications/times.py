"""Times of day in somebody's time zone: the next of them, and hours in which nothing is told."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_of(now: datetime, times: Iterable[time], zone: ZoneInfo) -> datetime:
    """The first moment after `now` at which a clock in the zone shows one of these times of day."""
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=number) for number in range(3)]
    moments = [moment for day in days for each in times for moment in _moments(datetime.combine(day, each), zone)]
    return min(moment for moment in moments if moment > now)


def add_quiet_hours(at: datetime, quiet_from: time | None, quiet_until: time | None, zone: ZoneInfo) -> datetime:
    """A moment, or the end of the quiet hours that it is in: those from one time of day to another, by night too."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    clock = at.astimezone(zone).time()
    if quiet_from < quiet_until:
        is_quiet = quiet_from <= clock < quiet_until
    else:
        is_quiet = clock >= quiet_from or clock < quiet_until
    return next_of(at, [quiet_until], zone) if is_quiet else at


def _moments(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """In UTC. A time that a change of the clocks leaves out is the same distance after it; one that it repeats, two."""
    first, again = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return [first, again] if again > first else [first]
