"""The moments that "Later" offers: each once, by the clock of the office."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from contacts.models import WaitingItem

from ...pages import Page
from ..messaging import arrive

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
TOMORROW, MONDAY = ("tomorrow", "Tomorrow, 9:00"), ("monday", "Next Monday, 9:00")
# Now by UTC -> the buttons after "In 3 hours", and the days that they put off to, of March 2026.
DAYS = {
    "Friday": (datetime(2026, 3, 6, 12, tzinfo=UTC), [TOMORROW, MONDAY], [7, 9]),
    "Saturday": (datetime(2026, 3, 7, 12, tzinfo=UTC), [TOMORROW, MONDAY], [8, 9]),
    "Sunday in Paris alone": (datetime(2026, 3, 7, 23, 30, tzinfo=UTC), [TOMORROW], [9]),
    "Sunday": (datetime(2026, 3, 8, 12, tzinfo=UTC), [TOMORROW], [9]),
    "Monday in Paris alone": (datetime(2026, 3, 8, 23, 30, tzinfo=UTC), [TOMORROW, MONDAY], [10, 16]),
    "Monday": (datetime(2026, 3, 9, 12, tzinfo=UTC), [TOMORROW, MONDAY], [10, 16]),
}


@pytest.fixture
def person(telegram):
    return arrive(telegram).contact


def buttons(page, menu):
    return [(button["value"], button.text) for button in page.all(f"{menu} button[name=when]:not([value=date])")]


def put_off_by(browser, person, when):
    browser.post(f"/inbox/{person.pk}/later", {"when": when})
    until = WaitingItem.objects.get().later_until
    WaitingItem.objects.update(later_until=None)
    return until


def test_each_moment_is_offered_once(browser, person, case, monkeypatch):
    for day, (now, offered, days) in DAYS.items():
        with case(day):
            monkeypatch.setattr(timezone, "now", lambda now=now: now)
            page = Page(browser.get(f"/inbox/{person.pk}"))
            expected = [("hours", "In 3 hours"), *offered]
            assert (buttons(page, "#later-menu"), buttons(page, "#chosen-later")) == (expected, expected)
            moments = [put_off_by(browser, person, when) for when, _text in offered]
            assert moments == [datetime(2026, 3, number, 9, tzinfo=PARIS) for number in days]


def test_a_page_of_the_day_before_puts_off_to_monday_on_a_sunday(browser, person, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: DAYS["Sunday"][0])
    assert put_off_by(browser, person, "monday") == datetime(2026, 3, 9, 9, tzinfo=PARIS)
