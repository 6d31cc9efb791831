"""Jobs of a killed worker, and failed ones, are requeued: by the leases of the workers, up to the last attempt."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.models import WorkerLease, prune_leases
from config.jobs.worker import MAX_ATTEMPTS, UNKNOWN_LEASE, backoff, current_worker_id, requeue_jobs

from .rows import FAILED, LEASE, OURS, READY, RUNNING, SUCCESSFUL, job, lease, status


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
