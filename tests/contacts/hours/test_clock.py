"""The clock of an office, against cases that were computed by hand and against walks by the second and the minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.hours.clock import (
    ALWAYS,
    Schedule,
    is_open,
    moment_after,
    moment_before,
    next_closing,
    next_opening,
    office_seconds,
    opening_after_closing,
)

from .clock_cases import AUGUST, CASES, MOMENTS, OFFICE, PARIS, SUNDAY, WORK

ZONES = [
    "Europe/Paris",
    "UTC",
    "America/New_York",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
]
# Nights in which the clocks of some zones change, and others.
DAYS = [datetime(2026, *day, tzinfo=UTC) for day in ((3, 28), (10, 24), (4, 4), (10, 3), (2, 14))]
EXAMPLES = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def read(text, zone):
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def test_there_are_forty_cases():
    assert len(CASES) >= 40


def test_seconds_as_computed_by_hand(subtests):
    for case in CASES:
        with subtests.test(case.why, start=case.start):
            start, end = (read(text, case.schedule.zone) for text in (case.start, case.end))
            expected = case.hours * 3600 + case.minutes * 60 + case.seconds
            assert office_seconds(case.schedule, start, end) == expected


def test_moments_as_computed_by_hand(subtests):
    for case in MOMENTS:
        with subtests.test(case.why, start=case.start):
            start, end = (read(text, case.schedule.zone) for text in (case.start, case.end))
            assert moment_after(case.schedule, start, case.minutes * 60) == end.astimezone(UTC)
            assert office_seconds(case.schedule, start, end) == case.minutes * 60


def test_the_moment_before_is_the_last_from_which_so_many_seconds_pass(subtests):
    for minutes, end, start in [
        (60, "2026-03-02 11:00", "2026-03-02 10:00"),
        (60, "2026-03-02 13:00", "2026-03-02 11:00"),
        (60, "2026-03-02 14:30", "2026-03-02 11:30"),
        (120, "2026-03-09 10:30", "2026-03-06 17:30"),
        (0, "2026-03-07 10:00", "2026-03-07 10:00"),
    ]:
        with subtests.test(end, minutes=minutes):
            found = moment_before(OFFICE, read(end, PARIS), minutes * 60)
            assert found == read(start, PARIS).astimezone(UTC)
            assert office_seconds(OFFICE, found, read(end, PARIS)) == minutes * 60


def test_an_office_that_never_opens_has_no_moment():
    never = Schedule(PARIS, ((),) * 7)
    at = datetime(2026, 3, 2, tzinfo=PARIS)
    assert (moment_after(never, at, 1), moment_before(never, at, 1), next_opening(never, at)) == (None, None, None)
    assert not is_open(never, at)


def test_an_office_without_hours_is_open_always():
    at = datetime(2026, 3, 7, 3, tzinfo=UTC)
    assert is_open(Schedule(PARIS), at)
    assert office_seconds(Schedule(PARIS), at, at + timedelta(days=800)) == 800 * 86400


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("2026-03-02 09:00", "2026-03-02 09:00"),
        ("2026-03-02 11:59:59", "2026-03-02 11:59:59"),
        ("2026-03-02 12:00", "2026-03-02 14:00"),
        ("2026-03-06 18:00", "2026-03-09 09:00"),
        ("2026-08-02 10:00", "2026-08-24 09:00"),
    ],
)
def test_the_next_opening(text, opening):
    at, opens = (read(each, PARIS) for each in (text, opening))
    assert next_opening(AUGUST, at) == opens.astimezone(UTC)
    assert is_open(AUGUST, at) == (at == opens)


def test_the_next_opening_after_it_was_closed(subtests):
    for text, opening in [
        ("2026-03-02 09:00", "2026-03-02 14:00"),
        ("2026-03-02 12:30", "2026-03-02 14:00"),
        ("2026-03-02 17:00", "2026-03-03 09:00"),
        ("2026-07-31 17:00", "2026-08-24 09:00"),
    ]:
        with subtests.test(text):
            at, opens = (read(each, PARIS) for each in (text, opening))
            assert opening_after_closing(AUGUST, at) == opens.astimezone(UTC)
    assert opening_after_closing(Schedule(PARIS), read("2026-03-02 09:00", PARIS)) is None


def test_periods_meet_at_midnight():
    late = Schedule(PARIS, (*WORK[:4], ((1200, 1440),), ((0, 120),), ()))
    friday = datetime(2026, 3, 6, 23, tzinfo=PARIS)
    assert moment_after(late, friday, 7200) == datetime(2026, 3, 7, 1, tzinfo=PARIS)
    assert moment_before(late, friday + timedelta(hours=2), 7200) == friday


@st.composite
def periods(draw):
    """Periods of a day, in order and apart."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


schedules = st.builds(
    Schedule,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.one_of(st.just(ALWAYS), st.just(SUNDAY), st.tuples(*[periods()] * 7)),
    st.sampled_from([(), ((date(2026, 3, 29), date(2026, 3, 31)),), ((date(2026, 10, 20), date(2026, 10, 24)),)]),
    st.sampled_from(["", "FR", "NZ"]),
    st.just(""),
)


def is_open_by_the_wall(schedule, at):
    """The rule, as it is spelled."""
    wall = datetime.fromtimestamp(at, schedule.zone)
    minutes = wall.hour * 60 + wall.minute
    if any(first <= wall.date() <= last for first, last in schedule.closures):
        return False
    if schedule.country and wall.date() in HOLIDAYS[schedule.country]:
        return False
    return any(opens <= minutes < closes for opens, closes in schedule.week[wall.weekday()])


# Those near DAYS.
HOLIDAYS = {
    "FR": [date(2026, 4, 6)],
    "NZ": [date(2026, 2, 6), date(2026, 4, 3), date(2026, 4, 6), date(2026, 10, 26)],
}


@pytest.mark.thorough
@EXAMPLES
@given(schedules, st.sampled_from(DAYS), st.integers(0, 2 * 86400), st.integers(0, 4 * 3600))
def test_seconds_as_a_walk_by_the_second_counts_them(schedule, day, start, length):
    begin = int(day.timestamp()) + start
    walked = sum(is_open_by_the_wall(schedule, at) for at in range(begin, begin + length))
    moments = (datetime.fromtimestamp(at, UTC) for at in (begin, begin + length))
    assert office_seconds(schedule, *moments) == walked


@pytest.mark.thorough
@EXAMPLES
@given(schedules, st.sampled_from(DAYS), st.integers(0, 1440), st.integers(0, 6 * 1440), st.floats(0, 1))
def test_seconds_and_moments_as_a_walk_by_the_minute_has_them(schedule, day, start, length, share):
    """All edges of offsets and periods are whole minutes."""
    begin = int(day.timestamp()) + start * 60
    minutes = range(begin, begin + length * 60, 60)
    opened = [at for at in minutes if is_open_by_the_wall(schedule, at)]
    first, last = (datetime.fromtimestamp(at, UTC) for at in (begin, begin + length * 60))
    assert office_seconds(schedule, first, last) == 60 * len(opened)
    assert is_open(schedule, first) == is_open_by_the_wall(schedule, begin)
    if opened:
        assert next_opening(schedule, first).timestamp() == opened[0]
        at = round(share * (len(opened) - 1))
        assert moment_after(schedule, first, (at + 1) * 60).timestamp() == opened[at] + 60
        assert moment_before(schedule, last, (at + 1) * 60).timestamp() == opened[-1 - at]


@EXAMPLES
@given(schedules, st.tuples(*[st.integers(0, 4 * 366 * 86400)] * 3))
def test_seconds_add_up(schedule, places):
    a, b, c = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=place) for place in sorted(places))
    assert office_seconds(schedule, a, b) + office_seconds(schedule, b, c) == office_seconds(schedule, a, c)


def test_an_office_closes_at_the_end_of_touching_periods(subtests):
    # Open from Saturday 22:00 through the night, in which clocks go forward, to Sunday 6:00.
    night = Schedule(PARIS, ((), (), (), (), (), ((1320, 1440),), ((0, 360), (360, 420))))
    cases = [
        ("2026-03-28T23:00", night, "2026-03-29T07:00"),
        ("2026-03-29T06:30", night, "2026-03-29T07:00"),
        ("2026-03-28T23:00", night._replace(closures=((date(2026, 3, 29), date(2026, 3, 29)),)), "2026-03-29T00:00"),
        ("2026-03-28T23:00", Schedule(PARIS), None),
    ]
    for at, schedule, closes in cases:
        with subtests.test(at=at, closes=closes):
            expected = closes and read(closes, PARIS).astimezone(UTC)
            assert next_closing(schedule, read(at, PARIS)) == expected
