"""Jobs that another release left: a worker keeps those that it does not know, and one that knows them runs them."""

from datetime import timedelta

import pytest
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs import claiming
from config.jobs.doctor import check_worker

from . import jobs
from .jobs import note, note_some
from .test_worker import make_worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.dialect]


@pytest.fixture(autouse=True)
def warnings_anew():
    claiming._warn_once.cache_clear()


def leave(task_path, *args):
    """Store a job as a newer release enqueues it."""
    result = note.enqueue(*args)
    DBTaskResult.objects.filter(pk=result.id).update(task_path=task_path)
    return result.id


def work():
    """Have a worker that is started anew run what it can."""
    make_worker().run_batch()


def rows(*ids):
    return list(
        DBTaskResult.objects.filter(pk__in=ids).order_by("enqueued_at").values("status", "worker_ids", "run_after")
    )


UNKNOWN = ["tests.jobs.jobs.note_later", "tests.jobs.newer.note", "tests.jobs.jobs.wait_until", "nothing", ".nothing"]


def test_jobs_of_unknown_tasks_wait_untouched_and_others_run(tmp_path, caplog):
    ids = [leave(path, str(tmp_path / "lines"), "x") for path in UNKNOWN for _ in range(3)]
    before = rows(*ids)
    note.enqueue(str(tmp_path / "lines"), "known")
    for _ in range(2):
        work()
    assert (tmp_path / "lines").read_text() == "known\n"
    assert rows(*ids) == before
    assert {(row["status"], *row["worker_ids"]) for row in before} == {(TaskResultStatus.READY,)}
    # One of each was looked at, by each worker.
    assert DBTaskResult.objects.filter(pk__in=ids, started_at__isnull=False).count() == len(UNKNOWN)
    assert sorted(record.message for record in caplog.records if record.name == "vestibule.worker") == sorted(
        f"this release has no task {path}: its jobs wait for a worker of one that has" for path in UNKNOWN
    )


def test_the_worker_that_knows_them_runs_them(tmp_path, monkeypatch):
    id = leave(UNKNOWN[0], str(tmp_path / "lines"), "x")
    work()

    def note_later(path: str, line: str) -> None:
        jobs.note.func(path, f"{line} later")

    note_later.__module__, note_later.__qualname__ = UNKNOWN[0].rsplit(".", 1)
    monkeypatch.setattr(jobs, "note_later", task(note_later), raising=False)
    work()
    assert (tmp_path / "lines").read_text() == "x later\n"
    assert [(row["status"], len(row["worker_ids"])) for row in rows(id)] == [(TaskResultStatus.SUCCESSFUL, 1)]


@pytest.mark.parametrize("task_path", [note.module_path, note_some.module_path])
def test_jobs_with_other_arguments_wait_and_are_looked_at_again(tmp_path, task_path, caplog):
    """A job of which several are taken at once is found among those claimed with it, too."""
    path = str(tmp_path / "lines")
    known = [leave(task_path, path, "first")]
    ids = [leave(task_path, path, "second", "further"), leave(task_path, path)]
    known += [leave(task_path, path, "third")]
    work()
    assert (tmp_path / "lines").read_text() == "first\nthird\n"
    assert {row["status"] for row in rows(*known)} == {TaskResultStatus.SUCCESSFUL}
    for row in rows(*ids):
        assert (row["status"], row["worker_ids"]) == (TaskResultStatus.READY, [])
        assert timedelta(seconds=30) < row["run_after"] - timezone.now() <= claiming.UNKNOWN_ARGUMENTS
    assert [record.message for record in caplog.records if record.name == "vestibule.worker"] == [
        f"task {task_path} has other arguments in this release: such jobs wait for another worker"
    ]


def test_the_doctor_names_them(tmp_path):
    leave("tests.jobs.newer.note", "x", "y")
    leave("tests.jobs.newer.note", "x", "y")
    note.enqueue("x", "y")
    assert list(check_worker())[-1] == (
        "unknown jobs",
        "warn",
        "2 are of a task that this release has not",
        "Start a worker of the release that has tests.jobs.newer.note.",
    )
