"""Times of day in a time zone, by night and where clocks change."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from config.notifications.times import add_quiet_hours, next_of

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "times", "expected"),
    [
        ("2026-01-10T06:59", [8], "2026-01-10T07:00"),
        ("2026-01-10T07:00", [8], "2026-01-11T07:00"),
        ("2026-01-10T12:00", [8, 18], "2026-01-10T17:00"),
        ("2026-01-10T23:30", [8, 18], "2026-01-11T07:00"),
        # From the last Sunday of March on the same clock is an hour earlier.
        ("2026-03-28T12:00", [8], "2026-03-29T06:00"),
        # That night has no half past two.
        ("2026-03-28T23:30", [2], "2026-03-29T01:00"),
        ("2026-10-24T12:00", [8], "2026-10-25T07:00"),
    ],
)
def test_the_next_of_some_times(now, times, expected):
    assert next_of(at(now), [time(hour) for hour in times], PARIS) == at(expected)


@pytest.mark.parametrize(
    ("moment", "hours", "expected"),
    [
        ("2026-01-10T18:59", (20, 7), "2026-01-10T18:59"),
        ("2026-01-10T19:00", (20, 7), "2026-01-11T06:00"),
        ("2026-01-11T05:59", (20, 7), "2026-01-11T06:00"),
        ("2026-01-11T06:00", (20, 7), "2026-01-11T06:00"),
        ("2026-01-10T11:30", (12, 14), "2026-01-10T13:00"),
        ("2026-01-10T13:00", (12, 14), "2026-01-10T13:00"),
        # A night of eleven hours, as the clocks go forward.
        ("2026-03-28T19:30", (20, 7), "2026-03-29T05:00"),
        ("2026-01-10T19:00", (20, 20), "2026-01-10T19:00"),
    ],
)
def test_quiet_hours(moment, hours, expected):
    assert add_quiet_hours(at(moment), time(hours[0]), time(hours[1]), PARIS) == at(expected)


def test_quiet_hours_end_in_the_hour_that_comes_twice():
    # Half past two comes at 00:30 UTC, and an hour later again.
    again = at("2026-10-25T01:15")
    assert add_quiet_hours(at("2026-10-24T23:00"), time(20), time(2, 30), PARIS) == at("2026-10-25T00:30")
    assert add_quiet_hours(again, time(20), time(2, 30), PARIS) == at("2026-10-25T01:30")
    assert next_of(again, [time(2, 30)], PARIS) == at("2026-10-25T01:30")


def test_no_quiet_hours():
    assert add_quiet_hours(at("2026-01-10T19:00"), None, time(7), PARIS) == at("2026-01-10T19:00")
