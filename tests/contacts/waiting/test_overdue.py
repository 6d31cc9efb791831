"""People who wait longer than the office's target are marked in the list, and colleagues are told, once each."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from config.accounts.models import User
from contacts.assigning.assignments import assign
from contacts.models import OfficeHours, WaitingItem
from contacts.waiting import overdue
from contacts.waiting.endings import end_waiting
from contacts.waiting.later import come_back, put_off
from contacts.waiting.overdue import tell_of_overdue
from tests.pages import Page

from ...factories import UserFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
# 9:00 to 18:00 in Paris on workdays.
WEEK = [[[540, 1080]]] * 5 + [[], []]


@pytest.fixture
def clock(monkeypatch):
    """Sets the time, in hours of that Monday in Paris."""
    return lambda hours: monkeypatch.setattr(timezone, "now", lambda: MONDAY + timedelta(hours=hours - 1))


@pytest.fixture(autouse=True)
def hours(pro):
    return OfficeHours.objects.create(pro=pro, week=WEEK, target_minutes=60, channel_targets={"telegram": 120})


@pytest.fixture
def colleague(pro):
    return UserFactory(pro=pro, name="Inès Moreau", role=User.Role.MEMBER)


@pytest.fixture
def told(mailoutbox, work_tasks):
    """Runs the job; returns [(address, subject)] of the mails that it sent."""

    def run():
        # Those about what has arrived.
        work_tasks()
        mailoutbox.clear()
        tell_of_overdue()
        work_tasks()
        return [(mail.to[0], mail.subject) for mail in mailoutbox]

    return run


ONE = "Late waits longer than your target"


def marks(browser):
    page = Page(browser.get("/inbox"))
    rows = page.all(".person-row")
    return {row.one(".row-name strong").text: [mark.text for mark in row.all(".row-due")] for row in rows}


def test_rows_say_who_is_due_soon_and_overdue_in_office_hours(browser, whatsapp, telegram, clock):
    clock(8)
    arrive(whatsapp, who="Early")
    clock(10)
    arrive(whatsapp, who="Late")
    arrive(telegram, who="Patient")
    clock(9.5)
    assert marks(browser) == {"Early": [], "Late": [], "Patient": []}
    clock(9.75)
    assert marks(browser)["Early"] == ["Due soon"]
    clock(10)
    assert marks(browser) == {"Early": ["Overdue"], "Late": [], "Patient": []}
    clock(11.5)
    assert marks(browser) == {"Early": ["Overdue"], "Late": ["Overdue"], "Patient": ["Due soon"]}


def test_rows_say_nothing_without_a_target(browser, whatsapp, clock, hours):
    OfficeHours.objects.filter(pk=hours.pk).update(target_minutes=0)
    clock(9)
    arrive(whatsapp, who="Late")
    clock(17)
    assert marks(browser) == {"Late": []}


def test_the_assignee_is_told_and_then_the_owners(whatsapp, pro, user, colleague, clock, told, mailoutbox):
    clock(9)
    contact = arrive(whatsapp, who="Late").contact
    assign(contact, colleague, by=user, expected=None)
    clock(9.9)
    assert told() == []
    clock(10)
    assert told() == [(colleague.email, ONE)]
    assert f"/inbox/{contact.pk}" in mailoutbox[0].body
    assert "Late" in mailoutbox[0].body
    assert told() == []
    clock(11)
    assert told() == [(user.email, ONE)]
    clock(17)
    assert told() == []


def test_the_owners_are_told_of_somebody_whom_nobody_has(whatsapp, user, colleague, clock, told):
    clock(9)
    arrive(whatsapp, who="Late")
    arrive(whatsapp, who="Later")
    clock(10)
    assert told() == [(user.email, "2 people wait longer than your target")]
    clock(12)
    assert told() == []


def test_an_owner_who_is_the_assignee_is_told_once(whatsapp, user, colleague, clock, told):
    clock(9)
    assign(arrive(whatsapp, who="Late").contact, user, by=user, expected=None)
    clock(10)
    assert told() == [(user.email, ONE)]
    clock(12)
    assert told() == []


def test_both_are_told_if_the_worker_was_away(whatsapp, user, colleague, clock, told):
    clock(9)
    assign(arrive(whatsapp, who="Late").contact, colleague, by=user, expected=None)
    clock(15)
    assert sorted(told()) == sorted([(colleague.email, ONE), (user.email, ONE)])


def test_nobody_is_told_of_those_who_were_put_off_answered_or_wait_for_the_night_to_end(whatsapp, user, clock, told):
    clock(9)
    put_off(arrive(whatsapp, who="Put off").contact, MONDAY + timedelta(hours=12), by=user)
    end_waiting(arrive(whatsapp, who="Answered").contact, "another_way", by=user, is_immediate=True)
    come_back_to = arrive(whatsapp, who="Back").contact
    put_off(come_back_to, MONDAY + timedelta(hours=12), by=user)
    clock(17.5)
    arrive(whatsapp, who="Evening")
    come_back(WaitingItem.objects.filter(contact=come_back_to))
    WaitingItem.objects.filter(contact=come_back_to).update(is_returned=True)
    clock(23)
    assert told() == []


def test_who_was_answered_before_the_mail_leaves_is_left_out(whatsapp, user, clock, mailoutbox, work_tasks):
    clock(9)
    contact = arrive(whatsapp, who="Late").contact
    clock(10)
    work_tasks()
    mailoutbox.clear()
    tell_of_overdue()
    end_waiting(contact, "another_way", by=user, is_immediate=True)
    work_tasks()
    assert mailoutbox == []


def test_those_who_are_late_long_since_or_have_no_target_keep_nobody_from_their_turn(
    whatsapp, telegram, user, colleague, hours, clock, told, monkeypatch
):
    monkeypatch.setattr(overdue, "BATCH", 1)
    OfficeHours.objects.filter(pk=hours.pk).update(channel_targets={"telegram": 0})
    clock(9)
    arrive(telegram, who="Without a target")
    assign(arrive(whatsapp, who="Late").contact, colleague, by=user, expected=None)
    clock(9.25)
    arrive(whatsapp, who="Later")
    clock(10.5)
    assert told() == [(colleague.email, ONE)]
    assert told() == [(user.email, "Later waits longer than your target")]
    assert told() == []
    clock(11)
    assert told() == [(user.email, ONE)]


def test_the_owners_are_told_of_whose_assignee_left_them_or_is_away_without_a_stand_in(
    whatsapp, user, colleague, clock, told
):
    clock(9)
    left, away = arrive(whatsapp, who="Left").contact, arrive(whatsapp, who="Away").contact
    assign(left, colleague, by=user, expected=None)
    assign(away, colleague, by=user, expected=None)
    clock(10)
    assert told() == [(colleague.email, "2 people wait longer than your target")]
    assign(left, None, by=colleague, expected=colleague.pk)
    assert told() == [(user.email, "Left waits longer than your target")]
    User.objects.filter(pk=colleague.pk).update(away_until=MONDAY.date())
    assert told() == [(user.email, "Away waits longer than your target")]
