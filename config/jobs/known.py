"""Jobs that this release can run. After a rollback the queue holds jobs of the newer release, which may have tasks that
are not here, or further arguments; while machines are upgraded one by one it holds them too.
"""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from django.tasks import Task
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult


def find_task(task_path: str) -> Task[..., Any] | None:
    """Return the task of this path, None where this release has none."""
    try:
        task = import_string(task_path)
    except (ImportError, ValueError):
        return None
    return task if isinstance(task, Task) else None


def takes_arguments(task: Task[..., Any], job: DBTaskResult) -> bool:
    """True where the task can be called with the arguments of the job."""
    context = [None] if task.takes_context else []
    try:
        _signature(task.func).bind(*context, *job.args_kwargs["args"], **job.args_kwargs["kwargs"])
    except TypeError:
        return False
    return True


@cache
def _signature(func: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(func)
