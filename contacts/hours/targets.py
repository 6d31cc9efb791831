"""The time in which an office means to answer: who is still within it, and who waits longer."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.db.models import Q

from ..models import OfficeHours
from .clock import moment_before
from .schedules import make_schedule, target_seconds

# The share of the target after which somebody is to be answered soon.
SOON = 0.75
# Nobody has waited since then.
NEVER = datetime(1, 1, 2, tzinfo=UTC)


class Targets:
    """The targets of an office at a moment."""

    def __init__(self, hours: OfficeHours, now: datetime) -> None:
        self.hours, self.now = hours, now
        self._schedule = make_schedule(hours)
        self._moments: dict[int, datetime | None] = {}

    def __bool__(self) -> bool:
        return bool(self.hours.target_minutes or any(self.hours.channel_targets.values()))

    def times_waited(self, channel: str, since: datetime, at_most: int = 2) -> int:
        """How many times the target of a channel somebody has waited in full; 0 without a target."""
        seconds = target_seconds(self.hours, channel)
        times = range(at_most, 0, -1) if seconds else ()
        return next((n for n in times if self._has_waited(n * seconds, since)), 0)

    def is_due_soon(self, channel: str, since: datetime) -> bool:
        """True if most of the target of a channel is over, or all of it."""
        seconds = target_seconds(self.hours, channel)
        return bool(seconds) and self._has_waited(round(SOON * seconds), since)

    def shortest(self) -> datetime | None:
        """The moment since when somebody has to wait to be beyond the shortest target; None without a target."""
        targets: Mapping[str, int] = {"": self.hours.target_minutes, **self.hours.channel_targets}
        return self._moment(60 * min(minutes for minutes in targets.values() if minutes)) if self else None

    def have_waited(self, times: int) -> Q:
        """Waiting items that have waited the target of their channel so many times in full."""
        own = self.hours.channel_targets
        found = Q(since__lte=self._moment_of(self.hours.target_minutes, times)) & ~Q(channel__in=list(own))
        for channel, minutes in own.items():
            found |= Q(channel=channel, since__lte=self._moment_of(minutes, times))
        return found

    def _moment_of(self, minutes: int, times: int) -> datetime:
        """The moment since when somebody has waited so many minutes so many times; NEVER for no minutes."""
        moment = self._moment(60 * minutes * times) if minutes else None
        return moment or NEVER

    def _has_waited(self, seconds: int, since: datetime) -> bool:
        moment = self._moment(seconds)
        return moment is not None and since <= moment

    def _moment(self, seconds: int) -> datetime | None:
        if seconds not in self._moments:
            self._moments[seconds] = moment_before(self._schedule, self.now, seconds)
        return self._moments[seconds]
