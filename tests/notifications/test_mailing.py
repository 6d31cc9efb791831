"""Each mail once: by two workers at the same moment, after a failure, and where its job is missing."""

from datetime import time, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.conf import settings
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, current_worker_id, requeue_jobs
from config.notifications.housekeeping import keep_notifications, prune_notifications, wake_notifications
from config.notifications.mailing import mail_together
from config.notifications.models import Notification

from ..contacts.messaging import arrive
from .conftest import states

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(pro, user, colleague, telegram, prefer, sent):
    """Two messages that wait for a colleague's digest."""
    prefer(colleague, messages="everyones", mail="digest", digest_at=time(8))
    for who in ("Ana", "Bob"):
        arrive(telegram, who=who)
    sent()
    return list(Notification.objects.filter(user=colleague).order_by("created_at"))


def test_a_digest_is_enqueued_once_for_what_is_due_together(two):
    assert DBTaskResult.objects.filter(task_path=mail_together.module_path).count() == 1


def test_two_jobs_at_once_mail_each_thing_once(two, colleague, pass_time, sent):
    mail_together.enqueue(colleague.pk)
    pass_time()
    assert len(sent()) == 1


def test_a_mail_that_fails_is_sent_by_the_same_job_later(two, colleague, pass_time, sent, monkeypatch):
    pass_time()

    def fail(*args, **options):
        raise SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr("config.web.mail._send_by_any_sender", fail)
        assert sent() == []
    assert [state for _who, _kind, state in states() if _who] == ["claimed"] * 2
    # Another job finds nothing that is due.
    mail_together.enqueue(colleague.pk)
    assert sent() == []
    requeue_jobs(current_worker_id())
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    assert [to for to, _subject in sent()] == [colleague.email]
    assert [state for _who, _kind, state in states() if _who] == ["mailed"] * 2


def test_a_mail_without_a_job_is_enqueued(two, colleague, pass_time, sent):
    DBTaskResult.objects.all().delete()
    wake_notifications()
    assert sent() == []
    pass_time()
    Notification.objects.update(due_at=timezone.now() - timedelta(minutes=3))
    wake_notifications()
    wake_notifications()
    assert DBTaskResult.objects.count() == 1
    assert [to for to, _subject in sent()] == [colleague.email]


def test_what_a_digest_missed_does_not_wait_for_the_next_one(two, colleague, sent):
    first, _second = two
    Notification.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(minutes=3))
    wake_notifications()
    wake_notifications()
    assert DBTaskResult.objects.filter(task_path=mail_together.module_path).count() == 2
    assert [to for to, _subject in sent()] == [colleague.email]
    assert [state for who, _kind, state in states() if who] == ["mailed", "waiting"]


@pytest.mark.parametrize("is_deleted", [False, True])
def test_what_a_job_had_that_was_given_up_is_mailed_by_another(
    two, colleague, pass_time, sent, monkeypatch, is_deleted
):
    fail_for_good(pass_time, sent, monkeypatch)
    if is_deleted:
        DBTaskResult.objects.filter(status="FAILED").delete()
    assert [state for who, _kind, state in states() if who] == ["claimed"] * 2
    Notification.objects.update(due_at=timezone.now() - timedelta(minutes=3))
    keep_notifications()
    assert [to for to, _subject in sent()] == [colleague.email]
    assert [state for who, _kind, state in states() if who] == ["mailed"] * 2
    keep_notifications()
    assert sent() == []


def test_what_a_job_has_that_is_tried_again_stays_its_own(two, pass_time, sent, monkeypatch):
    fail_for_good(pass_time, sent, monkeypatch)
    DBTaskResult.objects.filter(status="FAILED").update(worker_ids=["once"])
    keep_notifications()
    assert [state for who, _kind, state in states() if who] == ["claimed"] * 2


def test_what_was_tried_for_days_is_refused(two, pass_time, sent, monkeypatch):
    first, second = two
    fail_for_good(pass_time, sent, monkeypatch)
    Notification.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=3, seconds=1))
    keep_notifications()
    for row in two:
        row.refresh_from_db()
    assert (first.state, first.ended_at is not None) == ("refused", True)
    assert (second.state, second.claimed_by, second.ended_at) == ("waiting", None, None)


def fail_for_good(pass_time, sent, monkeypatch):
    """Let the job of what is due fail as often as it is tried."""

    def fail(*args, **options):
        raise SMTPServerDisconnected("gone")

    pass_time()
    with monkeypatch.context() as broken:
        broken.setattr("config.web.mail._send_by_any_sender", fail)
        assert sent() == []
    DBTaskResult.objects.filter(status="FAILED").update(worker_ids=["worker"] * MAX_ATTEMPTS)


def test_a_digest_names_each_thing_with_its_page(two, colleague, pass_time, work_tasks):
    pass_time()
    work_tasks()
    [message] = mail.outbox
    names = ["Ana a écrit par Telegram", "Bob a écrit par Telegram"]
    pages = [settings.SITE_URL + reverse("waiting:person", args=[row.contact_id]) for row in two]
    assert message.body.splitlines()[:5] == [names[0], pages[0], "", names[1], pages[1]]


def test_what_was_over_a_month_ago_goes(two):
    first, second = two
    Notification.objects.filter(pk=first.pk).update(state="mailed", ended_at=timezone.now() - timedelta(days=31))
    Notification.objects.filter(pk=second.pk).update(state="mailed", ended_at=timezone.now() - timedelta(days=29))
    prune_notifications()
    assert list(Notification.objects.filter(user__isnull=False).values_list("pk", flat=True)) == [second.pk]
