"""Jobs are enqueued as django-tasks-db enqueues them, several in one statement."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.tasks import task_backends
from django.tasks.exceptions import InvalidTask
from django.tasks.signals import task_enqueued
from django.utils import timezone
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from config.jobs.backend import Job, enqueue_together

from .jobs import fail_until, note

pytestmark = pytest.mark.django_db
LATER = timezone.now() + timedelta(hours=1)


def content(row):
    names = [field.attname for field in row._meta.concrete_fields if field.attname not in ("id", "enqueued_at")]
    return {name: (type(getattr(row, name)), getattr(row, name)) for name in names}


@pytest.mark.parametrize("task", [note, note.using(priority=-7, run_after=LATER, queue_name="reading")])
def test_a_job_is_the_row_that_the_library_makes(task):
    began = timezone.now()
    result = task.enqueue("a-file", line="Zoë")
    theirs = DatabaseBackend("default", {"QUEUES": ["default", "reading"]}).enqueue(task, ("a-file",), {"line": "Zoë"})
    ours, other = DBTaskResult.objects.get(pk=result.id), DBTaskResult.objects.get(pk=theirs.id)
    assert content(ours) == content(other)
    assert began <= ours.enqueued_at <= timezone.now()
    for name in ("task", "status", "started_at", "finished_at", "last_attempted_at", "args", "kwargs", "backend"):
        assert getattr(result, name) == getattr(theirs, name), name
    assert (result.errors, result.worker_ids, result.enqueued_at) == ([], [], ours.enqueued_at)
    assert task_backends["default"].get_result(result.id).args == ["a-file"]


def test_several_jobs_are_one_statement(django_assert_num_queries):
    heard = []
    task_enqueued.connect(receiver := lambda task_result, **_: heard.append(task_result.task), weak=False)
    try:
        with django_assert_num_queries(1):
            enqueue_together([Job(note, ("a", "b")), Job(fail_until, ("c",))])
        with django_assert_num_queries(0):
            enqueue_together([])
    finally:
        task_enqueued.disconnect(receiver)
    rows = DBTaskResult.objects.values_list("task_path", "args_kwargs")
    expected = {("note", ("a", "b")), ("fail_until", ("c",))}
    assert {(path.rpartition(".")[2], tuple(call["args"])) for path, call in rows} == expected
    assert heard == [note, fail_until]


def test_a_job_is_rolled_back_with_its_transaction():
    with transaction.atomic():
        note.enqueue("a", "b")
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()


def test_what_is_no_task_is_refused():
    job = Job(note.using(priority=1), ("a", "b"))
    object.__setattr__(job.task, "priority", 1000)
    with pytest.raises(InvalidTask):
        enqueue_together([job])
    assert not DBTaskResult.objects.exists()
