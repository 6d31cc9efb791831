"""A shared status package in a folder of the test, and checks of what it received."""

import time
import uuid
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import current_worker_id, requeue_jobs
from inquiries.history import package, sharing
from inquiries.history.entry import Entry
from inquiries.models import InquiryHistory, UnsharedHistory

from ..shared_status import package as shared

PATH = "tests.shared_status.package"


STEPS = ["in_review", "answered", "closed"]


@pytest.fixture(autouse=True)
def status_package(settings, tmp_path, monkeypatch):
    """Configures a package."""
    settings.STATUS_HISTORY_BACKEND = PATH
    monkeypatch.setenv("SHARED_STATUS", str(tmp_path))
    monkeypatch.setattr(package, "caller", package._Caller())


@pytest.fixture
def hasty(settings):
    """Sets a timeout that slow calls exceed."""
    settings.STATUS_HISTORY_TIMEOUT = 0.1


def own(inquiry):
    return [Entry(**row) for row in InquiryHistory.objects.filter(inquiry=inquiry).values(*sharing.FIELDS)]


def assert_shared(*inquiries):
    """The package has each entry once, in order by inquiry, and nothing waits."""
    for inquiry in inquiries:
        kept = [row for row in shared.kept() if row["inquiry_id"] == inquiry.pk]
        assert kept == [asdict(entry) for entry in own(inquiry)] and kept
    assert len(shared.kept()) == sum(len(own(inquiry)) for inquiry in inquiries)
    assert list(UnsharedHistory.objects.all()) == []


def let_go():
    """Expire all claims."""
    UnsharedHistory.objects.filter(held_until__gt=timezone.now()).update(held_until=timezone.now())


def again():
    """Requeue failed jobs without the wait."""
    DBTaskResult.objects.failed().update(finished_at=timezone.now() - timedelta(hours=2))
    requeue_jobs(current_worker_id())


def foreign(inquiry, **fields):
    """An entry of another program."""
    at = own(inquiry)[-1].created_at + timedelta(seconds=1)
    return {"uid": uuid.uuid4(), "inquiry_id": inquiry.pk, "to_status": "elsewhere", "created_at": at, **fields}


def wait_until(happened):
    for _ in range(600):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")
