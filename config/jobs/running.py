"""Jobs that were claimed together are run and their end is noted."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.dispatch import Signal
from django.tasks import Task, TaskContext, TaskResultStatus
from django.tasks.signals import task_finished, task_started
from django.utils import timezone
from django.utils.json import normalize_json
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import retry

from config.saving import update_many

from .claiming import give_back
from .several import several_of

logger = logging.getLogger("vestibule.worker")

# After this time no further one of the jobs begins: other threads or workers may be free for them.
MAX_TIME = 1.0  # seconds
_RESULT = ("status", "return_value", "finished_at", "exception_class_path", "traceback")


def run_jobs(jobs: Sequence[DBTaskResult], is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Run claimed jobs of one task in their order, and note what became of each.

    After one that fails or takes long, or when the worker is stopped, the rest goes back to the queue.
    """
    began = time.monotonic()
    left = jobs if len(jobs) == 1 else _run_together(jobs)
    done: list[DBTaskResult] = []
    try:
        for number, job in enumerate(left):
            if number and (is_stopped() or time.monotonic() - began >= MAX_TIME):
                give_back(left[number:])
                break
            if not _run(job, done):
                give_back(left[number + 1 :])
                break
    finally:
        _note_successes(done)


def _run_together(jobs: Sequence[DBTaskResult]) -> Sequence[DBTaskResult]:
    """Have the task do many of these jobs at once; returns those that are left to run one by one."""
    if (together := several_of(jobs[0].task_path).find_together()) is None:
        return jobs
    try:
        are_done = together([job.args_kwargs["args"] for job in jobs])
    except (OperationalError, InterfaceError):
        # The database is down. The jobs are requeued, as this worker runs them no more.
        raise
    except Exception:
        logger.info("jobs of %s are run one by one", jobs[0].task_path, exc_info=True)
        return jobs
    done = [job for job, is_done in zip(jobs, are_done, strict=True) if is_done]
    for job in done:
        _send_signal(task_started, job)
        _end_job(job, None)
    _note_successes(done)
    return [job for job, is_done in zip(jobs, are_done, strict=True) if not is_done]


def _run(job: DBTaskResult, done: list[DBTaskResult]) -> bool:
    """Run a job, and add it to those that are `done`; a failure is noted at once."""
    try:
        _send_signal(task_started, job)
        _end_job(job, _call_task(job))
    except BaseException as error:
        job.set_failed(error)
        _send_if_known(task_finished, job)
        return False
    done.append(job)
    return True


def _call_task(job: DBTaskResult) -> Any:
    task: Task[..., Any] = job.task
    context: list[Any] = [TaskContext(task_result=job.task_result)] if task.takes_context else []
    return task.call(*context, *job.args_kwargs["args"], **job.args_kwargs["kwargs"])


def _end_job(job: DBTaskResult, value: Any) -> None:
    """Set the fields of a job that has succeeded, unsaved. Raises TypeError for a value that no JSON holds."""
    job.return_value = None if value is None else normalize_json(value)
    job.status, job.finished_at = TaskResultStatus.SUCCESSFUL, timezone.now()
    job.exception_class_path = job.traceback = ""


def _note_successes(jobs: Sequence[DBTaskResult]) -> None:
    """Save the end of jobs in one statement."""
    _save_results(jobs)
    for job in jobs:
        _send_signal(task_finished, job)


@retry()
def _save_results(jobs: Sequence[DBTaskResult]) -> None:
    update_many(jobs, *_RESULT)


def _send_signal(signal: Signal, job: DBTaskResult) -> None:
    signal.send(type(job.task.get_backend()), task_result=job.task_result)


def _send_if_known(signal: Signal, job: DBTaskResult) -> None:
    try:
        _send_signal(signal, job)
    except (ImportError, SuspiciousOperation):
        logger.exception("there is no task %s", job.task_path)
