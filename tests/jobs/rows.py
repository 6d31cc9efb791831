"""Rows of jobs, and of the leases of their workers."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.models import WorkerLease

from .jobs import note

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


def job(status=RUNNING, worker=None, ago=timedelta(seconds=5), **fields):
    """Store a job that `worker` started some time ago."""
    result = note.enqueue("/nowhere", "x")
    then = timezone.now() - ago
    fields = {"status": status, "started_at": then, "worker_ids": [worker] if worker else [], **fields}
    DBTaskResult.objects.filter(pk=result.id).update(**fields)
    return DBTaskResult.objects.get(pk=result.id)


def status(row):
    return DBTaskResult.objects.values_list("status", flat=True).get(pk=row.pk)
