"""The worker: each job is run once, also when a worker before was killed; housekeeping runs beside it."""

import itertools
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.api.models import IdempotencyKey
from config.jobs.worker import ResilientWorker, current_worker_id, requeue_jobs, run_housekeeping
from config.web.models import RateCount

from .jobs import fail_until, hang_once, note, wait_until
from .rows import FAILED, READY, RUNNING, SUCCESSFUL, status

# --- A worker in this process


@pytest.mark.django_db(transaction=True)
def test_jobs_run_in_order_and_once(work_tasks, tmp_path):
    path = tmp_path / "lines"
    for number in range(5):
        note.enqueue(str(path), f"{number}")
    work_tasks()
    work_tasks()
    assert path.read_text().split() == ["0", "1", "2", "3", "4"]
    assert [j.worker_ids for j in DBTaskResult.objects.successful()] == [[current_worker_id()]] * 5


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_is_retried(work_tasks, tmp_path):
    path = tmp_path / "file"
    result = fail_until.enqueue(str(path))
    work_tasks()
    row = DBTaskResult.objects.get(pk=result.id)
    assert (row.status, row.exception_class_path) == (FAILED, "builtins.FileNotFoundError")
    path.write_text("here")
    assert requeue_jobs(current_worker_id()) == 1
    work_tasks()
    assert status(row) == READY  # not before its delay is over
    DBTaskResult.objects.update(run_after=timezone.now())
    work_tasks()
    row.refresh_from_db()
    assert (row.status, row.return_value, row.traceback) == (SUCCESSFUL, "here", "")
    assert row.worker_ids == [current_worker_id()] * 2


def make_worker(**changes):
    options = {
        "queue_names": ["*"],
        "excluded_queue_names": [],
        "interval": 0,
        "batch": True,
        "backend_name": "default",
        "startup_delay": False,
        "max_tasks": None,
        "worker_id": current_worker_id(),
    }
    return ResilientWorker(**{**options, **changes})


@pytest.mark.django_db(transaction=True)
def test_the_worker_waits_while_the_database_is_down(monkeypatch, tmp_path):
    worker, answers = make_worker(interval=0.01), iter([OperationalError("gone"), OperationalError("gone")])
    monkeypatch.setattr("config.jobs.worker.renewal_seconds", lambda: -1)
    note.enqueue(str(tmp_path / "lines"), "done")

    def failing_requeue(_id, _find_held):
        if error := next(answers, None):
            raise error
        if DBTaskResult.objects.successful().exists():
            worker.stop()
        return 0

    monkeypatch.setattr("config.jobs.worker.requeue_jobs", failing_requeue)
    worker.run()
    assert (tmp_path / "lines").read_text() == "done\n"


@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_housekeeping(monkeypatch):
    RateCount.objects.create(key="old", expires_at=1, count=1)
    IdempotencyKey.objects.create(scope="old", status=201, created_at=timezone.now() - timedelta(hours=25))
    IdempotencyKey.objects.create(scope="new", status=201)
    worker = make_worker()
    monkeypatch.setattr("config.jobs.worker.requeue_jobs", lambda _id, _held: worker.stop())
    worker.run()
    assert list(RateCount.objects.all()) == []
    assert [row.scope for row in IdempotencyKey.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_housekeeping_runs_once_a_minute_however_often_jobs_are_requeued(monkeypatch, settings):
    settings.WORKER_THREADS = 0
    worker, calls = make_worker(), []
    # Seconds. The worker reads the clock before and after requeueing, and before and after housekeeping.
    now = iter(range(0, 1000, 7))

    def requeue_ten_times(_id, _find_held):
        calls.append("requeue")
        if calls.count("requeue") == 10:
            worker.stop()

    monkeypatch.setattr("config.jobs.worker.time", SimpleNamespace(monotonic=lambda: next(now)))
    monkeypatch.setattr("config.jobs.worker.requeue_jobs", requeue_ten_times)
    monkeypatch.setattr("config.jobs.worker.run_housekeeping", lambda: calls.append("housekeeping"))
    worker.run()
    assert (calls.count("requeue"), calls[:2]) == (10, ["requeue", "housekeeping"])
    gaps = [i for i, call in enumerate(calls) if call == "housekeeping"]
    # Three readings of seven seconds a round: every third round.
    assert [b - a for a, b in itertools.pairwise(gaps)] == [4] * (len(gaps) - 1)


# --- Workers in processes of their own


def database_url():
    """Return DATABASE_URL of the test database, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def start_worker():
    """Starts `manage.py worker` on the test database; kills it at the end."""
    started = []

    def start(**variables):
        command = [sys.executable, "manage.py", "worker", "--interval", "0.05"]
        environment = {**os.environ, "DATABASE_URL": database_url(), **variables}
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_is_killed_is_finished_by_the_next(start_worker, tmp_path):
    result = hang_once.enqueue(str(tmp_path))
    for number in range(3):
        note.enqueue(str(tmp_path / "lines"), f"{number}")
    # With more threads another job may be running at that moment.
    first = start_worker(WORKER_THREADS="1")
    wait_until((tmp_path / "begun").exists)
    assert Path(tmp_path / "begun").read_text() == str(first.pid)
    first.kill()
    first.wait()
    assert DBTaskResult.objects.get(pk=result.id).status == RUNNING

    second = start_worker()
    wait_until(lambda: DBTaskResult.objects.successful().count() == 4)
    row = DBTaskResult.objects.get(pk=result.id)
    assert (row.status, row.return_value) == (SUCCESSFUL, "done")
    assert [name.split(":")[1] for name in row.worker_ids] == [str(first.pid), str(second.pid)]
    assert sorted((tmp_path / "lines").read_text().split()) == ["0", "1", "2"]


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_two_workers_run_each_job_once(start_worker, tmp_path):
    for number in range(40):
        note.enqueue(str(tmp_path / "lines"), f"{number}")
    start_worker()
    start_worker()
    wait_until(lambda: DBTaskResult.objects.successful().count() == 40)
    assert sorted(map(int, (tmp_path / "lines").read_text().split())) == list(range(40))
    assert {len(j.worker_ids) for j in DBTaskResult.objects.all()} == {1}


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_terminated_worker_exits_cleanly(start_worker, tmp_path):
    note.enqueue(str(tmp_path / "lines"), "one")
    process = start_worker()
    wait_until(lambda: DBTaskResult.objects.successful().exists())
    process.terminate()
    assert process.wait(30) == 0


# --- run_housekeeping


def test_one_failure_does_not_stop_housekeeping(db, settings, caplog):
    settings.HOUSEKEEPING = ["tests.jobs.jobs.broken", "config.web.models.prune_rate_counts", "tests.jobs.jobs.missing"]
    RateCount.objects.create(key="old", expires_at=0, count=1)
    run_housekeeping()
    assert not RateCount.objects.exists()
    assert [(record.message, record.exc_info[0]) for record in caplog.records if record.name == "vestibule.worker"] == [
        ("tests.jobs.jobs.broken failed; it is called again in a minute", ZeroDivisionError),
        ("tests.jobs.jobs.missing failed; it is called again in a minute", ImportError),
    ]


def test_housekeeping_stops_when_the_database_is_down(db, settings, monkeypatch):
    def raise_operational_error():
        raise OperationalError

    settings.HOUSEKEEPING = ["config.web.models.prune_rate_counts"]
    monkeypatch.setattr("config.web.models.prune_rate_counts", raise_operational_error)
    with pytest.raises(OperationalError):
        run_housekeeping()
