"""Jobs that wait for a peer that hangs hold few threads, and no other job."""

from datetime import timedelta

import pytest
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.backend import AT_ONCE
from config.jobs.claiming import Queues
from config.jobs.lanes import HANG, PAUSE, Lanes

from .jobs import note


@pytest.fixture
def clock(monkeypatch):
    """Seconds that the lanes see; set `clock[0]`."""
    now = [1000.0]
    monkeypatch.setattr("config.jobs.lanes.time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def lanes(db, clock):
    return Lanes(Queues(["*"], []), "desk:1", threads=8)


def enqueue(*queues):
    for queue in queues:
        note.using(queue_name=queue).enqueue("/nowhere", queue)


def take_all(lanes):
    """The jobs that are taken until none is, and their queues in order."""
    jobs = []
    while job := lanes.take():
        jobs.append(job)
    return jobs, sorted(job.queue_name for job in jobs)


def test_of_one_queue_two_jobs_run_at_once(lanes):
    enqueue("telegram", "telegram", "telegram", "mail", "default")
    jobs, queues = take_all(lanes)
    assert queues == ["default", "mail", "telegram", "telegram"]
    lanes.end(next(job for job in jobs if job.queue_name == "telegram"))
    assert take_all(lanes)[1] == ["telegram"]


def test_two_threads_are_left_to_what_waits_for_no_peer(lanes):
    enqueue(*"aabbccdd", "default", "default", "default")
    assert take_all(lanes)[1] == ["a", "a", "b", "b", "c", "c", "default", "default"]


def test_a_queue_whose_job_hung_is_left_alone_and_then_tried_by_one_job(lanes, clock):
    enqueue(*["telegram"] * 5, "mail")
    first, second, mail = take_all(lanes)[0]
    clock[0] += HANG
    lanes.end(first)
    lanes.end(second)
    enqueue("mail")
    assert take_all(lanes)[1] == ["mail"]
    clock[0] += PAUSE - 0.1
    assert take_all(lanes)[1] == []
    clock[0] += 0.1
    (one,), queues = take_all(lanes)
    assert queues == ["telegram"]
    clock[0] += 1
    lanes.end(one)
    assert take_all(lanes)[1] == ["telegram", "telegram"]
    assert mail.queue_name == "mail"


def test_an_import_may_take_its_time(lanes, clock):
    enqueue("imports", "imports", "imports")
    first, _second = take_all(lanes)[0]
    clock[0] += 10 * HANG
    lanes.end(first)
    assert take_all(lanes)[1] == ["imports"]


def test_a_worker_of_other_queues_takes_none_of_them(db, clock):
    enqueue("default", "a", "b", "reading")
    assert take_all(Lanes(Queues(["a", "b", "c"], []), "desk:1", threads=2))[1] == ["a"]
    assert take_all(Lanes(Queues(["*"], ["default"]), "desk:1", threads=8))[1] == ["b", "reading"]


def test_one_thread_runs_jobs_of_every_queue(db, clock):
    enqueue("a", "default")
    lanes = Lanes(Queues(["*"], []), "desk:1", threads=1)
    job = lanes.take()
    assert job.queue_name == "a"
    lanes.end(job)
    assert lanes.take().queue_name == "default"


def test_a_job_claimed_anew_while_its_former_attempt_runs_counts_twice_until_each_ends(lanes, clock):
    enqueue("telegram")
    former = lanes.take()
    # As another worker does when the lease of this one has lapsed.
    DBTaskResult.objects.update(status=TaskResultStatus.READY)
    enqueue("telegram")
    anew = DBTaskResult.objects.exclude(pk=former.pk).get()
    DBTaskResult.objects.filter(pk=anew.pk).update(run_after=timezone.now() + timedelta(hours=1))
    anew = lanes.take()
    assert (anew.pk, lanes.held()) == (former.pk, [former.pk, former.pk])
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=AT_ONCE)
    assert take_all(lanes)[1] == []
    lanes.end(former)
    assert lanes.held() == [anew.pk]
    (other,), _queues = take_all(lanes)
    lanes.end(anew)
    lanes.end(other)
    assert lanes.held() == []
