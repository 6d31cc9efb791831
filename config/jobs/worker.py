"""The background worker: that of django-tasks-db, with threads, retries, recovery after a crash, and housekeeping.

Every attempt appends the worker's id to the job's `worker_ids`: the number of attempts and the worker that holds a job
are read from there. Whether that worker is alive its lease tells.
"""

import logging
import math
import os
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from config.kept_smtp import keep_connections

from .claiming import Queues, claim_more
from .lanes import Lanes
from .leases import hold_lease, renewal_seconds
from .models import WorkerLease
from .running import run_jobs
from .several import several_of

logger = logging.getLogger("vestibule.worker")

MAX_ATTEMPTS = 20
# A running job of a worker without a lease, such as one of a former release, is requeued after this time.
UNKNOWN_LEASE = timedelta(minutes=10)
# A job that failed longer ago, while no worker was running, is not retried.
RETRY_WINDOW = timedelta(days=7)
HOUSEKEEPING_INTERVAL = 60.0  # seconds


def backoff(attempts: int) -> timedelta:
    """Return the delay after `attempts` failures: 10 s, 20 s, 40 s … at most an hour."""
    return timedelta(seconds=min(10 * 2 ** (attempts - 1), 3600))


@cache
def current_worker_id() -> str:
    """Name of this process among all workers: "desk-1:421:5d1c0f9a". Containers may share host name and process id."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"


def _find_orphans(worker_id: str, held: Collection[UUID], asked_at: datetime) -> Iterator[DBTaskResult]:
    """Lock and iterate over the running jobs that no live worker holds. `held` were those of this one at that time."""
    leases = WorkerLease.objects
    # One without rows has not renewed its own lease yet, and cannot tell.
    expired = set(leases.expired().values_list("pk", flat=True)) if leases.is_settled(worker_id) else set()
    known = set(leases.values_list("pk", flat=True))
    for job in DBTaskResult.objects.select_for_update(skip_locked=True).running():
        holder = job.worker_ids[-1] if job.worker_ids else ""
        if holder == worker_id:
            # What a thread took since is no orphan: it runs.
            is_orphan = job.pk not in held and job.started_at < asked_at
        elif holder in known:
            is_orphan = holder in expired
        else:
            is_orphan = timezone.now() - job.started_at > UNKNOWN_LEASE
        if is_orphan:
            yield job


def requeue_jobs(worker_id: str, find_held: Callable[[], Collection[UUID]] = tuple) -> int:
    """Requeue the jobs of killed workers, and failed ones after their delay; return how many.

    `find_held` returns the jobs that this worker runs. A job that failed MAX_ATTEMPTS times stays failed, with its
    traceback, for staff to see in the admin.
    """
    count, asked_at = 0, timezone.now()
    held = find_held()
    with transaction.atomic():
        for job in _find_orphans(worker_id, held, asked_at):
            if len(job.worker_ids) < MAX_ATTEMPTS:
                _requeue(job, timedelta())
                count += 1
            else:
                job.set_failed(RuntimeError("every worker that took this job was killed"))
        failed = DBTaskResult.objects.select_for_update(skip_locked=True).failed()
        for job in failed.filter(finished_at__gte=timezone.now() - RETRY_WINDOW):
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
    """Runs jobs in threads, requeues jobs, runs housekeeping, and waits while the database is down."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.queues = Queues(self.queue_names, self.excluded_queue_names)
        self.lanes = Lanes(self.queues, self.worker_id, settings.WORKER_THREADS)
        self.is_stopped = threading.Event()
        self.has_lease = threading.Event()
        # One idle thread asks for the next job; the others wait for this lock.
        self.asking = threading.Lock()

    def run_batch(self) -> None:
        """Run the jobs in the queue until none is due, one by one. Their mails share connections."""
        with keep_connections():
            while self.running and self.run_next():
                pass

    def run_next(self) -> bool:
        """Run the next job that is due, or several of its task; false when there is none."""
        # As Django does between two requests.
        close_old_connections()
        if (job := self.queues.claim(self.worker_id)) is None:
            return False
        most = several_of(job.task_path).at_most - 1
        run_jobs([job, *(claim_more(job, self.worker_id, most) if most else [])], self._is_stopping)
        return True

    def run(self) -> None:
        """Run jobs in threads until `stop`, and the rest in this one."""
        threads = [threading.Thread(target=self._work, name=f"jobs-{n}") for n in range(settings.WORKER_THREADS)]
        with hold_lease(self.worker_id) as self.has_lease:
            for thread in threads:
                thread.start()
            try:
                self._keep_house()
            finally:
                self.stop()
                for thread in threads:
                    thread.join()

    def stop(self) -> None:
        """Take no further job; those that run are finished."""
        self.running = False
        self.is_stopped.set()

    def shutdown(self, signum: int, frame: object) -> None:
        """End after the jobs that run; at a second signal at once: they are begun again by another worker."""
        if not self.running:
            os._exit(1)
        logger.warning("stopping after the jobs that run; a second signal ends them")
        self.stop()

    def _keep_house(self) -> None:
        """Requeue jobs and call housekeeping, each when it is due."""
        requeued_at, housekeeping_at = -math.inf, -math.inf
        while self.running:
            with self._waiting_for_database():
                if time.monotonic() - requeued_at >= renewal_seconds():
                    requeue_jobs(self.worker_id, self.lanes.held)
                    requeued_at = time.monotonic()
                if time.monotonic() - housekeeping_at >= HOUSEKEEPING_INTERVAL:
                    run_housekeeping()
                    housekeeping_at = time.monotonic()
            self.is_stopped.wait(self.interval)

    def _work(self) -> None:
        """Run jobs, one after the other, until the worker is stopped."""
        try:
            while self.running:
                with self._waiting_for_database(), keep_connections():
                    job = self._await_job()
                    while job:
                        job = self._run(job)
        finally:
            connection.close()

    def _await_job(self) -> DBTaskResult | None:
        with self.asking:
            while self.running:
                close_old_connections()
                if self.has_lease.is_set() and (job := self.lanes.take()):
                    return job
                self.is_stopped.wait(self.interval)
        return None

    def _is_stopping(self) -> bool:
        return not self.running

    def _run(self, job: DBTaskResult) -> DBTaskResult | None:
        """Run a job, or several of its task; returns the one that this thread goes on with, if any is due."""
        try:
            run_jobs([job, *self.lanes.take_more(job, self.is_stopped.wait)], self._is_stopping)
        finally:
            self.lanes.end(job)
        close_old_connections()
        return self.lanes.take() if self.running else None

    @contextmanager
    def _waiting_for_database(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError):
            logger.exception("the database does not answer; trying again")
            connection.close()
            self.is_stopped.wait(self.interval)
        except Exception:
            # A thread that ends would be missed by nobody.
            logger.exception("the worker failed; trying again")
            self.is_stopped.wait(self.interval)
