"""Jobs of one task that are taken at once."""

from datetime import timedelta
from itertools import chain

import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config.jobs.claiming import Queues, claim_more, give_back
from config.jobs.lanes import Lanes
from config.jobs.running import run_jobs
from config.jobs.several import Several, several_of
from config.jobs.worker import MAX_ATTEMPTS, requeue_jobs

from .jobs import note, note_many, note_some, note_soon
from .rows import OURS, lease

READY, RUNNING, FAILED, SUCCESSFUL = (
    TaskResultStatus.READY,
    TaskResultStatus.RUNNING,
    TaskResultStatus.FAILED,
    TaskResultStatus.SUCCESSFUL,
)
EVERY = Queues(["*"], [])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lines"


def enqueue(task, path, *lines, **options):
    for line in lines:
        task.using(**options).enqueue(str(path), line)


def claim(most=3):
    job = EVERY.claim("desk:1")
    return [job, *claim_more(job, "desk:1", most)]


def lines_of(jobs):
    return [job.args_kwargs["args"][1] for job in jobs]


def states():
    rows = DBTaskResult.objects.order_by("enqueued_at").values_list("args_kwargs", "status", "worker_ids")
    return [(content["args"][1], status, workers) for content, status, workers in rows]


def test_further_jobs_of_the_same_task_and_queue_are_claimed_in_their_order(db, path):
    enqueue(note_some, path, "low", priority=-5)
    enqueue(note_some, path, "first")
    enqueue(note, path, "another task")
    enqueue(note_some, path, "another queue", queue_name="mail")
    enqueue(note_some, path, "second", "third")
    enqueue(note_some, path, "high", priority=5)
    assert lines_of(claim(3)) == ["high", "first", "second", "third"]
    assert lines_of(claim(3)) == ["another task"]
    assert [status for _line, status, _workers in states()].count(RUNNING) == 5


def test_a_job_that_was_begun_before_is_claimed_by_itself(db, path):
    enqueue(note_some, path, "begun", "new", "second", "begun too", "third")
    begun = [row.pk for row in DBTaskResult.objects.order_by("enqueued_at") if "begun" in row.args_kwargs["args"][1]]
    DBTaskResult.objects.filter(pk__in=begun).update(worker_ids=["dead:1"])
    assert [lines_of(claim()) for _ in range(3)] == [["begun"], ["new", "second", "third"], ["begun too"]]


def test_one_that_kills_its_workers_takes_no_other_with_it(db, path):
    lease(OURS, timedelta())
    enqueue(note_some, path, *map(str, range(4)))
    for number in range(MAX_ATTEMPTS):
        # The worker dies while it runs the first of those that it has claimed.
        lease(f"dead:{number}", timedelta(minutes=30))
        while job := EVERY.claim(f"dead:{number}"):
            claimed = [job, *claim_more(job, f"dead:{number}", 3)]
            if lines_of(claimed)[0] == "0":
                break
            run_jobs(claimed)
        requeue_jobs(OURS)
    assert [status for _line, status, _workers in states()] == [FAILED, SUCCESSFUL, SUCCESSFUL, SUCCESSFUL]
    assert sorted(path.read_text().split()) == ["1", "2", "3"]


def test_how_many_jobs_of_a_task_are_taken_at_once():
    assert several_of(note.module_path) == Several(1)
    assert several_of(note_some.module_path) == Several(4)
    assert several_of("tests.jobs.gone.task") == Several(1)


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_claim_each_of_several_jobs_once(at_once, path):
    enqueue(note_some, path, *map(str, range(40)))

    def claimed(_n):
        lines = []
        while job := EVERY.claim("desk:1"):
            lines += lines_of([job, *claim_more(job, "desk:1", 3)])
        return lines

    assert sorted(map(int, chain.from_iterable(at_once(4, claimed)))) == list(range(40))


@pytest.mark.django_db(transaction=True)
def test_jobs_that_are_taken_at_once_run_in_order_and_once(work_tasks, path):
    enqueue(note_some, path, *"abcdefghij")
    work_tasks()
    assert path.read_text().split() == [*"abcdefghij"]
    assert {(status, len(workers)) for _line, status, workers in states()} == {(SUCCESSFUL, 1)}
    assert all(job.started_at <= job.finished_at for job in DBTaskResult.objects.all())


@pytest.mark.django_db(transaction=True)
def test_after_one_that_fails_the_rest_goes_back_to_the_queue(path):
    enqueue(note_some, path, "a", "fail", "b", "c")
    run_jobs(claim())
    assert path.read_text().split() == ["a"]
    assert states() == [
        ("a", SUCCESSFUL, ["desk:1"]),
        ("fail", FAILED, ["desk:1"]),
        ("b", READY, []),
        ("c", READY, []),
    ]
    assert "ValueError: fail" in DBTaskResult.objects.failed().get().traceback


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_stopped_gives_the_rest_back(path):
    enqueue(note_some, path, "a", "b", "c")
    run_jobs(claim(), lambda: True)
    assert states() == [("a", SUCCESSFUL, ["desk:1"]), ("b", READY, []), ("c", READY, [])]


@pytest.mark.django_db(transaction=True)
def test_the_rest_goes_back_when_the_first_ones_take_long(monkeypatch, path):
    monkeypatch.setattr("config.jobs.running.MAX_TIME", 0)
    enqueue(note_some, path, "a", "b")
    run_jobs(claim())
    assert states() == [("a", SUCCESSFUL, ["desk:1"]), ("b", READY, [])]


def test_a_job_that_another_worker_has_by_now_is_not_given_back(db, path):
    enqueue(note_some, path, "a", "b")
    first, second = claim()
    DBTaskResult.objects.filter(pk=first.pk).update(worker_ids=["desk:1", "desk:2"])
    give_back([first, second])
    assert states() == [("a", RUNNING, ["desk:1", "desk:2"]), ("b", READY, [])]


@pytest.mark.django_db(transaction=True)
def test_a_task_does_many_jobs_together_and_the_others_one_by_one(work_tasks, path):
    enqueue(note_many, path, "a", "alone b", "c", "d", "e")
    work_tasks()
    assert path.read_text().split("\n") == ["a*", "c*", "d*", "alone b", "e", ""]
    assert {(status, len(workers)) for _line, status, workers in states()} == {(SUCCESSFUL, 1)}


@pytest.mark.django_db(transaction=True)
def test_an_error_of_many_together_has_them_run_one_by_one(work_tasks, path):
    enqueue(note_many, path, "a", "broken", "c")
    work_tasks()
    assert path.read_text().split() == ["a", "broken", "c"]
    assert {(status, len(workers)) for _line, status, workers in states()} == {(SUCCESSFUL, 1)}


def test_jobs_taken_together_count_as_one_and_are_held(db, path):
    lanes = Lanes(EVERY, "desk:1", threads=8)
    enqueue(note_some, path, *map(str, range(9)), queue_name="mail")
    first, second = lanes.take(), lanes.take()
    assert lanes.take() is None
    more = lanes.take_more(first, wait=pytest.fail)
    assert lines_of(more) == ["2", "3", "4"]
    assert set(lanes.held()) == {job.pk for job in (first, second, *more)}
    lanes.end(first)
    assert set(lanes.held()) == {second.pk}
    assert lines_of([lanes.take()]) == ["5"]


def test_those_that_come_within_a_moment_are_taken_too(db, path):
    lanes = Lanes(EVERY, "desk:1", threads=8)
    enqueue(note_soon, path, "0", "1")
    waits = []

    def wait(seconds):
        waits.append(seconds)
        enqueue(note_soon, path, "2", "3", "4")

    first = lanes.take()
    more = lanes.take_more(first, wait)
    assert (lines_of(more), waits) == (["1", "2", "3"], [0.05])
    assert set(lanes.held()) == {job.pk for job in (first, *more)}
    # As many as there may be: nobody waits for others.
    enqueue(note_soon, path, *"567")
    assert lines_of(lanes.take_more(lanes.take(), wait=pytest.fail)) == ["5", "6", "7"]
