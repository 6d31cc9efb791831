"""Start and work the phases of an import: the check (dry run), the run, and undoing the run.

A job works batch by batch. A batch and the import's progress commit together, so a job that takes over from a killed
one goes on after the last batch, and no row is worked twice.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from django.tasks import task
from django.utils import timezone

from config.accounts.models import User
from config.jobs.turns import in_turn

from ..models import ContactImport, ContactImportRow
from ..models.locking import hold_book
from .checking import Checker
from .running import run_rows
from .undoing import undo_rows
from .uploading import read_import

State, Outcome = ContactImport.State, ContactImportRow.Outcome
# On SQLite a batch keeps all other writers waiting, so it takes a fifth of a second at most ...
CHECK_BATCH, RUN_BATCH, UNDO_BATCH = 500, 500, 50  # rows
# Rows that complete a contact are run one by one, so a batch has at most as many of them.
MAX_KNOWN = 100
# ... and other writers get in between two batches.
PAUSE = 0.05  # seconds
# After this time a job hands over to a new one behind the mails and other imports that are queued.
MAX_JOB_TIME = 5.0  # seconds


class Phase(NamedTuple):
    """One phase: the state of its imports, the rows in a batch, the function that works one, and its task."""

    state: str
    batch_size: int
    work_rows: Callable[[ContactImport, list[ContactImportRow]], None]
    task: Any


def start_check(contact_import: ContactImport, columns: list[str], *, keeps_rest: bool = False) -> None:
    """Check every row in the background, with these columns. Without effect while it is worked on, or after its run.

    `keeps_rest`: the cells that no field holds become a note. Raises DoesNotExist when it was discarded meanwhile.
    """
    with transaction.atomic():
        contact_import.lock()
        if contact_import.state in (State.UPLOADED, State.CHECKED):
            contact_import.columns, contact_import.keeps_rest = columns, keeps_rest
            contact_import.begin_phase(State.CHECKING)
            in_turn(check_import, contact_import.pro_id).enqueue(str(contact_import.pk))


def start_run(contact_import: ContactImport, *, by: User) -> bool:
    """Import the checked rows in the background. False when it is not checked, runs already, or has nothing to import.

    Raises DoesNotExist when it was discarded meanwhile.
    """
    with transaction.atomic():
        contact_import.lock()
        if contact_import.state != State.CHECKED or not contact_import.importable:
            return False
        contact_import.user, contact_import.started_at = by, timezone.now()
        contact_import.begin_phase(State.RUNNING)
        in_turn(run_import, contact_import.pro_id).enqueue(str(contact_import.pk))
        return True


def start_undo(contact_import: ContactImport, *, by: User) -> bool:
    """Undo the run in the background. False when it is not over, is undone already, or its rows are deleted.

    Raises DoesNotExist when it was discarded meanwhile.
    """
    with transaction.atomic():
        contact_import.lock()
        if not contact_import.can_be_undone:
            return False
        contact_import.undone_by = by
        contact_import.begin_phase(State.UNDOING)
        in_turn(undo_import, contact_import.pro_id).enqueue(str(contact_import.pk))
        return True


def resume_import(contact_import: ContactImport) -> None:
    """Retry a phase that failed. Without effect on one that has not failed."""
    with transaction.atomic():
        contact_import.lock()
        if contact_import.is_working and contact_import.error:
            contact_import.error = ""
            contact_import.save(update_fields=["error"])
            # The failed job may be retried too. Each batch locks the import, so two jobs work no row twice.
            jobs = {State.READING: read_import, State.CHECKING: check_import}
            jobs |= {State.RUNNING: run_import, State.UNDOING: undo_import}
            in_turn(jobs[State(contact_import.state)], contact_import.pro_id).enqueue(str(contact_import.pk))


@task(queue_name="imports")
def check_import(import_id: str) -> None:
    """Check an import's rows: the dry run."""
    _work_batches(import_id, Phase(State.CHECKING, CHECK_BATCH, Checker().check_rows, check_import))


@task(queue_name="imports")
def run_import(import_id: str) -> None:
    """Import an import's rows."""
    _work_batches(import_id, Phase(State.RUNNING, RUN_BATCH, run_rows, run_import))


@task(queue_name="imports")
def undo_import(import_id: str) -> None:
    """Undo an import that was run."""
    _work_batches(import_id, Phase(State.UNDOING, UNDO_BATCH, undo_rows, undo_import))


def _work_batches(import_id: str, phase: Phase) -> None:
    """Work batches until the phase ends, or the job's time is over."""
    ends = time.monotonic() + MAX_JOB_TIME
    try:
        while _work_batch(import_id, phase, is_last=time.monotonic() >= ends):
            if connection.vendor == "sqlite":
                time.sleep(PAUSE)
    except Exception as error:
        # Shown to the Pro; the worker retries.
        with suppress(DatabaseError):
            ContactImport.objects.filter(pk=import_id).update(error=type(error).__name__)
        raise


def _work_batch(import_id: str, phase: Phase, *, is_last: bool) -> bool:
    """Work the next batch; True when this job goes on. After the job's last batch a new job goes on instead."""
    with transaction.atomic():
        contact_import = ContactImport.objects.locked().filter(pk=import_id, state=phase.state).first()
        if contact_import is None:
            return False
        hold_book(contact_import.pro_id)
        rows = _cut_batch(contact_import.next_rows(phase.batch_size))
        phase.work_rows(contact_import, rows)
        contact_import.save_worked_rows(rows)
        if contact_import.is_working and is_last:
            in_turn(phase.task, contact_import.pro_id).enqueue(import_id)
        return contact_import.is_working and not is_last


def _cut_batch(rows: list[ContactImportRow]) -> list[ContactImportRow]:
    """The first of these rows, with at most MAX_KNOWN for which the check expects a known contact."""
    known = [at for at, row in enumerate(rows) if row.outcome in (Outcome.COMPLETE, Outcome.KNOWN)]
    return rows[: known[MAX_KNOWN]] if len(known) > MAX_KNOWN else rows
