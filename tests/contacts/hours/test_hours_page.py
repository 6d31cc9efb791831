"""Settings of the hours: the week, holidays, targets, and closed days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.audit.models import AuditEvent
from contacts.hours.keeping import close_days
from contacts.models import OfficeHours
from tests.pages import Page

pytestmark = pytest.mark.django_db

URL = "/settings/hours"
NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A Monday, 13:30 in Paris."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def fields(browser):
    return Page(browser.get(URL)).form("main form.card").fields


def save(browser, **changes):
    return browser.post(URL, fields(browser) | changes)


def stored(pro):
    names = ("week", "holidays_country", "holidays_region", "target_minutes", "channel_targets")
    return OfficeHours.objects.values_list(*names).get(pro=pro)


def test_an_office_has_no_hours_at_first(browser):
    page = Page(browser.get(URL))
    assert page.one("h2#hours-title + p").text == "You have set no hours: all hours count."
    days = {f"day_{day}": "" for day in range(7)}
    targets = {f"target_{name}": "" for name in ("minutes", "form", "email", "whatsapp", "telegram")}
    assert page.form("main form.card").fields == {**days, **targets, "holidays_country": ""}
    assert page.one("section.card p").text == "None is planned. Public holidays need not be entered."


def test_a_week_is_saved_and_shown(browser, pro, user):
    response = save(browser, day_0="9-12, 14-18", day_5="22-24", target_minutes="60", target_whatsapp="0")
    assert (response.status_code, response["Location"]) == (302, URL)
    week = [[[540, 720], [840, 1080]], [], [], [], [], [[1320, 1440]], []]
    assert stored(pro) == (week, "", "", 60, {"whatsapp": 0})
    shown = fields(browser)
    assert (shown["day_0"], shown["day_5"], shown["day_6"]) == ("9:00–12:00, 14:00–18:00", "22:00–24:00", "")
    assert (shown["target_minutes"], shown["target_whatsapp"], shown["target_email"]) == ("60", "0", "")
    text = Page(browser.get(URL)).one("h2#hours-title + p").text
    assert text == "You are closed now, and open again on Monday 2 March, 14:00."
    event = AuditEvent.objects.get(kind="settings_changed")
    assert (event.by_user_id, event.detail) == (user.pk, "target_minutes,day_0,day_5,target_whatsapp")


def test_holidays_of_a_country_and_then_of_a_region(browser, pro):
    assert save(browser, holidays_country="FR", day_0="9-18").status_code == 302
    page = Page(browser.get(URL))
    regions = [option.text for option in page.all("#id_holidays_region option")]
    assert regions[:2] == ["All of the country", "Alsace"]
    holidays = [item.text for item in page.all("details li")]
    assert holidays[0] == "Monday 6 April 2026: Easter Monday"
    assert "Friday 1 January 2027: New Year's Day" in holidays
    assert save(browser, holidays_region="6AE").status_code == 302
    assert stored(pro)[1:3] == ("FR", "6AE")
    assert Page(browser.get(URL)).all("details li")[0].text == "Friday 3 April 2026: Good Friday"
    # A region is of its country alone.
    assert save(browser, holidays_country="BE").status_code == 302
    assert stored(pro)[1:3] == ("BE", "")


def test_what_cannot_be_read_is_said_at_its_field_and_kept(browser, pro):
    response = save(browser, day_1="9-25", day_2="nine to five", target_minutes="-1", holidays_country="XX")
    assert response.status_code == 422
    page = Page(response, 422)
    assert page.form("main form.card").fields["day_2"] == "nine to five"
    wrong = {each.one("label").text: each.one(".errorlist").text for each in page.all(".field.is-wrong")}
    assert wrong == {
        "Tuesday": "Times are from 0:00 to 24:00.",
        "Wednesday": "Write periods such as 9:00–12:00, 14:00–18:00.",
        "Closed on public holidays of": "Select a valid choice. XX is not one of the available choices.",
        "First answer within, in minutes of office hours": "Ensure this value is greater than or equal to 0.",
    }
    assert not OfficeHours.objects.filter(pro=pro).exists()


def test_days_are_closed_and_opened_again(browser, pro):
    days = {"first_day": "2026-08-03", "last_day": "2026-08-21", "why": "Summer"}
    for _again in range(2):
        assert browser.post(f"{URL}/close", days).status_code == 302
    hours = OfficeHours.objects.get(pro=pro)
    assert hours.closed_days() == [(date(2026, 8, 3), date(2026, 8, 21), "Summer")]
    page = Page(browser.get(URL))
    assert page.one(".closures li > span").text == "3 August 2026 – 21 August 2026 Summer"
    form = page.form(".closures form")
    for _again in range(2):
        assert browser.post(f"{URL}/open", form.fields).status_code == 302
    hours.refresh_from_db()
    assert hours.closures == []
    assert AuditEvent.objects.filter(kind="settings_changed", detail="closures").count() == 3


@pytest.mark.parametrize(
    ("days", "error"),
    [
        ({"first_day": "2026-08-03"}, "This field is required."),
        ({"first_day": "2026-08-03", "last_day": "2026-08-02"}, "The last day is before the first one."),
        ({"first_day": "2026-08-03", "last_day": "2036-08-02"}, "Close for three years at most."),
        ({"first_day": "soon", "last_day": "2026-08-02"}, "Enter a valid date."),
    ],
)
def test_days_that_cannot_be_closed(browser, pro, days, error):
    response = browser.post(f"{URL}/close", days)
    assert response.status_code == 422
    assert Page(response, 422).one("section.card .errorlist").text == error
    assert not OfficeHours.objects.filter(pro=pro).exclude(closures=[]).exists()


def test_days_that_are_over_make_room_for_new_ones(pro, user):
    day = timezone.localdate()
    past = [[(day - timedelta(days=n)).isoformat()] * 2 + ["Past"] for n in range(100, 0, -1)]
    OfficeHours.objects.create(pro=pro, closures=past)
    close_days(pro, day, day, "New", by=user)
    assert OfficeHours.objects.get(pro=pro).closures == [*past[1:], [day.isoformat(), day.isoformat(), "New"]]
    OfficeHours.objects.update(closures=[[(day + timedelta(days=n)).isoformat()] * 2 + [""] for n in range(100)])
    with pytest.raises(ValidationError, match="Remove closed days"):
        close_days(pro, day, day + timedelta(days=1), by=user)
    assert len(OfficeHours.objects.get(pro=pro).closures) == 100
