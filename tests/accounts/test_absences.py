"""Absences: from when until when, who stands in, and that nobody stands in for a stand-in."""

from datetime import timedelta

import pytest

from config.accounts.absences import set_absence
from config.accounts.models import User
from config.audit.models import AuditEvent
from contacts.assigning.colleagues import find_present
from contacts.assigning.turns import next_in_turn

from ..access.matrix import sign_in
from ..factories import UserFactory
from ..pages import Page

pytestmark = pytest.mark.django_db
PATH = "/settings/absence"


@pytest.fixture
def ines(pro):
    return UserFactory(pro=pro, name="Inès Moreau", role="member")


@pytest.fixture
def day(user):
    """Makes a date so many days from now."""
    return lambda number: user.today + timedelta(days=number)


def fields(first, last, stand_in=""):
    return {
        "away": "1",
        "away_from": str(first),
        "away_until": str(last),
        "stand_in": getattr(stand_in, "pk", stand_in),
    }


def stored(user):
    return User.objects.values_list("away_from", "away_until", "stand_in").get(pk=user.pk)


def test_a_member_says_when_they_are_away_and_who_stands_in(pro, user, ines, day):
    client = sign_in(ines)
    assert client.post(PATH, fields(day(2), day(9), user))["Location"] == PATH
    assert stored(ines) == (day(2), day(9), user.pk)
    page = Page(client.get(PATH))
    form = page.form("form[aria-labelledby=absence-title]")
    assert form.fields == {"away_from": str(day(2)), "away_until": str(day(9)), "stand_in": str(user.pk)}
    row = next(text for text in Page(client.get("/settings/team")).texts("#people li") if "Inès" in text)
    assert "Olive Owner stands in" in row and "Away from " in row
    assert client.post(PATH, {"back": "1"})["Location"] == PATH
    assert stored(ines) == (None, None, None)
    events = AuditEvent.objects.order_by("pk").values_list("kind", "by_user_id", "about_id", "detail")
    assert list(events) == [("settings_changed", ines.pk, str(ines.pk), word) for word in ("away", "back")]


def test_an_owner_does_so_for_a_colleague(browser, user, ines, day):
    assert browser.post(f"/settings/team/{ines.pk}", fields(day(0), day(0)))["Location"] == "/settings/team"
    assert stored(ines) == (day(0), day(0), None)
    assert Page(browser.get("/settings/team")).texts("#people .tag") == ["Away", "Owner"]
    assert browser.post(f"/settings/team/{ines.pk}", {"back": "1"})["Location"] == "/settings/team"
    assert stored(ines) == (None, None, None)


@pytest.mark.parametrize(
    ("first", "last", "field", "error"),
    [
        (5, 4, "away_until", "The last day is before the first one."),
        (-3, -1, "away_until", "Choose today or a later date."),
        (0, 731, "away_until", "This date is too far in the future."),
        (None, 1, "away_from", "This field is required."),
        ("x", 1, "away_from", "Enter a valid date."),
    ],
)
def test_wrong_days_are_named(browser, user, day, first, last, field, error):
    first, last = (day(n) if isinstance(n, int) else n or "" for n in (first, last))
    page = Page(browser.post(PATH, fields(first, last)), 422)
    assert page.texts(".errorlist li") == [error]
    assert [each["id"] for each in page.all("[aria-invalid=true]")] == [f"id_{field}"]
    assert stored(user) == (None, None, None)


def test_a_stand_in_is_a_colleague_who_is_there(browser, user, ines, other_user, day):
    closed = UserFactory(pro=user.pro, is_active=False)
    for wrong in (user, other_user, closed, "x", "\0"):
        page = Page(browser.post(PATH, fields(day(0), day(5), wrong)), 422)
        assert [each["id"] for each in page.all("[aria-invalid=true]")] == ["id_stand_in"]
    User.objects.filter(pk=ines.pk).update(away_from=day(5), away_until=day(6))
    page = Page(browser.post(PATH, fields(day(0), day(5), ines)), 422)
    assert page.texts(".errorlist li") == ["Inès Moreau is away on one of these days. Choose somebody else."]
    assert stored(user) == (None, None, None)
    assert browser.post(PATH, fields(day(0), day(4), ines)).status_code == 302


def test_a_stand_in_who_goes_away_is_told_for_whom_nobody_is_there(browser, user, ines, day):
    set_absence(ines, day(0), day(5), user, by=ines)
    browser.post(PATH, fields(day(5), day(8)))
    first, second = Page(browser.get(PATH)).texts(".message")
    assert first == "Saved."
    assert second.startswith("Olive Owner stands in for Inès Moreau until ")
    browser.post(PATH, fields(day(6), day(8)))
    assert Page(browser.get(PATH)).texts(".message") == ["Saved."]


def test_nobody_stands_in_for_a_stand_in(pro, user, ines, day):
    third = UserFactory(pro=pro)
    assert find_present(pro, ines.pk) == ines
    set_absence(ines, day(0), day(5), user, by=ines)
    assert find_present(pro, ines.pk) == user
    set_absence(user, day(0), day(5), third, by=user)
    assert (find_present(pro, user.pk), find_present(pro, ines.pk)) == (third, None)


def test_an_absence_begins_and_ends_with_its_days(pro, user, ines, day):
    for first, last, is_away in ((0, 0, True), (1, 3, False), (-3, -1, False), (None, 0, True), (-3, 3, True)):
        values = {"away_from": day(first) if first is not None else None, "away_until": day(last)}
        User.objects.filter(pk=ines.pk).update(**values, last_turn=0)
        User.objects.filter(pk=user.pk).update(last_turn=1)
        assert User.objects.get(pk=ines.pk).is_away is is_away, (first, last)
        assert next_in_turn(pro) == (user if is_away else ines)
