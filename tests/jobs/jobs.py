"""Jobs for the tests of the worker, and the wait for them; a worker in another process imports them from here."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.tasks import task


@task
def note(path: str, line: str) -> None:
    """Append one line to a file."""
    with Path(path).open("a") as file:
        file.write(f"{line}\n")


@task
def hang_once(folder: str) -> str:
    """Write a file `begun` and hang the first time; return at once after that."""
    begun = Path(folder) / "begun"
    if not begun.exists():
        begun.write_text(str(os.getpid()))
        time.sleep(600)
    return "done"


@task
def fail_until(path: str) -> str:
    """Fail as long as the file does not exist."""
    return Path(path).read_text()


def broken() -> None:
    """Housekeeping that fails."""
    raise ZeroDivisionError


def wait_until(happened: Callable[[], object]) -> None:
    """Wait for what a worker in another process does. Raises TimeoutError after half a minute."""
    for _ in range(600):
        if happened():
            return
        time.sleep(0.05)
    raise TimeoutError
