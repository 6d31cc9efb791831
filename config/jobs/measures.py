"""Measures of the queues and the worker, for /metrics."""

from collections.abc import Iterator

from django.db.models import Case, Count, F, Min, When
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from .models import WorkerLease
from .readiness import worker_silence

# The `run_after` of a job that waits for no time.
AT_ONCE = get_date_max()
MEASURES = {
    "vestibule_jobs_waiting": "Jobs that may be taken now, by queue.",
    "vestibule_jobs_oldest_seconds": "For how long the oldest of them could have been taken, by queue.",
    "vestibule_jobs_later": "Jobs that wait for their time, such as another attempt.",
    "vestibule_jobs_running": "Jobs that a worker runs.",
    "vestibule_jobs_failed": "Jobs that have failed, and are kept for staff.",
    "vestibule_workers": "Workers that are alive.",
    "vestibule_worker_silence_seconds": "Time since a worker was last heard of; -1 if none was for a day.",
}


def read_measures() -> Iterator[tuple[str, dict[str, str], float]]:
    """The measures by name, with their labels. Raises DatabaseError."""
    now, jobs = timezone.now(), DBTaskResult.objects.order_by()
    since = Case(When(run_after=AT_ONCE, then=F("enqueued_at")), default=F("run_after"))
    waiting = jobs.ready().values_list("queue_name").annotate(n=Count("pk"), first=Min(since))
    for queue, number, oldest in waiting:
        yield "vestibule_jobs_waiting", {"queue": queue}, number
        yield "vestibule_jobs_oldest_seconds", {"queue": queue}, max((now - oldest).total_seconds(), 0)
    later = jobs.filter(status=TaskResultStatus.READY, run_after__gt=now).exclude(run_after=AT_ONCE)
    yield "vestibule_jobs_later", {}, later.count()
    yield "vestibule_jobs_running", {}, jobs.running().count()
    yield "vestibule_jobs_failed", {}, jobs.failed().count()
    expired = WorkerLease.objects.expired().values("pk")
    yield "vestibule_workers", {}, WorkerLease.objects.exclude(pk__in=expired).count()
    silence = worker_silence()
    yield "vestibule_worker_silence_seconds", {}, -1 if silence is None else silence.total_seconds()
