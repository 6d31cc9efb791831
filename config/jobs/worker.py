"""The background worker: django-tasks-db's own, made to survive what happens to machines.

Every attempt leaves the worker's id in the job's `worker_ids`; the number of attempts and who holds a job
are read from there.
"""

import logging
import os
import socket
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger("vestibule.worker")

MAX_ATTEMPTS = 20
# Every job here takes seconds. A job that another machine's worker holds is given up after this,
LEASE = timedelta(minutes=10)
# and one whose worker seems to live here after this: its process number may be a stranger's by now.
LONG_LEASE = timedelta(hours=1)
# What failed longer ago, while no worker was there, is not tried again by itself.
TRIED_AGAIN_FOR = timedelta(days=7)
SWEEP_EVERY = 5.0  # seconds
TIDY_EVERY = 60.0  # seconds


def backoff(attempts: int) -> timedelta:
    """The wait after `attempts` failures: 10 s, 20 s, 40 s … an hour at the most."""
    return timedelta(seconds=min(10 * 2 ** (attempts - 1), 3600))


def own_id() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def _is_orphan(job: DBTaskResult, worker_id: str) -> bool:
    """Whether no living worker holds this running job."""
    host, _, pid = (job.worker_ids[-1] if job.worker_ids else "").rpartition(":")
    held = timezone.now() - job.started_at
    if host != worker_id.rpartition(":")[0] or not pid.isdecimal():
        return held > LEASE
    # The sweeper itself is between two jobs: one under its own id is left from an earlier life.
    return int(pid) == os.getpid() or not _is_alive(int(pid)) or held > LONG_LEASE


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def sweep(worker_id: str) -> int:
    """Put back what a killed worker left running and what failed but may be tried again; returns how many.

    A job that failed MAX_ATTEMPTS times stays failed, with its traceback, for staff to see in the admin.
    """
    jobs = DBTaskResult.objects.select_for_update(skip_locked=True)
    back = 0
    with transaction.atomic():
        for job in jobs.running():
            if not _is_orphan(job, worker_id):
                continue
            if len(job.worker_ids) < MAX_ATTEMPTS:
                back += _put_back(job, timedelta())
            else:
                job.set_failed(RuntimeError("every worker that took this job was killed"))
        for job in jobs.failed().filter(finished_at__gte=timezone.now() - TRIED_AGAIN_FOR):
            if len(job.worker_ids) < MAX_ATTEMPTS:
                back += _put_back(job, backoff(len(job.worker_ids)))
    return back


def unfinished(task_path: str) -> Iterator[DBTaskResult]:
    """The jobs of one task that run, wait for a worker, or failed and will be tried again."""
    since = timezone.now() - TRIED_AGAIN_FOR
    for job in DBTaskResult.objects.filter(task_path=task_path).exclude(status=TaskResultStatus.SUCCESSFUL):
        is_over = job.finished_at is None or job.finished_at < since or len(job.worker_ids) >= MAX_ATTEMPTS
        if job.status != TaskResultStatus.FAILED or not is_over:
            yield job


def _put_back(job: DBTaskResult, wait: timedelta) -> int:
    job.status = TaskResultStatus.READY
    job.run_after = (job.finished_at or timezone.now()) + wait
    job.save(update_fields=["status", "run_after"])
    logger.info("job %s (%s) goes back to the queue", job.pk, job.task_name)
    return 1


def tidy() -> None:
    """Take away what is past its time: calls every function that the setting HOUSEKEEPING names.

    One that fails is logged, and keeps neither the others nor the queue waiting.
    """
    for name in settings.HOUSEKEEPING:
        try:
            import_string(name)()
        except (OperationalError, InterfaceError):
            raise  # The database is gone, for the others too.
        except Exception:
            logger.exception("%s failed; it is called again in a minute", name)


class SteadyWorker(Worker):
    """Works the queue empty, sweeps, tidies, rests; a database that is gone is waited for."""

    def run_batch(self) -> None:
        """Work the queue empty, once."""
        super().run()

    def run(self) -> None:
        swept_at, tidied_at = -SWEEP_EVERY, -TIDY_EVERY
        while self.running:
            try:
                if time.monotonic() - swept_at >= SWEEP_EVERY:
                    sweep(self.worker_id)
                    swept_at = time.monotonic()
                if time.monotonic() - tidied_at >= TIDY_EVERY:
                    tidy()
                    tidied_at = time.monotonic()
                super().run()
            except (OperationalError, InterfaceError):
                logger.exception("the database does not answer; trying again")
                connection.close()
            if self.running:
                time.sleep(self.interval)
