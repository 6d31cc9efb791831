"""Claim jobs of the queue, each in one statement, so that no two workers get the same one."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from .backend import AT_ONCE


@dataclass(frozen=True)
class Queues:
    """The queues that a worker takes jobs from: these ("*" for all), without the `excluded` ones."""

    names: list[str]
    excluded: list[str]

    def claim(self, worker_id: str) -> DBTaskResult | None:
        """Mark the next job that is due as running under this worker, and return it; None when none is due."""
        now, at_once = map(connection.ops.adapt_datetimefield_value, (timezone.now(), AT_ONCE))
        names = [] if "*" in self.names else self.names
        jobs = DBTaskResult.objects.raw(self._sql, [now, worker_id, at_once, now, *names, *self.excluded])
        return next(iter(jobs), None)

    @cached_property
    def _sql(self) -> str:
        """An UPDATE with the order and conditions of `DBTaskResultQuerySet.ready`."""
        is_postgresql = connection.vendor == "postgresql"
        append = "worker_ids || to_jsonb(%s::text)" if is_postgresql else "json_insert(worker_ids, '$[#]', %s)"
        conditions = [f"status = '{TaskResultStatus.READY}' AND backend_name = 'default'"]
        conditions.append("(run_after = %s OR run_after <= %s)")
        conditions += [] if "*" in self.names else [f"queue_name IN ({_marks(self.names)})"]
        conditions += [f"queue_name NOT IN ({_marks(self.excluded)})"] if self.excluded else []
        table = connection.ops.quote_name(DBTaskResult._meta.db_table)
        # Table and columns are the library's own, and every value is a parameter.
        return (
            f"UPDATE {table} SET status = '{TaskResultStatus.RUNNING}', started_at = %s, worker_ids = {append}"  # noqa: S608
            f" WHERE id = (SELECT id FROM {table} WHERE {' AND '.join(conditions)}"
            " ORDER BY priority DESC, run_after, enqueued_at LIMIT 1"
            f"{' FOR UPDATE SKIP LOCKED' if is_postgresql else ''}) RETURNING *"
        )


def _marks(values: list[Any]) -> str:
    return ", ".join(["%s"] * len(values))
