"""The worker: jobs of a killed one are requeued, failed ones are retried, and none is lost."""

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
from django.db.models.functions import Now
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.api.models import IdempotencyKey
from config.jobs.models import WorkerLease, prune_leases
from config.jobs.worker import (
    MAX_ATTEMPTS,
    UNKNOWN_LEASE,
    ResilientWorker,
    backoff,
    current_worker_id,
    requeue_jobs,
    run_housekeeping,
)
from config.web.models import RateCount

from .jobs import fail_until, hang_once, note, wait_until

READY, RUNNING, FAILED, SUCCESSFUL = (
    TaskResultStatus.READY,
    TaskResultStatus.RUNNING,
    TaskResultStatus.FAILED,
    TaskResultStatus.SUCCESSFUL,
)


LEASE = timedelta(seconds=settings.WORKER_LEASE_SECONDS)
OURS = "desk-1:42:aaaaaaaa"


def lease(name, renewed, since=timedelta(hours=1)):
    """Store the lease of a worker, renewed so long ago by the clock of the database."""
    WorkerLease.objects.create(worker_id=name, since=Now() - since, renewed_at=Now() - renewed)
    return name


@pytest.fixture
def ours(db):
    """The id of this worker, which has been alive for long."""
    return lease(OURS, timedelta())


@pytest.fixture
def dead(ours):
    """The id of a worker that is gone, with the host name and process id of this one."""
    return lease("desk-1:42:bbbbbbbb", LEASE + timedelta(seconds=1))


@pytest.fixture
def alive(ours):
    """The id of another worker that is alive, with the same host name and process id."""
    return lease("desk-1:42:cccccccc", LEASE - timedelta(seconds=2))


def job(status=RUNNING, worker=None, ago=timedelta(seconds=5), **fields):
    """Store a job that `worker` started some time ago."""
    result = note.enqueue("/nowhere", "x")
    then = timezone.now() - ago
    fields = {"status": status, "started_at": then, "worker_ids": [worker] if worker else [], **fields}
    DBTaskResult.objects.filter(pk=result.id).update(**fields)
    return DBTaskResult.objects.get(pk=result.id)


def status(row):
    return DBTaskResult.objects.values_list("status", flat=True).get(pk=row.pk)


# --- requeue_jobs


def test_the_job_of_a_dead_worker_is_requeued(ours, dead):
    row = job(worker=dead)
    assert requeue_jobs(ours) == 1
    row.refresh_from_db()
    assert (row.status, row.worker_ids) == (READY, [dead])
    assert list(DBTaskResult.objects.ready()) == [row]


def test_the_job_of_a_live_worker_stays_however_long_it_takes(ours, alive):
    row = job(worker=alive, ago=timedelta(days=1))
    assert (requeue_jobs(ours), status(row)) == (0, RUNNING)


def test_only_the_last_worker_counts(ours, dead, alive):
    kept, lost = job(worker_ids=[dead, alive]), job(worker_ids=[alive, dead])
    assert (requeue_jobs(ours), status(kept), status(lost)) == (1, RUNNING, READY)


def test_of_its_own_jobs_a_worker_requeues_those_that_it_does_not_run(ours):
    lost, kept = job(worker=ours), job(worker=ours)
    assert (requeue_jobs(ours, lambda: [kept.pk]), status(lost), status(kept)) == (1, READY, RUNNING)


def test_a_worker_whose_own_lease_is_new_takes_no_job_from_others(dead):
    """The database may have been gone for all of them."""
    row = job(worker=dead)
    WorkerLease.objects.filter(pk=OURS).update(since=Now() - LEASE + timedelta(seconds=2))
    assert (requeue_jobs(OURS), requeue_jobs("another"), status(row)) == (0, 0, RUNNING)
    WorkerLease.objects.filter(pk=OURS).update(since=Now() - LEASE - timedelta(seconds=1))
    assert (requeue_jobs(OURS), status(row)) == (1, READY)


def test_a_lease_that_is_renewed_late_begins_anew(db):
    renew = WorkerLease.objects.renew
    renew(OURS)
    first = WorkerLease.objects.get()
    renew(OURS)
    second = WorkerLease.objects.get()
    assert second.since == first.since <= first.renewed_at <= second.renewed_at
    expired = Now() - LEASE - timedelta(seconds=1)
    WorkerLease.objects.update(since=expired, renewed_at=expired)
    renew(OURS)
    third = WorkerLease.objects.get()
    assert third.since == third.renewed_at >= second.renewed_at


def test_leases_of_workers_that_ended_are_deleted_in_the_end(ours, dead):
    lease("long-ago", timedelta(days=1, seconds=1))
    prune_leases()
    assert sorted(WorkerLease.objects.values_list("pk", flat=True)) == [ours, dead]
    WorkerLease.objects.end(ours)
    assert set(WorkerLease.objects.expired().values_list("pk", flat=True)) == {ours, dead}


@pytest.mark.parametrize("worker", ["elsewhere:1", "desk-1/0e5bc33a-4026531836:421", "", None])
def test_the_job_of_a_worker_without_a_lease_stays_for_ten_minutes(ours, worker):
    row = job(worker=worker, ago=UNKNOWN_LEASE - timedelta(seconds=10))
    assert (requeue_jobs(ours), status(row)) == (0, RUNNING)
    row = job(worker=worker, ago=UNKNOWN_LEASE + timedelta(seconds=1))
    assert (requeue_jobs(ours), status(row)) == (1, READY)


def test_a_job_that_kills_its_workers_fails_in_the_end(ours, dead):
    row = job(worker=dead, worker_ids=[dead] * MAX_ATTEMPTS)
    assert (requeue_jobs(ours), status(row)) == (0, FAILED)
    assert "every worker that took this job was killed" in DBTaskResult.objects.get(pk=row.pk).traceback


def test_queued_and_successful_jobs_stay_as_they_are(db, dead):
    old = timedelta(days=2)
    for state in (READY, SUCCESSFUL):
        job(status=state, worker=dead, ago=old, finished_at=timezone.now() - old)
    before = list(DBTaskResult.objects.order_by("pk").values())
    assert requeue_jobs(current_worker_id()) == 0
    assert list(DBTaskResult.objects.order_by("pk").values()) == before


def test_a_failed_job_is_requeued_with_a_doubling_delay(db):
    ended = timezone.now()
    rows = [job(FAILED, finished_at=ended, worker_ids=["a:1"] * attempts) for attempts in range(1, MAX_ATTEMPTS)]
    assert requeue_jobs(current_worker_id()) == MAX_ATTEMPTS - 1
    delays = []
    for row in rows:
        row.refresh_from_db()
        assert row.status == READY
        delays.append((row.run_after - ended).total_seconds())
    assert delays == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, *[3600] * 10]
    assert list(DBTaskResult.objects.ready()) == []


def test_after_the_last_attempt_it_stays_failed_with_its_traceback(db):
    row = job(FAILED, finished_at=timezone.now(), worker_ids=["a:1"] * MAX_ATTEMPTS, traceback="why")
    assert requeue_jobs(current_worker_id()) == 0
    row.refresh_from_db()
    assert (row.status, row.traceback) == (FAILED, "why")


def test_a_job_that_failed_long_ago_is_not_retried(db):
    row = job(FAILED, finished_at=timezone.now() - timedelta(days=7, seconds=1), worker_ids=["a:1"])
    assert (requeue_jobs(current_worker_id()), status(row)) == (0, FAILED)


def test_backoff_is_at_most_an_hour():
    assert [backoff(n) for n in (1, 2, 9, 10, 1000)] == [timedelta(seconds=s) for s in (10, 20, 2560, 3600, 3600)]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_requeue_a_job_once(ours, dead, at_once):
    for _ in range(5):
        job(worker=dead)
    assert sum(at_once(6, lambda _n: requeue_jobs(ours))) == 5


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
