"""Work a bulk run batch by batch: a batch and the run's progress commit together.

So a job that takes over from a killed one goes on after the last batch, and no row is worked twice.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError, transaction
from django.tasks import task

from config.accounts.models import User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.jobs.batches import work_batches
from config.jobs.turns import in_turn

from ..models import BulkRow, BulkRun
from ..models.locking import hold_book
from .actions import Action, BulkList, SkippedError, find_list

logger = logging.getLogger("vestibule.bulk")
State = BulkRun.State


def start_run(run: BulkRun, action: str, *, by: User) -> bool:
    """Work a planned run in the background. False for one that has begun, or whose action there is not."""
    with transaction.atomic():
        run.lock()
        bulk_list = find_list(run.list_name)
        if run.state != State.PLANNED or bulk_list is None or not bulk_list.check_action(run.pro, action):
            return False
        run.action, run.user = action, by
        run.begin_phase(State.RUNNING)
        record_event(Kind.MANY_CHANGED, run, pro=run.pro_id, by=by, detail=run.list_name)
        _enqueue(run)
        return True


def stop_run(run: BulkRun) -> bool:
    """Stop after the batch that is worked at the moment. False for a run that is not worked."""
    with transaction.atomic():
        run.lock()
        if run.is_working:
            run.stop()
            _tell_of_run(run)
            return True
        return False


def go_on(run: BulkRun, *, by: User) -> bool:
    """Go on with a run that was stopped, or try again one whose job failed. False for any other."""
    with transaction.atomic():
        run.lock()
        if not (run.is_stopped or (run.is_working and run.error)):
            return False
        run.state, run.error = (State.UNDOING if run.is_undo else State.RUNNING), ""
        # Whoever lets it go on answers for the rest: the one who began it may have left.
        run.user, run.undone_by = (run.user, by) if run.is_undo else (by, None)
        run.save()
        _enqueue(run)
        return True


def can_be_undone(run: BulkRun) -> bool:
    """True for a run that has changed rows, and is over or stopped, and whose rows are still known."""
    found = (bulk_list := find_list(run.list_name)) and bulk_list.find_action(run.action)
    is_over = run.state in (State.DONE, State.STOPPED) and not run.is_forgotten
    return bool(found and found[0].can_be_undone and is_over and run.changed)


def start_undo(run: BulkRun, *, by: User) -> bool:
    """Undo a run in the background. False for one that cannot be undone, or is undone already."""
    with transaction.atomic():
        run.lock()
        if not can_be_undone(run):
            return False
        run.undone_by = by
        run.begin_phase(State.UNDOING)
        record_event(Kind.MANY_UNDONE, run, pro=run.pro_id, by=by, detail=run.list_name)
        _enqueue(run)
        return True


def _enqueue(run: BulkRun) -> None:
    in_turn(work_run, run.pro_id).enqueue(str(run.pk))


@task(queue_name="bulk")
def work_run(run_id: str) -> None:
    """Work batches of a run until its phase ends, it is stopped, or the job's time is over."""
    found = BulkRun.objects.filter(pk=run_id)
    work_batches(lambda is_last: _work_batch(run_id, is_last), lambda error: found.update(error=error))


def _work_batch(run_id: str, is_last: bool) -> bool:
    """Work the next batch; True when this job goes on. After the job's last batch a new job goes on instead."""
    with transaction.atomic():
        pro_id = BulkRun.objects.filter(pk=run_id).values_list("pro", flat=True).first()
        if pro_id is None:
            return False
        hold_book(pro_id)
        run = BulkRun.objects.locked().filter(pk=run_id, state__in=BulkRun.WORKING).first()
        if run is None:
            return False
        if run.actor is None:
            run.stop()
            _tell_of_run(run)
            return False
        size = batch_size(run)
        rows = run.next_rows(size)
        (_undo_rows if run.is_undo else _change_rows)(run, rows)
        run.save_worked_rows(rows, is_end=len(rows) < size)
        if run.state == State.DONE:
            _tell_of_run(run)
        if run.is_working and is_last:
            _enqueue(run)
        return run.is_working and not is_last


def _tell_of_run(run: BulkRun) -> None:
    """Let the action tell of the rows since it last did; of what is undone nobody is told."""
    if run.is_undo or run.position <= run.told_to:
        return
    _bulk_list, action, value = _find_action(run)
    after, run.told_to = run.told_to, run.position
    run.save(update_fields=["told_to"])
    action.tell(run, value, after)


def _find_action(run: BulkRun) -> tuple[BulkList, Action, str]:
    """The list of a run, its action, and that one's value."""
    bulk_list = find_list(run.list_name)
    found = bulk_list.find_action(run.action) if bulk_list else None
    if bulk_list is None or found is None:
        raise LookupError(f"no action {run.list_name} {run.action}")
    return bulk_list, *found


def batch_size(run: BulkRun) -> int:
    """Rows that are worked in one transaction."""
    _bulk_list, action, _value = _find_action(run)
    return action.undo_batch if run.is_undo else action.batch


def _find_objects(run: BulkRun, rows: list[BulkRow]) -> tuple[Action, str, Any, dict[Any, Any]]:
    """The action of a run, its value, and of these rows' objects the query and the objects by key."""
    bulk_list, action, value = _find_action(run)
    keys = [row.key for row in rows]
    # Before they are read: what is compared with them stays as it is until the end of the batch.
    action.hold(keys)
    objects = bulk_list.all_rows(run.pro).filter(pk__in=keys)
    return action, value, objects, {each.pk: each for each in objects.select_related("pro").order_by("pk")}


def _change_rows(run: BulkRun, rows: list[BulkRow]) -> None:
    """Change the objects of these rows, and set their outcomes, unsaved."""
    action, value, objects, by_key = _find_objects(run, rows)
    skipped: dict[Any, str] = {}
    for code, skip in action.skips(value).items():
        skipped |= {key: code for key in objects.filter(skip.rows).values_list("pk", flat=True) if key not in skipped}
    for row in rows:
        row.outcome = skipped.get(row.key, "" if row.key in by_key else BulkRow.GONE)
    left = [row for row in rows if not row.outcome]
    together = _try_together(lambda: action.change_together([by_key[row.key] for row in left], value, by=run.actor))
    for row in left:
        if row.key in together:
            row.outcome, row.before = BulkRow.CHANGED, together[row.key]
        else:
            row.outcome = _attempt(_change_one, run, action, value, row, by_key[row.key]) or BulkRow.CHANGED
    changed = [row for row in rows if row.outcome == BulkRow.CHANGED]
    traces = action.trace([by_key[row.key] for row in changed]) if changed else {}
    for row in changed:
        row.before = {**row.before, "trace": traces.get(row.key)}


def _change_one(run: BulkRun, action: Action, value: str, row: BulkRow, each: Any) -> None:
    row.before = action.change(each, value, by=run.actor)


def _undo_rows(run: BulkRun, rows: list[BulkRow]) -> None:
    """Take back what was done to the objects of these rows, and set their `undo`, unsaved."""
    action, value, _objects, by_key = _find_objects(run, rows)
    touched = action.touched(by_key, [row for row in rows if row.key in by_key])
    for row in rows:
        row.undo = BulkRow.GONE if row.key not in by_key else BulkRow.TOUCHED if row.key in touched else ""
    left = [row for row in rows if not row.undo]
    worked = {by_key[row.key]: row.before for row in left}
    together = _try_together(lambda: action.undo_together(worked, value, by=run.actor))
    for row in left:
        is_undone = row.key in together
        row.undo = "" if is_undone else _attempt(_undo_one, run, action, value, row, by_key[row.key])
        row.undo = row.undo or BulkRow.UNDONE


def _undo_one(run: BulkRun, action: Action, value: str, row: BulkRow, each: Any) -> None:
    action.undo(each, value, row.before, by=run.actor)


def _try_together[T: (set[Any], dict[Any, dict[str, Any]])](work: Callable[[], T]) -> T | dict[Any, Any]:
    """Work rows together; nothing where the action knows no way, or one of them objects: then each is tried alone."""
    try:
        with transaction.atomic():
            return work()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        return {}


def _attempt(work: Callable[..., None], *args: Any) -> str:
    """Work one row in a savepoint; returns why it could not be, "" when it was."""
    try:
        with transaction.atomic():
            work(*args)
        return ""
    except (OperationalError, InterfaceError):
        raise
    except SkippedError as error:
        return error.code
    except ObjectDoesNotExist:
        return BulkRow.GONE
    except Exception as error:
        # The name alone: its words may be about a person.
        logger.warning("a row of a bulk change could not be worked: %s", type(error).__name__)
        return BulkRow.FAILED
