"""/settings/notifications: what a user is told of, when and how."""

from datetime import time

import pytest

from config.audit.models import AuditEvent
from config.notifications.models import Preferences

from ..pages import Page

pytestmark = pytest.mark.django_db
PATH = "/settings/notifications"


def form(**changes):
    given = {"requests": "everyones", "messages": "mine", "inquiries": "none", "mentions": "on", "mail": "digest"}
    return {**given, "digest_at": "08:00", "digest_again_at": "", "quiet_from": "", "quiet_until": "", **changes}


def test_without_settings_the_page_shows_what_is_told_now(browser, user, colleague):
    page = Page(browser.get(PATH))
    chosen = {box["name"]: box.one("option[selected]")["value"] for box in page.all(".settings-body select")}
    assert chosen == {"requests": "mine", "messages": "mine", "inquiries": "mine", "time_zone": ""}
    assert [box["name"] for box in page.all(".settings-body input[checked]")] == [
        "mentions",
        "assignments",
        "overdue",
        "mail",
    ]
    assert Preferences.objects.count() == 0


def test_who_is_alone_reads_that_their_settings_hold_for_the_office(browser, user, pro):
    assert pro.email in Page(browser.get(PATH)).one(".settings-body").text


def test_settings_are_saved(browser, user, pro):
    response = browser.post(PATH, form(quiet_from="20:00", quiet_until="07:00", time_zone="Europe/Brussels"))
    assert (response.status_code, response["Location"]) == (302, PATH)
    assert Preferences.objects.values().get() == {
        "user_id": user.pk,
        "pro_id": pro.pk,
        "requests": "everyones",
        "messages": "mine",
        "inquiries": "none",
        "mentions": True,
        "assignments": False,
        "overdue": False,
        "reminders": False,
        "mail": "digest",
        "digest_at": time(8),
        "digest_again_at": None,
        "quiet_from": time(20),
        "quiet_until": time(7),
        "time_zone": "Europe/Brussels",
    }
    assert AuditEvent.objects.values_list("kind", "detail", "by_user_id").last() == (
        "settings_changed",
        "notifications",
        user.pk,
    )


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"requests": "all"}, ["id_requests"]),
        ({"mail": ""}, ["id_mail_0", "id_mail_1", "id_mail_2"]),
        ({"digest_at": ""}, ["id_digest_at"]),
        ({"digest_at": "8 o’clock"}, ["id_digest_at"]),
        ({"quiet_from": "20:00"}, ["id_quiet_until"]),
        ({"quiet_until": "07:00"}, ["id_quiet_from"]),
        ({"quiet_from": "20:00", "quiet_until": "20:00"}, ["id_quiet_until"]),
        ({"time_zone": "Mars/X"}, ["id_time_zone"]),
    ],
)
def test_an_invalid_value_is_named_and_nothing_is_saved(browser, changes, wrong):
    page = Page(browser.post(PATH, form(**changes)), 422)
    assert [element["id"] for element in page.all("[aria-invalid=true]")] == wrong
    assert Preferences.objects.count() == 0
