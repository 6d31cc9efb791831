"""Housekeeping deletes rows past their time, and no others."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from config.accounts.mails import send_password_reset
from config.accounts.models import Session
from contacts.models import ContactNote
from tests.factories import ContactFactory

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


def run_housekeeping():
    for path in settings.HOUSEKEEPING:
        import_string(path)()


def ago(days):
    return timezone.now() - timedelta(days=days)


def test_expired_sessions_are_deleted():
    for key, ends in (("old", ago(0)), ("new", ago(-1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    run_housekeeping()
    assert [row.session_key for row in Session.objects.all()] == ["new"]


@pytest.mark.parametrize(
    ("status", "days", "is_left"),
    [
        ("SUCCESSFUL", 6, True),
        ("SUCCESSFUL", 8, False),
        ("FAILED", 89, True),
        ("FAILED", 91, False),
        ("READY", 400, True),
        ("RUNNING", 400, True),
    ],
)
def test_finished_jobs_are_deleted(status, days, is_left):
    send_password_reset.enqueue(1)
    finished_at = ago(days) if status in ("SUCCESSFUL", "FAILED") else None
    DBTaskResult.objects.update(status=status, enqueued_at=ago(days), finished_at=finished_at)
    run_housekeeping()
    assert DBTaskResult.objects.exists() == is_left


def test_old_sign_in_attempts_are_deleted():
    for name, days in (("old", 31), ("new", 29)):
        AccessAttempt.objects.create(username=name, failures_since_start=1)
        AccessAttempt.objects.filter(username=name).update(attempt_time=ago(days))
    run_housekeeping()
    assert [row.username for row in AccessAttempt.objects.all()] == ["new"]


def test_notes_deleted_long_ago_are_erased():
    contact = ContactFactory()
    for body, deleted_at in (("old", ago(31)), ("new", ago(29)), ("kept", None)):
        ContactNote.objects.create(contact=contact, body=body, deleted_at=deleted_at, created_at=ago(400))
    run_housekeeping()
    assert sorted(row.body for row in ContactNote.objects.all()) == ["kept", "new"]
