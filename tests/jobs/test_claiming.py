"""Jobs are claimed in their order, each by one worker."""

from datetime import timedelta
from itertools import chain

import pytest
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.claiming import Queues

from .jobs import note

pytestmark = pytest.mark.dialect

EVERY = Queues(["*"], [])


def enqueue(line, **options):
    return note.using(**options).enqueue("/nowhere", line)


def claimed(queues=EVERY):
    """The lines of the jobs that are claimed, until there is none."""
    lines = []
    while job := queues.claim("desk:1"):
        lines.append(job.args_kwargs["args"][1])
    return lines


def test_jobs_are_claimed_by_priority_and_then_in_turn(db):
    now = timezone.now()
    enqueue("low", priority=-5)
    enqueue("first")
    enqueue("second")
    enqueue("due", run_after=now - timedelta(seconds=1))
    enqueue("later", run_after=now + timedelta(hours=1))
    enqueue("high", priority=5)
    assert claimed() == ["high", "due", "first", "second", "low"]
    assert claimed() == []


def test_claimed_job_is_running_and_read_by_the_librarys_own_means(db):
    id = enqueue("x").id
    DBTaskResult.objects.update(worker_ids=["desk:0"])
    began = timezone.now()
    job = EVERY.claim("desk:1")
    assert list(DBTaskResult.objects.values()) == [
        {field.attname: getattr(job, field.attname) for field in DBTaskResult._meta.concrete_fields}
    ]
    result = note.get_result(id)
    assert (result.status, result.worker_ids) == (TaskResultStatus.RUNNING, ["desk:0", "desk:1"])
    assert (result.args, result.finished_at) == (["/nowhere", "x"], None)
    assert began <= result.started_at <= timezone.now()


@pytest.mark.parametrize(
    ("queues", "lines"),
    [
        (EVERY, ["mail", "mailbox", "read"]),
        (Queues(["reading"], []), ["read"]),
        (Queues(["reading", "mailboxes"], []), ["mailbox", "read"]),
        (Queues(["*"], ["reading"]), ["mail", "mailbox"]),
        (Queues(["*"], ["reading", "mailboxes"]), ["mail"]),
    ],
)
def test_a_worker_takes_jobs_of_its_queues_alone(db, queues, lines):
    enqueue("mail")
    enqueue("mailbox", queue_name="mailboxes")
    enqueue("read", queue_name="reading", priority=-1)
    assert claimed(queues) == lines


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_claim_each_job_once(at_once):
    for number in range(30):
        enqueue(f"{number}")
    lines = chain(*at_once(6, lambda _n: claimed()))
    assert sorted(lines, key=int) == [f"{number}" for number in range(30)]
