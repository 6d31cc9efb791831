"""Start and work the phases of an import of contacts: the check (dry run), the run, and undoing the run."""

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from config.accounts.models import User
from config.jobs.turns import in_turn

from ..models import ContactImport, ContactImportRow
from .batches import Phase, work_batches
from .checking import Checker
from .running import run_rows
from .undoing import undo_rows
from .uploading import read_import

State, Outcome = ContactImport.State, ContactImportRow.Outcome
# On SQLite a batch keeps all other writers waiting, so it takes a fifth of a second at most.
CHECK_BATCH, RUN_BATCH, UNDO_BATCH = 500, 500, 50  # rows
# Rows that complete a contact are run one by one, so a batch has at most as many of them.
MAX_KNOWN = 100


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
    work_batches(import_id, Phase(ContactImport, State.CHECKING, CHECK_BATCH, Checker().check_rows, check_import))


@task(queue_name="imports")
def run_import(import_id: str) -> None:
    """Import an import's rows."""
    work_batches(import_id, Phase(ContactImport, State.RUNNING, RUN_BATCH, run_rows, run_import, _cut_batch))


@task(queue_name="imports")
def undo_import(import_id: str) -> None:
    """Undo an import that was run."""
    work_batches(import_id, Phase(ContactImport, State.UNDOING, UNDO_BATCH, undo_rows, undo_import, _cut_batch))


def _cut_batch(rows: list[ContactImportRow]) -> list[ContactImportRow]:
    """The first of these rows, with at most MAX_KNOWN for which the check expects a known contact."""
    known = [at for at, row in enumerate(rows) if row.outcome in (Outcome.COMPLETE, Outcome.KNOWN)]
    return rows[: known[MAX_KNOWN]] if len(known) > MAX_KNOWN else rows
