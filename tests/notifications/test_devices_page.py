"""Devices on /settings/notifications: added, tested, removed; and where a push leads."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from config.audit.models import AuditEvent
from config.notifications.models import Notification, Preferences, PushDevice
from config.notifications.vapid import public_key

from ..conftest import _client
from ..contacts.messaging import arrive
from ..pages import Page
from .conftest import subscribe

pytestmark = pytest.mark.django_db
PATH = "/settings/notifications"
ADD = f"{PATH}/devices"


@pytest.fixture
def phone(service, user) -> PushDevice:
    return subscribe(service, user, "phone")


def text_of_test(browser, device, status=200):
    return Page(browser.get(f"{ADD}/{device.pk}/test"), status).one("#push-test [role=status]").text


def test_a_device_is_added_and_who_has_chosen_nothing_keeps_what_they_are_told(browser, user, colleague, service):
    form = service.subscribe("phone", public_key()).form
    response = browser.post(ADD, form, headers={"user-agent": "Mozilla/5.0 (Android) Firefox/1"})
    assert response["Location"] == PATH
    device = PushDevice.objects.get()
    assert {name: getattr(device, name) for name in ("endpoint", "public_key", "secret")} | {
        "key": device.vapid_key
    } == form
    assert (device.user, Preferences.objects.get().messages) == (user, "mine")
    assert sorted(AuditEvent.objects.values_list("detail", flat=True)) == ["notifications", "push_device_added"]
    page = Page(browser.get(PATH))
    assert "Firefox on Android" in page.one("[data-device]").text
    assert form["endpoint"] not in browser.get(PATH).text


def test_another_user_of_the_browser_takes_it_over(browser, service, colleague, phone):
    _client(colleague).post(ADD, service.subscriptions["phone"].form)
    assert [device.user for device in PushDevice.objects.all()] == [colleague]


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "ftp://push.example.org/1"},
        {"endpoint": "https://user@push.example.org/1"},
        {"endpoint": "https://push.example.org/" + "x" * 1000},
        {"endpoint": "https://[/"},
        {"endpoint": ""},
        {"public_key": "BB"},
        {"public_key": "é"},
        {"secret": "AA"},
        {"key": "unknown"},
    ],
)
def test_what_no_browser_gives_is_refused(browser, service, changes):
    form = service.subscribe("phone", public_key()).form
    assert browser.post(ADD, {**form, **changes})["Location"] == PATH
    assert "The browser gave no usable subscription" in Page(browser.get(PATH)).one(".message").text
    assert PushDevice.objects.count() == 0


def test_a_device_is_removed(browser, phone):
    assert browser.post(f"{ADD}/{phone.pk}/remove")["Location"] == PATH
    assert PushDevice.objects.count() == 0


def test_another_users_device_is_not_found(browser, colleague, device):
    assert [browser.post(f"{ADD}/{device.pk}/{verb}").status_code for verb in ("remove", "test")] == [404, 404]
    assert PushDevice.objects.count() == 1


def test_a_test_goes_the_way_of_every_push(browser, service, phone, work_tasks):
    browser.post(f"{ADD}/{phone.pk}/test")
    assert text_of_test(browser, phone).startswith("The test is on its way.")
    work_tasks()
    assert [(name, text) for name, text, _headers in service.pushes] == [
        ("phone", {"type": "test", "count": 1, "id": str(phone.pk), "language": "en"})
    ]
    assert "has taken the test" in text_of_test(browser, phone)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "The push service refused it. (status 403)"),
        (503, "The push service is busy; it is tried again. (status 503)"),
    ],
)
def test_a_test_says_why_it_fails(browser, service, phone, work_tasks, status, words):
    service.status["phone"] = status
    browser.post(f"{ADD}/{phone.pk}/test")
    work_tasks()
    assert text_of_test(browser, phone) == words


def test_a_test_says_that_nothing_answers_or_the_key_is_gone(browser, service, phone, work_tasks):
    service.stop()
    browser.post(f"{ADD}/{phone.pk}/test")
    work_tasks()
    assert text_of_test(browser, phone) == "The push service could not be reached."
    PushDevice.objects.update(vapid_key="unknown")
    browser.post(f"{ADD}/{phone.pk}/test")
    work_tasks()
    assert text_of_test(browser, phone).startswith("The keys of this installation have changed")


def test_a_test_says_that_the_browser_ended_its_subscription(browser, service, phone, work_tasks):
    service.status["phone"] = 410
    browser.post(f"{ADD}/{phone.pk}/test")
    work_tasks()
    assert text_of_test(browser, phone, 404).startswith("The browser has ended its subscription")


def test_a_test_says_that_no_worker_runs(browser, phone):
    browser.post(f"{ADD}/{phone.pk}/test")
    PushDevice.objects.update(test_asked_at=timezone.now() - timedelta(minutes=1))
    assert "no worker is running" in text_of_test(browser, phone)


@pytest.fixture
def pushed(pro, user, phone, prefer, telegram, sent):
    def write(who="Ana") -> Notification:
        message = arrive(telegram, who=who)
        sent()
        return Notification.objects.get(user=user, key=str(message.pk))

    return write


def test_a_push_leads_to_the_person_and_several_to_the_list(browser, pushed):
    row = pushed()
    assert browser.get(f"/notifications/{row.pk}")["Location"] == f"/inbox/{row.contact_id}"
    assert Notification.objects.get(pk=row.pk).state == "seen"
    pushed("Bob")
    assert browser.get(f"/notifications/{pushed('Eve').pk}")["Location"] == "/inbox"
    assert set(Notification.objects.values_list("state", flat=True)) == {"seen"}


def test_the_service_worker_notes_a_click_without_a_token(user, pushed, colleague):
    row = pushed()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = _client(colleague).cookies
    assert strict.post(f"/notifications/{row.pk}/seen").status_code == 404
    strict.cookies = _client(user).cookies
    assert strict.post(f"/notifications/{row.pk}/seen").status_code == 204
    assert Notification.objects.get(pk=row.pk).state == "seen"
