"""Jobs for the worker's tests. A worker in a process of its own imports them from here."""

import os
import time
from pathlib import Path

from django.tasks import task


@task
def note(path: str, line: str) -> None:
    """Write one line."""
    with Path(path).open("a") as file:
        file.write(f"{line}\n")


@task
def hang_once(folder: str) -> str:
    """The first time: say that it has begun, and never end. After that: end at once."""
    begun = Path(folder) / "begun"
    if not begun.exists():
        begun.write_text(str(os.getpid()))
        time.sleep(600)
    return "done"


@task
def fail_until(path: str) -> str:
    """Fail as long as there is no such file."""
    return Path(path).read_text()


def broken() -> None:
    """Housekeeping that fails."""
    raise ZeroDivisionError
