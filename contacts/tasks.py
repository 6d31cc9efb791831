"""Imports, in the background. A job works batch by batch; each batch and how far the import is commit together, so that
a job that is killed goes on after the last batch, and what is done is not done again.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from django.tasks import task

from .importing.checking import Checker
from .importing.running import run_rows
from .models import ContactImport, ContactImportRow
from .models.locking import hold_book

# A batch holds every other writer on SQLite, so it is short (a fifth of a second),
CHECKED_AT_ONCE, RUN_AT_ONCE = 300, 100  # rows
# and others get their turn between two.
PAUSE = 0.05  # seconds
# Mails and other imports wait behind a job: it hands over to one that queues up behind them.
TURN = 5.0  # seconds


class Phase(NamedTuple):
    """What is done to the rows of an import in `state`, how many at once, and the task that does it."""

    state: str
    size: int
    work: Callable[[ContactImport, list[ContactImportRow]], None]
    task: Any


@task
def check_import(import_id: str) -> None:
    """Check an import's rows: the dry run."""
    _go_on(import_id, Phase(ContactImport.State.CHECKING, CHECKED_AT_ONCE, Checker().work, check_import))


@task
def run_import(import_id: str) -> None:
    """Import an import's rows."""
    _go_on(import_id, Phase(ContactImport.State.RUNNING, RUN_AT_ONCE, run_rows, run_import))


def _go_on(import_id: str, phase: Phase) -> None:
    """Work batches until the phase is over, or until another job has to have its turn."""
    ends = time.monotonic() + TURN
    try:
        while _work(import_id, phase, is_last=time.monotonic() >= ends):
            if connection.vendor == "sqlite":
                time.sleep(PAUSE)
    except Exception as error:
        # For the pro to see; the worker tries again.
        with suppress(DatabaseError):
            ContactImport.objects.filter(pk=import_id).update(error=type(error).__name__)
        raise


def _work(import_id: str, phase: Phase, *, is_last: bool) -> bool:
    """Work the next batch; whether this job goes on. It does not after its last batch: the next job takes over."""
    with transaction.atomic():
        found = ContactImport.objects.locked().filter(pk=import_id, state=phase.state).first()
        if found is None:
            return False
        hold_book(found.pro_id)
        rows = found.next_rows(phase.size)
        phase.work(found, rows)
        found.advance(rows)
        if found.is_working and is_last:
            phase.task.enqueue(import_id)
        return found.is_working and not is_last
