"""Office hours and targets of the demo, loaded on a Wednesday morning: marks in the list, a share in the reports."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as site_settings
from django.core import mail
from django.db.models import F
from django.test import Client, override_settings
from django.utils import timezone

from config.accounts import demo as accounts
from contacts.hours.public_holidays import known_countries
from contacts.models import FirstResponse, OfficeHours, WaitingItem
from contacts.waiting.overdue import tell_of_overdue
from tests.conftest import new_session
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

WEDNESDAY = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(module_rows):
    with override_settings(DEBUG=True), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: WEDNESDAY)
        return accounts.load()


@pytest.fixture
def pros(loaded, settings, monkeypatch, db):
    settings.DEBUG = True
    monkeypatch.setattr(timezone, "now", lambda: WEDNESDAY)
    return loaded


def open_page(pro, path):
    client = Client()
    client.cookies[site_settings.SESSION_COOKIE_NAME] = new_session(pro.users.order_by("pk").first())
    return Page(client.get(path))


def test_each_office_has_hours_holidays_and_a_target(pros):
    for pro in pros:
        hours = OfficeHours.objects.get(pro=pro)
        hours.full_clean()
        assert (len(hours.week), hours.week[6], hours.target_minutes > 0) == (7, [], True)
        assert (hours.holidays_country, hours.holidays_country in known_countries()) == (pro.country, True)


def test_answers_of_the_past_are_some_of_them_within_the_target(pros):
    rows = FirstResponse.objects.filter(target_seconds__gt=0)
    within = rows.filter(office_seconds__lte=F("target_seconds"))
    counts = {pro.name: (within.for_pro(pro).count(), rows.for_pro(pro).count()) for pro in pros}
    assert counts == {
        "Agence du Vieux-Port": (13, 29),
        "Immo Lievens": (6, 12),
        "Corrib Lettings": (5, 8),
        "Maison Lenoir": (1, 1),
    }


def test_the_reports_say_how_many_were_within_it(pros):
    page = open_page(pros[0], "/reports")
    tiles = {tile.one("dt").text: [part.text for part in tile.all("dd")] for tile in page.all(".tile")}
    assert tiles == {
        "Nouveaux": ["40", "avant : 3"],
        "Répondus": ["22", "avant : 4"],
        "En attente maintenant": ["16", ""],
        "Médiane jusqu’à la première réponse": ["5 h 03", "avant : 8 h 36"],
        "90e centile": ["18 h 29", "avant : 284 h 27"],
        "Dans l’objectif": ["54 %", "avant : 25 % · 10 après"],
    }


def test_the_list_marks_who_is_due_soon_and_overdue(pros):
    marks = [
        sorted({mark.text for row in open_page(pro, "/inbox").all(".person-row") for mark in row.all(".row-due")})
        for pro in pros[:3]
    ]
    assert marks == [["Bientôt en retard", "En retard"], ["Bijna te laat", "Te laat"], ["Overdue"]]


def test_nobody_is_mailed_about_those_who_were_late_before(pros, work_tasks, monkeypatch):
    tell_of_overdue()
    work_tasks()
    assert mail.outbox == []
    monkeypatch.setattr(timezone, "now", lambda: WEDNESDAY + timedelta(days=2))
    tell_of_overdue()
    work_tasks()
    told = {address for each in mail.outbox for address in each.to}
    assert told == {"claire@example.com", "jan@example.net", "aoife@example.org", "sophie@example.com"}


def test_called_again_it_leaves_hours_and_answers_as_they_are(pros):
    OfficeHours.objects.filter(pro=pros[0]).update(target_minutes=30)

    def everything():
        models = (OfficeHours, FirstResponse, WaitingItem)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = everything()
    accounts.load()
    assert everything() == before


def test_a_demo_of_before_gets_them_and_its_answers_count_by_them(pros):
    answers = list(FirstResponse.objects.order_by("item").values_list("item", "office_seconds", "target_seconds"))
    OfficeHours.objects.all().delete()
    FirstResponse.objects.update(target_seconds=0, office_seconds=1)
    accounts.load()
    again = FirstResponse.objects.order_by("item").values_list("item", "office_seconds", "target_seconds")
    assert list(again) == answers
