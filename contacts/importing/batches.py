"""Work the phases of an import batch by batch, whatever its rows are.

A batch and the import's progress commit together, so a job that takes over from a killed one goes on after the last
batch, and no row is worked twice.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import transaction

from config.jobs import batches
from config.jobs.turns import in_turn

from ..models.file_import import FileImport
from ..models.locking import hold_book


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
    found = phase.model._default_manager.filter(pk=import_id)
    batches.work_batches(
        lambda is_last: _work_batch(import_id, phase, is_last), lambda error: found.update(error=error)
    )


def _work_batch(import_id: str, phase: Phase, is_last: bool) -> bool:
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
