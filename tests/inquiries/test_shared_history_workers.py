"""Sharing the history by several workers at once, and by workers that are killed."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection

from inquiries.history import package, sharing
from inquiries.history.sharing import catch_up, share_entries
from inquiries.models import UnsharedHistory
from inquiries.pipeline.moves import move_inquiry

from ..factories import InquiryFactory
from ..shared_status import Away
from ..shared_status import package as shared
from . import status_sharing
from .status_sharing import PATH, STEPS, assert_shared, let_go, wait_until

status_package = status_sharing.status_package


@pytest.mark.django_db(transaction=True)
def test_concurrent_jobs_share_each_entry_once(inquiry, at_once):
    for key in STEPS:
        move_inquiry(inquiry, to=key, by=None)
    shared.be("slow", "0.02")
    went = at_once(6, lambda _n: share_entries(inquiry.pk))
    catch_up()
    assert_shared(inquiry)
    assert sum(went) <= 4 and shared.calls() == ["record"] * 4


@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_somebody_else_made_meanwhile_is_seen(inquiry, monkeypatch):
    """Two workers read the same row; after one tried and failed, the other must not claim it as untried."""
    stale = sharing._oldest_waiting(inquiry.pk)
    shared.be("half")
    with pytest.raises(Away):
        share_entries(inquiry.pk)
    assert not sharing._claim(stale)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_package_is_talked_to(inquiry, monkeypatch):
    seen = []
    monkeypatch.setattr(package, "record_entry", lambda *args: seen.append(connection.in_atomic_block))
    share_entries(inquiry.pk)
    assert seen == [False]


@pytest.fixture
def start_worker():
    """Starts `manage.py worker` on the test database; what still runs at the end is killed."""
    started = []
    name = connection.settings_dict["NAME"]
    on_sqlite = connection.vendor == "sqlite"
    url = f"sqlite:///{name}" if on_sqlite else urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()

    def start():
        command = [sys.executable, "manage.py", "worker", "--interval", "0.05"]
        environment = {**os.environ, "DATABASE_URL": url, "STATUS_HISTORY_BACKEND": PATH}
        started.append(subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_the_order_and_double_nothing(inquiry_type, pro, start_worker):
    inquiries = [InquiryFactory(pro=pro, inquiry_type=inquiry_type) for _ in range(5)]
    start_worker()
    start_worker()
    for key in STEPS:
        for inquiry in inquiries:
            move_inquiry(inquiry, to=key, by=None)
    wait_until(lambda: not UnsharedHistory.objects.exists())
    assert_shared(*inquiries)
    assert set(shared.calls()) == {"record"}


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_after_the_package_took_one_doubles_nothing(inquiry, start_worker):
    move_inquiry(inquiry, to="in_review", by=None)
    shared.be("dying")
    first = start_worker()
    assert first.wait(60) == -9
    assert (len(shared.kept()), UnsharedHistory.objects.count()) == (1, 2)
    let_go()
    start_worker()
    wait_until(lambda: not UnsharedHistory.objects.exists())
    assert_shared(inquiry)
    assert shared.calls() == ["record", "entries", "record"]
