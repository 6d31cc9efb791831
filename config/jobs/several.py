"""Tasks of which a worker takes several jobs at once: claiming one, and noting that it is done, are a commit each.

`@several(at_most)` stands above `@task`. The jobs run one by one all the same, and what one has done stays when the
next one fails. A task may name a function that does many of its jobs in one transaction: it is called with their
arguments, in their order, and returns for each whether it is done now; the others run one by one. After an error of it
all of them do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.tasks import Task
from django.utils.module_loading import import_string

type Together = Callable[[list[Sequence[Any]]], Sequence[bool]]


@dataclass(frozen=True)
class Several:
    """How many jobs of a task are taken at once, and what does many of them in one transaction."""

    at_most: int = 1
    # Its path, as a task and what does many of its jobs stand in modules that would import each other.
    together: str = ""
    # So long those that are fewer wait for further ones.
    seconds: float = 0.0

    def find_together(self) -> Together | None:
        return import_string(self.together) if self.together else None


_ONE = Several()
_TASKS: dict[str, Several] = {}


def several[T: Task[..., Any]](at_most: int, together: str = "", seconds: float = 0.0) -> Callable[[T], T]:
    """Have a worker take up to `at_most` jobs of a task at once, those that come within `seconds` among them."""

    def note(task: T) -> T:
        _TASKS[task.module_path] = Several(at_most, together, seconds)
        return task

    return note


def several_of(task_path: str) -> Several:
    """How jobs of a task are taken; one by one if it is gone."""
    if task_path not in _TASKS:
        try:
            # With its module the task is noted.
            import_string(task_path)
        except ImportError:
            return _ONE
    return _TASKS.setdefault(task_path, _ONE)
