"""Checks of the worker, for `manage.py doctor`."""

from collections.abc import Iterator

from django_tasks_db.models import DBTaskResult

from .readiness import worker_state


def check_worker() -> Iterator[tuple[str, str, str, str]]:
    """Look when a worker was last heard of, and whether jobs have failed."""
    state = worker_state()
    advice = "" if state == "ok" else "Start manage.py worker, or look into its log."
    yield "worker", "ok" if state == "ok" else "fail", "alive" if state == "ok" else state, advice
    failed = DBTaskResult.objects.failed().count()
    advice = "Look at Task Results in the admin." if failed else ""
    yield "jobs", "warn" if failed else "ok", f"{failed} have failed", advice


CHECKS = {"worker": check_worker}
