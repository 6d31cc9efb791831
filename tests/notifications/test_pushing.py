"""Pushes to a real push service: what they say, that no mail follows what was seen, and what becomes of failures."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import current_worker_id, requeue_jobs
from config.notifications.models import Notification, PushDevice
from config.notifications.pushing import push_due, send_push
from config.notifications.seeing import note_seen
from contacts.conversations.reading import mark_person_read
from contacts.models import Contact

from ..contacts.messaging import arrive
from .conftest import states, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(pro, user, colleague, telegram, device, prefer, sent):
    """Function by which somebody writes, of whom the colleague is told by a push, and the office by its mail."""
    prefer(colleague, messages="everyones")

    def write(who="Ana") -> Notification:
        message = arrive(telegram, who=who)
        assert [to for to, _subject in sent()] == [pro.email]
        return Notification.objects.get(user=colleague, key=str(message.pk))

    return write


def own_states() -> list[str]:
    return [state for who, _kind, state in states() if who]


def test_a_push_says_type_count_id_and_the_language_of_the_user_and_nothing_else(told, service):
    row = told()
    [(name, text, headers)] = service.pushes
    assert (name, text) == ("phone", {"type": "message", "count": 1, "id": str(row.pk), "language": "fr"})
    assert (headers["Topic"], headers["Urgency"]) == (row.pk.hex, "high")
    # The push service lets go of it when the mail leaves.
    assert 240 <= int(headers["TTL"]) <= 300
    assert row.due_at - row.push_at == timedelta(minutes=5)


def test_a_mail_follows_what_was_not_seen(told, service, colleague, sent, pass_time):
    told()
    assert own_states() == ["waiting"]
    pass_time()
    assert sent() == [(colleague.email, "Ana a écrit par Telegram")]
    assert (own_states(), len(service.pushes)) == (["mailed"], 1)


def test_no_mail_follows_what_was_seen(told, sent, pass_time):
    note_seen(told())
    pass_time()
    assert (sent(), own_states()) == ([], ["seen"])


def test_no_mail_follows_to_who_opened_the_person(told, colleague, sent, pass_time):
    contact = Contact.objects.get(pk=told().contact_id)
    mark_person_read(contact, timezone.now(), by=colleague)
    pass_time()
    assert (sent(), own_states()) == ([], ["seen"])


def test_several_are_counted_and_one_click_sees_them_all(told, service, sent, pass_time):
    rows = [told(who) for who in ("Ana", "Bob", "Eve")]
    assert [text["count"] for _name, text, _headers in service.pushes] == [1, 2, 3]
    note_seen(rows[-1])
    pass_time()
    assert (sent(), own_states()) == ([], ["seen"] * 3)


def test_no_push_leaves_when_its_mail_is_about_to(told, service, device):
    row = told()
    for seconds in (-1, 5):
        Notification.objects.filter(pk=row.pk).update(due_at=timezone.now() + timedelta(seconds=seconds))
        send_push.func(str(row.pk), str(device.pk))
    assert len(service.pushes) == 1


def test_a_push_that_runs_again_replaces_itself_and_never_follows_its_mail(told, service, device, sent, pass_time):
    row = told()
    send_push.func(str(row.pk), str(device.pk))
    assert [headers["Topic"] for _name, _text, headers in service.pushes] == [row.pk.hex] * 2
    pass_time()
    assert len(sent()) == 1
    send_push.func(str(row.pk), str(device.pk))
    assert len(service.pushes) == 2


def test_quiet_hours_hold_a_push_back_and_one_counts_what_came(told, service, colleague, prefer, telegram, sent):
    now = timezone.now()
    clock = now.astimezone(prefer(colleague).zone)
    quiet = {"quiet_from": (clock - timedelta(hours=1)).time(), "quiet_until": (clock + timedelta(hours=2)).time()}
    prefer(colleague, **quiet)
    for who in ("Ana", "Bob"):
        arrive(telegram, who=who)
    sent()
    rows = Notification.objects.filter(user=colleague)
    assert (service.pushes, {row.due_at - row.push_at for row in rows}) == ([], {timedelta(minutes=5)})
    rows.update(push_at=timezone.now())
    push_due.enqueue(colleague.pk)
    sent()
    [(_name, text, _headers)] = service.pushes
    assert (text["type"], text["count"]) == ("message", 2)


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_removed_and_the_mail_leaves_at_once(
    pro, user, colleague, telegram, device, prefer, service, sent, status
):
    prefer(colleague, messages="everyones")
    service.status["phone"] = status
    arrive(telegram, who="Ana")
    assert sorted(to for to, _subject in sent()) == sorted([pro.email, colleague.email])
    assert PushDevice.objects.count() == 0


def test_a_device_that_is_gone_leaves_the_others(told, service, colleague):
    subscribe(service, colleague, "laptop")
    service.status["phone"] = 410
    told()
    assert [name for name, *_ in service.pushes] == ["laptop"]
    assert [device.agent for device in PushDevice.objects.all()] == ["laptop Firefox/1"]


def test_a_busy_push_service_is_asked_again(told, service, sent):
    service.status["phone"] = 503
    told()
    assert (service.pushes, PushDevice.objects.get().problem) == ([], "busy")
    service.status.clear()
    DBTaskResult.objects.filter(status="FAILED").update(finished_at=timezone.now() - timedelta(hours=1))
    requeue_jobs(current_worker_id())
    sent()
    device = PushDevice.objects.get()
    assert (len(service.pushes), device.problem, device.status) == (1, "", 201)


@pytest.mark.parametrize(("status", "problem"), [(400, "refused"), (403, "refused"), (413, "refused"), (429, "busy")])
def test_what_a_push_service_refuses_is_noted(told, service, status, problem):
    service.status["phone"] = status
    told()
    device = PushDevice.objects.get()
    assert (device.status, device.problem, service.pushes) == (status, problem, [])


def test_a_private_address_is_not_called(told, service, settings):
    settings.OUTGOING_PRIVATE_NETWORKS = []
    told()
    assert (service.pushes, PushDevice.objects.get().problem) == ([], "private_address")


def test_a_device_of_a_key_that_is_gone_is_not_called(told, service):
    PushDevice.objects.update(vapid_key="unknown")
    told()
    assert (service.pushes, PushDevice.objects.get().problem) == ([], "no_key")


def test_the_address_of_a_device_is_encrypted_and_in_no_log(told, service, caplog):
    caplog.set_level(logging.DEBUG)
    service.status["phone"] = 503
    told()
    assert PushDevice.objects.get().endpoint == f"{service.url}/push/phone"
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint, secret FROM notifications_pushdevice")
        assert "push/phone" not in str(cursor.fetchall())
    jobs = DBTaskResult.objects.values_list("traceback", flat=True)
    assert not any("push/phone" in text for text in [caplog.text, *jobs])
