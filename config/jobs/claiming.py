"""Claim jobs of the queue, each in one statement, so that no two workers get the same one."""

from collections.abc import Collection
from dataclasses import dataclass

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

    def claim(self, worker_id: str, is_default_only: bool = False, busy: Collection[str] = ()) -> DBTaskResult | None:
        """Mark the next job that is due as running under this worker, and return it; None when none is due.

        Jobs of the `busy` queues stay where they are, and with `is_default_only` those of all but "default".
        """
        now, at_once = map(connection.ops.adapt_datetimefield_value, (timezone.now(), AT_ONCE))
        names = [] if "*" in self.names else self.names
        names = [name for name in names or ["default"] if name == "default"] if is_default_only else names
        if is_default_only and not names:
            return None
        excluded = [*self.excluded, *busy]
        sql = _write_sql(len(names), len(excluded))
        jobs = DBTaskResult.objects.raw(sql, [now, worker_id, at_once, now, *names, *excluded])
        return next(iter(jobs), None)


def _write_sql(names: int, excluded: int) -> str:
    """An UPDATE with the order and conditions of `DBTaskResultQuerySet.ready`."""
    is_postgresql = connection.vendor == "postgresql"
    append = "worker_ids || to_jsonb(%s::text)" if is_postgresql else "json_insert(worker_ids, '$[#]', %s)"
    conditions = [f"status = '{TaskResultStatus.READY}' AND backend_name = 'default'"]
    conditions.append("(run_after = %s OR run_after <= %s)")
    conditions += [f"queue_name IN ({_marks(names)})"] if names else []
    conditions += [f"queue_name NOT IN ({_marks(excluded)})"] if excluded else []
    table = connection.ops.quote_name(DBTaskResult._meta.db_table)
    # Table and columns are the library's own, and every value is a parameter.
    return (
        f"UPDATE {table} SET status = '{TaskResultStatus.RUNNING}', started_at = %s, worker_ids = {append}"  # noqa: S608
        f" WHERE id = (SELECT id FROM {table} WHERE {' AND '.join(conditions)}"
        " ORDER BY priority DESC, run_after, enqueued_at LIMIT 1"
        f"{' FOR UPDATE SKIP LOCKED' if is_postgresql else ''}) RETURNING *"
    )


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)
