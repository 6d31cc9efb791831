"""Work the phases of an import batch by batch, whatever its rows are.

A batch and the import's progress commit together, so a job that takes over from a killed one goes on after the last
batch, and no row is worked twice.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction

from config.jobs.turns import in_turn

from ..models.file_import import FileImport
from ..models.locking import hold_book

# On SQLite a batch keeps all other writers waiting; they get in between two batches.
PAUSE = 0.05  # seconds
# After this time a job hands over to a new one behind the mails and other imports that are queued.
MAX_JOB_TIME = 5.0  # seconds


class Phase(NamedTuple):
    """One phase: the state of its imports, the rows in a batch, the function that works one, and its task.

    `cut` may shorten a batch.
    """

    model: type[FileImport]
    state: str
    batch_size: int
    work_rows: Callable[[Any, list[Any]], None]
    task: Any
    cut: Callable[[list[Any]], list[Any]] = list


def work_batches(import_id: str, phase: Phase) -> None:
    """Work batches until the phase ends, or the job's time is over."""
    ends = time.monotonic() + MAX_JOB_TIME
    try:
        while _work_batch(import_id, phase, is_last=time.monotonic() >= ends):
            if connection.vendor == "sqlite":
                time.sleep(PAUSE)
    except Exception as error:
        # Shown to the Pro; the worker retries.
        with suppress(DatabaseError):
            phase.model._default_manager.filter(pk=import_id).update(error=type(error).__name__)
        raise


def _work_batch(import_id: str, phase: Phase, *, is_last: bool) -> bool:
    """Work the next batch; True when this job goes on. After the job's last batch a new job goes on instead."""
    imports: Any = phase.model._default_manager
    with transaction.atomic():
        file_import = imports.locked().filter(pk=import_id, state=phase.state).first()
        if file_import is None:
            return False
        hold_book(file_import.pro_id)
        rows = phase.cut(file_import.next_rows(phase.batch_size))
        phase.work_rows(file_import, rows)
        file_import.save_worked_rows(rows)
        if file_import.is_working and is_last:
            in_turn(phase.task, file_import.pro_id).enqueue(import_id)
        return file_import.is_working and not is_last
