"""Checks of the worker, for `manage.py doctor`."""

from collections.abc import Iterator

from django.db.models import Count
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from .known import find_task
from .readiness import worker_state


def check_worker() -> Iterator[tuple[str, str, str, str]]:
    """Look when a worker was last heard of, and whether jobs have failed or wait for another release."""
    state = worker_state()
    advice = "" if state == "ok" else "Start manage.py worker, or look into its log."
    yield "worker", "ok" if state == "ok" else "fail", "alive" if state == "ok" else state, advice
    failed = DBTaskResult.objects.failed().count()
    advice = "Look at Task Results in the admin." if failed else ""
    yield "jobs", "warn" if failed else "ok", f"{failed} have failed", advice
    unknown = _unknown_tasks()
    advice = f"Start a worker of the release that has {', '.join(sorted(unknown))}." if unknown else ""
    count = sum(unknown.values())
    yield "unknown jobs", "warn" if unknown else "ok", f"{count} are of a task that this release has not", advice


def _unknown_tasks() -> dict[str, int]:
    """How many jobs wait, by the path of their task, for a worker of another release."""
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY).order_by().values_list("task_path")
    return {path: count for path, count in waiting.annotate(n=Count("pk")) if find_task(path) is None}


CHECKS = {"worker": check_worker}
