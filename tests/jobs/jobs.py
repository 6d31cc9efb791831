"""Jobs for the tests of the worker, and the wait for them; a worker in another process imports them from here."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.tasks import task

from config.jobs.several import several


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
        write_whole(begun, str(os.getpid()))
        time.sleep(600)
    return "done"


@task
def fail_until(path: str) -> str:
    """Fail as long as the file does not exist."""
    return Path(path).read_text()


def write_whole(path: Path, text: str) -> None:
    """Make a file that another process waits for: it is there with its text, or not yet."""
    aside = path.with_suffix(".part")
    aside.write_text(text)
    aside.rename(path)


def note_together(calls: list[list[str]]) -> list[bool]:
    """Append lines to their file at once, each marked; those that begin with "alone" are left."""
    if any(line == "broken" for _path, line in calls):
        raise ValueError
    for path, line in calls:
        if not line.startswith("alone"):
            with Path(path).open("a") as file:
                file.write(f"{line}*\n")
    return [not line.startswith("alone") for _path, line in calls]


@several(at_most=4)
@task
def note_some(path: str, line: str) -> None:
    """Append one line to a file; four such jobs are taken at once. The line "fail" is an error."""
    if line == "fail":
        raise ValueError(line)
    note.func(path, line)


@several(at_most=4, seconds=0.05)
@task
def note_soon(path: str, line: str) -> None:
    """The same, with those that come a moment later."""
    note.func(path, line)


@several(at_most=4, together="tests.jobs.jobs.note_together")
@task
def note_many(path: str, line: str) -> None:
    """The same, with what does four of them at once."""
    note.func(path, line)


def broken() -> None:
    """Housekeeping that fails."""
    raise ZeroDivisionError


def wait_until(happened: Callable[[], object]) -> None:
    """Wait for what a worker in another process does. Raises TimeoutError after two minutes.

    A worker that follows a killed one waits for its lease to lapse, and on a busy machine to be started at all.
    """
    for _ in range(2400):
        if happened():
            return
        time.sleep(0.05)
    raise TimeoutError
