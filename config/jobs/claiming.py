"""Claim jobs of the queue, in one statement, so that no two workers get the same one.

A job that this release does not know is given back: it waits, without an attempt being counted, for a worker that does.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from .backend import AT_ONCE
from .known import find_task, takes_arguments

logger = logging.getLogger("vestibule.worker")

# A job with other arguments than its task takes here is looked at again after this time.
UNKNOWN_ARGUMENTS = timedelta(minutes=1)


@dataclass(frozen=True)
class Queues:
    """The queues that a worker takes jobs from: these ("*" for all), without the `excluded` ones."""

    names: list[str]
    excluded: list[str]
    # Paths of tasks that this release has not; their jobs stay in the queue.
    unknown: set[str] = field(default_factory=set)

    def claim(self, worker_id: str, is_default_only: bool = False, busy: Collection[str] = ()) -> DBTaskResult | None:
        """Mark the next job that is due as running under this worker, and return it; None when none is due.

        Jobs of the `busy` queues stay where they are, and with `is_default_only` those of all but "default".
        """
        while job := self._claim(worker_id, is_default_only, busy):
            if find_task(job.task_path) is None:
                self.unknown.add(job.task_path)
                _warn_once("this release has no task %s: its jobs wait for a worker of one that has", job.task_path)
                give_back([job])
            elif _keep_those_that_fit([job]):
                return job
        return None

    def _claim(self, worker_id: str, is_default_only: bool, busy: Collection[str]) -> DBTaskResult | None:
        now, at_once = _times()
        names = [] if "*" in self.names else self.names
        names = [name for name in names or ["default"] if name == "default"] if is_default_only else names
        if is_default_only and not names:
            return None
        excluded = [*self.excluded, *busy]
        conditions = [f"queue_name IN ({_marks(len(names))})"] if names else []
        conditions += [f"queue_name NOT IN ({_marks(len(excluded))})"] if excluded else []
        unknown = sorted(self.unknown)
        conditions += [f"task_path NOT IN ({_marks(len(unknown))})"] if unknown else []
        sql = _write_sql(1, *conditions)
        jobs = DBTaskResult.objects.raw(sql, [now, worker_id, at_once, now, *names, *excluded, *unknown])
        return next(iter(jobs), None)


def claim_more(job: DBTaskResult, worker_id: str, most: int) -> list[DBTaskResult]:
    """Claim the next jobs of the same task and queue that are due, at most so many; returns them in their order.

    A job that was begun before is claimed by itself: one that kills its worker would else take others with it, attempt
    by attempt, until all of them have failed.
    """
    if len(job.worker_ids) > 1:
        return []
    now, at_once = _times()
    length = "jsonb_array_length" if connection.vendor == "postgresql" else "json_array_length"
    sql = _write_sql(most, "task_path = %s", "queue_name = %s", f"{length}(worker_ids) = 0")
    claimed = DBTaskResult.objects.raw(sql, [now, worker_id, at_once, now, job.task_path, job.queue_name])
    jobs = _keep_those_that_fit(claimed)
    return sorted(jobs, key=lambda each: (-each.priority, each.run_after, each.enqueued_at))


def _keep_those_that_fit(jobs: Iterable[DBTaskResult]) -> list[DBTaskResult]:
    """Return the claimed jobs whose task takes their arguments; the others are put back for a while."""
    kept = []
    for job in jobs:
        if (task := find_task(job.task_path)) and takes_arguments(task, job):
            kept.append(job)
        else:
            _warn_once("task %s has other arguments in this release: such jobs wait for another worker", job.task_path)
            give_back([job], run_after=timezone.now() + UNKNOWN_ARGUMENTS)
    return kept


@cache
def _warn_once(message: str, task_path: str) -> None:
    logger.warning(message, task_path)


def give_back(jobs: Iterable[DBTaskResult], **fields: datetime) -> None:
    """Put claimed jobs that were not begun back into the queue, unless another worker has them by now."""
    for job in jobs:
        rows = DBTaskResult.objects.filter(
            pk=job.pk, status=TaskResultStatus.RUNNING, started_at=job.started_at, worker_ids=job.worker_ids
        )
        rows.update(status=TaskResultStatus.READY, worker_ids=job.worker_ids[:-1], **fields)


def _times() -> tuple[Any, Any]:
    """Now, and how the library says "at once"."""
    now, at_once = map(connection.ops.adapt_datetimefield_value, (timezone.now(), AT_ONCE))
    return now, at_once


def _write_sql(most: int, *further: str) -> str:
    """An UPDATE with the order and conditions of `DBTaskResultQuerySet.ready`, and further ones."""
    is_postgresql = connection.vendor == "postgresql"
    append = "worker_ids || to_jsonb(%s::text)" if is_postgresql else "json_insert(worker_ids, '$[#]', %s)"
    conditions = [f"status = '{TaskResultStatus.READY}' AND backend_name = 'default'"]
    conditions += ["(run_after = %s OR run_after <= %s)", *further]
    table = connection.ops.quote_name(DBTaskResult._meta.db_table)
    # Table and columns are the library's own, and every value is a parameter.
    due = (
        f"SELECT id FROM {table} WHERE {' AND '.join(conditions)}"  # noqa: S608
        f" ORDER BY priority DESC, run_after, enqueued_at LIMIT {most:d}"
    )
    # PostgreSQL may run a subquery of IN several times, and would lock other rows each time.
    among = f"= ANY(ARRAY({due} FOR UPDATE SKIP LOCKED))" if is_postgresql else f"IN ({due})"
    return (
        f"UPDATE {table} SET status = '{TaskResultStatus.RUNNING}', started_at = %s, worker_ids = {append}"  # noqa: S608
        f" WHERE id {among} RETURNING *"
    )


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)
