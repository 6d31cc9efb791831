"""The background worker: that of django-tasks-db, with retries, recovery after a crash, and housekeeping.

Every attempt appends the worker's id to the job's `worker_ids`: the number of attempts and the worker that holds a job
are read from there.
"""

import logging
import os
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from config.kept_smtp import keep_connections

from .claiming import Queues

logger = logging.getLogger("vestibule.worker")

MAX_ATTEMPTS = 20
# Every job takes seconds. A running job of a worker of another machine, or container, is requeued after this time,
LEASE = timedelta(minutes=10)
# and one whose worker seems alive here after this: its process id may have been reused.
LONG_LEASE = timedelta(hours=1)
# A job that failed longer ago, while no worker was running, is not retried.
RETRY_WINDOW = timedelta(days=7)
REQUEUE_INTERVAL = 5.0  # seconds
HOUSEKEEPING_INTERVAL = 60.0  # seconds


def backoff(attempts: int) -> timedelta:
    """Return the delay after `attempts` failures: 10 s, 20 s, 40 s … at most an hour."""
    return timedelta(seconds=min(10 * 2 ** (attempts - 1), 3600))


def current_worker_id() -> str:
    """Host, process namespace and process id: "desk-1/0e5bc33a-4026531836:421".

    Containers may share a host name and a process id, and machines a host name and a number of the namespace; the id of
    the boot tells those apart.
    """
    return f"{socket.gethostname()[:40]}/{_process_namespace()}:{os.getpid()}"


def _process_namespace() -> str:
    """Within which a process id means one process; "" where the system does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _is_orphan(job: DBTaskResult, worker_id: str) -> bool:
    """Return true when no live worker holds this running job."""
    place, _, pid = (job.worker_ids[-1] if job.worker_ids else "").rpartition(":")
    running_for = timezone.now() - job.started_at
    if place != worker_id.rpartition(":")[0] or not pid.isdecimal():
        return running_for > LEASE
    # This worker is between two jobs: one under its own id is left from an earlier process with the same id.
    return int(pid) == os.getpid() or not _is_alive(int(pid)) or running_for > LONG_LEASE


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def requeue_jobs(worker_id: str) -> int:
    """Requeue the jobs of killed workers, and failed ones after their delay; return how many.

    A job that failed MAX_ATTEMPTS times stays failed, with its traceback, for staff to see in the admin.
    """
    jobs = DBTaskResult.objects.select_for_update(skip_locked=True)
    count = 0
    with transaction.atomic():
        for job in jobs.running():
            if not _is_orphan(job, worker_id):
                continue
            if len(job.worker_ids) < MAX_ATTEMPTS:
                _requeue(job, timedelta())
                count += 1
            else:
                job.set_failed(RuntimeError("every worker that took this job was killed"))
        for job in jobs.failed().filter(finished_at__gte=timezone.now() - RETRY_WINDOW):
            if len(job.worker_ids) < MAX_ATTEMPTS:
                _requeue(job, backoff(len(job.worker_ids)))
                count += 1
    return count


def _requeue(job: DBTaskResult, delay: timedelta) -> None:
    job.status = TaskResultStatus.READY
    job.run_after = (job.finished_at or timezone.now()) + delay
    job.save(update_fields=["status", "run_after"])
    logger.info("job %s (%s) goes back to the queue", job.pk, job.task_name)


def unfinished_jobs(task_path: str) -> Iterator[DBTaskResult]:
    """Iterate over the jobs of one task that are queued, running, or failed and to be retried."""
    since = timezone.now() - RETRY_WINDOW
    for job in DBTaskResult.objects.filter(task_path=task_path).exclude(status=TaskResultStatus.SUCCESSFUL):
        is_final = job.finished_at is None or job.finished_at < since or len(job.worker_ids) >= MAX_ATTEMPTS
        if job.status != TaskResultStatus.FAILED or not is_final:
            yield job


def cancel_job(id: UUID) -> bool:
    """Delete a job that no worker has taken yet; returns whether there was one."""
    return DBTaskResult.objects.filter(pk=id, status=TaskResultStatus.READY).delete()[0] > 0


def run_housekeeping() -> None:
    """Call every function that the setting HOUSEKEEPING names. One that fails is logged, and the others still run."""
    for path in settings.HOUSEKEEPING:
        try:
            import_string(path)()
        except (OperationalError, InterfaceError):
            raise  # The database is down, for the others too.
        except Exception:
            logger.exception("%s failed; it is called again in a minute", path)


class ResilientWorker(Worker):
    """Requeues jobs, runs housekeeping and the queue, and waits while the database is down."""

    def run_batch(self) -> None:
        """Run the jobs in the queue until none is due. Their mails share connections."""
        with keep_connections():
            while self.running and self.run_next():
                pass

    def run_next(self) -> bool:
        """Run the next job that is due; false when there is none."""
        # As Django does between two requests.
        close_old_connections()
        if (job := self.queues.claim(self.worker_id)) is None:
            return False
        self.run_task(job)
        return True

    @cached_property
    def queues(self) -> Queues:
        return Queues(self.queue_names, self.excluded_queue_names)

    def run(self) -> None:
        requeued_at, housekeeping_at = -REQUEUE_INTERVAL, -HOUSEKEEPING_INTERVAL
        while self.running:
            try:
                if time.monotonic() - requeued_at >= REQUEUE_INTERVAL:
                    requeue_jobs(self.worker_id)
                    requeued_at = time.monotonic()
                if time.monotonic() - housekeeping_at >= HOUSEKEEPING_INTERVAL:
                    run_housekeeping()
                    housekeeping_at = time.monotonic()
                self.run_batch()
            except (OperationalError, InterfaceError):
                logger.exception("the database does not answer; trying again")
                connection.close()
            if self.running:
                time.sleep(self.interval)
