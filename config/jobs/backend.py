"""Jobs as rows of django-tasks-db, enqueued by SQL that is written once (`config.saving`)."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.tasks import Task, TaskResultStatus
from django.tasks.signals import task_enqueued
from django.utils.json import normalize_json
from django_tasks_db.backend import DatabaseBackend, TaskResult

from config.instances import make_instance
from config.saving import insert_soon

# How the library says "at once", to have such jobs after those that were due before.
AT_ONCE = datetime(9999, 1, 1, tzinfo=UTC)


class Job(NamedTuple):
    """A task of the default backend with its arguments, not enqueued yet."""

    task: Task
    args: tuple[Any, ...]


class JobBackend(DatabaseBackend):
    """Enqueues as the library does, without looking the task up again, and several jobs in one statement."""

    def enqueue(self, task: Task, args: Any, kwargs: Any) -> TaskResult:
        [result] = self.enqueue_all([(task, args, kwargs)])
        return result

    def enqueue_all(self, calls: list[tuple[Task, Any, Any]]) -> list[TaskResult]:
        """Enqueue tasks, each with its arguments."""
        for task, _args, _kwargs in calls:
            self.validate_task(task)
        rows = [self._make_row(*call) for call in calls]
        insert_soon(*rows)
        results = [self._make_result(task, row) for (task, _args, _kwargs), row in zip(calls, rows, strict=True)]
        for result in results:
            task_enqueued.send(type(self), task_result=result)
        return results

    def _make_row(self, task: Task, args: Any, kwargs: Any) -> Any:
        # This module is imported with the first task, before there are models.
        return make_instance(
            apps.get_model("django_tasks_database", "DBTaskResult"),
            id=uuid.uuid4(),
            args_kwargs=normalize_json({"args": args, "kwargs": kwargs}),
            priority=task.priority,
            task_path=task.module_path,
            queue_name=task.queue_name,
            run_after=task.run_after or AT_ONCE,
            backend_name=self.alias,
        )

    def _make_result(self, task: Task, row: Any) -> TaskResult:
        return TaskResult(
            db_result=row,
            task=task,
            id=str(row.pk),
            status=TaskResultStatus.READY,
            enqueued_at=row.enqueued_at,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=row.args_kwargs["args"],
            kwargs=row.args_kwargs["kwargs"],
            backend=row.backend_name,
            errors=[],
            worker_ids=row.worker_ids,
        )


def enqueue_together(jobs: Iterable[Job]) -> None:
    """Enqueue jobs in one statement. Call it in the transaction of what they are about."""
    calls: list[tuple[Task, Any, Any]] = [(job.task, job.args, {}) for job in jobs]
    if calls:
        backend: Any = calls[0][0].get_backend()
        backend.enqueue_all(calls)
