"""Hours of somebody's own: their page, what the team's page says, whose turn it is, and whose silence counts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from config.accounts.models import User
from config.audit.models import AuditEvent
from contacts.assigning.assignments import take
from contacts.assigning.silence import take_back_from_silent
from contacts.assigning.turns import next_in_turn
from contacts.models import Contact, OfficeHours, OwnHours, WaitingItem

from ...access.matrix import sign_in
from ...factories import UserFactory
from ...pages import Page
from ..messaging import arrive

pytestmark = pytest.mark.django_db
PATH, FORM = "/settings/my-hours", "form[aria-labelledby=own-hours-title]"
# Weekdays from 9 to 18, and mornings of Monday and Tuesday.
OFFICE = [[[540, 1080]]] * 5 + [[], []]
MORNINGS = [[[540, 720]]] * 2 + [[]] * 5
EVENINGS = [[[1080, 1320]]] * 5 + [[], []]
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """Sets the hour on a wall in Paris, of a Monday and the days after it."""

    def set_clock(hour, minute=0, days=0):
        now = MONDAY + timedelta(days=days, hours=hour - 1, minutes=minute)
        monkeypatch.setattr(timezone, "now", lambda: now)
        return now

    set_clock(10)
    return set_clock


@pytest.fixture
def office(pro, clock):
    return OfficeHours.objects.create(pro=pro, week=OFFICE, closures=[["2026-03-10", "2026-03-12", "Move"]])


@pytest.fixture
def ines(pro):
    return UserFactory(pro=pro, name="Inès Moreau", role="member")


def works(user, week):
    OwnHours.objects.create(pro=user.pro, user=user, week=week)


def stored():
    return dict(OwnHours.objects.values_list("user", "week"))


def fields(client, path=PATH):
    return Page(client.get(path)).form(FORM).fields


def days(*texts):
    return {f"day_{number}": text for number, text in enumerate([*texts, *[""] * (7 - len(texts))])}


def test_the_form_begins_with_the_week_of_the_office_and_keeps_what_differs(office, pro, ines):
    client = sign_in(ines)
    assert fields(client) == days(*["9:00–18:00"] * 5)
    page = Page(client.get(PATH))
    assert page.one("#own-hours-title + p").text == (
        "The same as those of the office. Change what differs. At work until 18:00."
    )
    response = client.post(PATH, days("9-12, 14-16", "9-12"))
    assert (response.status_code, response["Location"]) == (302, PATH)
    assert stored() == {ines.pk: [[[540, 720], [840, 960]], [[540, 720]], *[[]] * 5]}
    row = OwnHours.objects.get()
    assert (row.pro, str(row)) == (pro, "Inès Moreau")
    assert fields(client) == days("9:00–12:00, 14:00–16:00", "9:00–12:00")
    page = Page(client.get(PATH))
    assert page.one("#own-hours-title + p").text == (
        "These hours stand in place of those of the office. At work until 12:00."
    )
    event = AuditEvent.objects.get()
    assert (event.kind, event.by_user_id, event.about_id, event.detail) == (
        "settings_changed",
        ines.pk,
        str(ines.pk),
        "own_hours",
    )


def test_an_office_without_hours_has_nothing_to_begin_with(browser, user, clock):
    page = Page(browser.get(PATH))
    assert page.one("#own-hours-title + p").text == "The office has set no hours: all hours count."
    assert page.form(FORM).fields == days()
    assert not page.all(f"{FORM} [name=as_office]")
    assert browser.post(PATH, days("9-12", "9-12"))["Location"] == PATH
    assert stored() == {user.pk: MORNINGS}
    assert Page(browser.get(PATH)).one(f"{FORM} [name=as_office]").text == "Same as the office"


@pytest.mark.parametrize("sent", [{"as_office": "1"}, days(), days(*["9-18"] * 5)])
def test_no_hours_and_those_of_the_office_follow_the_office(office, user, ines, sent):
    works(ines, MORNINGS)
    works(user, MORNINGS)
    client = sign_in(ines)
    assert client.post(PATH, sent)["Location"] == PATH
    assert stored() == {user.pk: MORNINGS}
    office.week = EVENINGS
    office.save()
    assert fields(client) == days(*["18:00–22:00"] * 5)


def test_what_cannot_be_read_is_said_at_its_field_and_nothing_is_stored(office, ines):
    works(ines, MORNINGS)
    sent = days("9-25", "nine to five", "9-12", "", "12-9", "9-12, 11-14")
    page = Page(sign_in(ines).post(PATH, sent), 422)
    assert page.form(FORM).fields == sent
    wrong = {each.one("label").text: each.one(".errorlist").text for each in page.all(".field.is-wrong")}
    assert wrong == {
        "Monday": "Times are from 0:00 to 24:00.",
        "Tuesday": "Write periods such as 9:00–12:00, 14:00–18:00.",
        "Friday": "A period ends after it begins; write 24:00 for midnight.",
        "Saturday": "These periods overlap.",
    }
    assert (stored(), AuditEvent.objects.count()) == ({ines.pk: MORNINGS}, 0)


def test_an_owner_sets_those_of_a_colleague(browser, office, user, ines, other_user):
    path = f"/settings/team/{ines.pk}/hours"
    assert Page(browser.get(f"/settings/team/{ines.pk}")).one(f"a[href='{path}']").text == "Change hours…"
    assert Page(browser.get(path)).one("main h2").text == "Working hours: Inès Moreau"
    assert browser.post(path, days("9-12", "9-12"))["Location"] == "/settings/team"
    assert stored() == {ines.pk: MORNINGS}
    [event] = AuditEvent.objects.values_list("by_user_id", "about_id", "detail")
    assert event == (user.pk, str(ines.pk), "own_hours")
    assert "Working hours" in Page(browser.get("/settings/audit")).one("main").text
    # Nobody of another office, nor one who is no longer there.
    User.objects.filter(pk=ines.pk).update(is_active=False)
    for person in (other_user, ines):
        for method in (browser.get, browser.post):
            assert method(f"/settings/team/{person.pk}/hours").status_code == 404
    assert stored() == {ines.pk: MORNINGS}


@pytest.mark.parametrize(
    ("hour", "day", "owner", "member"),
    [
        (10, 0, "At work until 18:00", "At work until 12:00"),
        (12, 0, "At work until 18:00", "Back tomorrow at 09:00"),
        (8, 1, "Back at 09:00", "Back at 09:00"),
        (18, 1, "Back tomorrow at 09:00", "Back on Monday at 09:00"),
        (13, 7, "At work until 18:00", "Back on 16 March at 09:00"),
        (20, 4, "Back on Monday at 09:00", "Back on Monday at 09:00"),
        # Closed, for those with hours of their own too.
        (10, 8, "Back on Friday at 09:00", "Back on Monday at 09:00"),
    ],
)
def test_the_team_says_who_is_at_work_and_who_is_back_when(browser, office, ines, clock, hour, day, owner, member):
    works(ines, MORNINGS)
    clock(hour, days=day)
    page = Page(browser.get("/settings/team"))
    shown = {
        row.one("strong").text: [text for text in row.texts("p") if text.startswith(("At", "Back"))]
        for row in page.all("#people li")
    }
    assert shown == {"Olive Owner": [owner], "Inès Moreau": [member]}


def test_nothing_is_said_of_who_is_away_or_always_there(browser, ines, clock):
    works(ines, MORNINGS)
    User.objects.filter(pk=ines.pk).update(away_until=timezone.localdate())
    rows = Page(browser.get("/settings/team")).all("#people li")
    assert len(rows) == 2
    assert not [text for row in rows for text in row.texts("p") if text.startswith(("At", "Back"))]


def turns(pro, number):
    return [next_in_turn(pro) for _turn in range(number)]


def test_turns_are_of_those_at_work_and_of_all_while_nobody_is(office, pro, user, ines, clock):
    zoe = UserFactory(pro=pro)
    # Nobody has hours of their own: nobody is left out, at night neither.
    clock(23)
    assert turns(pro, 3) == [user, ines, zoe]
    works(ines, MORNINGS)
    works(zoe, EVENINGS)
    clock(10)
    assert turns(pro, 3) == [user, ines, user]
    clock(15)
    assert turns(pro, 2) == [user, user]
    clock(19)
    assert turns(pro, 2) == [zoe, zoe]
    clock(23)
    assert turns(pro, 3) == [ines, user, zoe]
    # Who alone is at work is away.
    clock(19)
    User.objects.filter(pk=zoe.pk).update(away_until=timezone.localdate())
    assert turns(pro, 2) == [ines, user]


def test_hours_of_another_office_count_for_nobody(pro, user, other_user, clock):
    works(other_user, MORNINGS)
    clock(15)
    assert (next_in_turn(other_user.pro), turns(pro, 2)) == (other_user, [user, user])


def test_silence_counts_in_the_hours_of_the_assignee(office, telegram, pro, user, ines, clock):
    pro.silent_hours = 4
    pro.save()
    works(ines, MORNINGS)
    now = clock(9)
    for name, assignee in (("Ana", user), ("Bob", ines)):
        take(arrive(telegram, who=name).contact, by=assignee)
    Contact.objects.update(assigned_at=now)
    WaitingItem.objects.update(since=now)

    def kept(hour, minute=0, days=0):
        clock(hour, minute, days)
        take_back_from_silent()
        return set(Contact.objects.exclude(assigned_to=None).values_list("name", flat=True))

    assert kept(12, 59) == {"Ana", "Bob"}
    assert kept(13) == {"Bob"}
    # Three hours of Monday, one of Tuesday.
    assert kept(9, 59, days=1) == {"Bob"}
    assert kept(10, days=1) == set()
