"""Runs of a bulk action in each of their states."""

from contacts.bulk.actions import find_list
from contacts.bulk.working import start_run, start_undo
from contacts.models import BulkRun


def planned(user, list_name="contacts", rows=None):
    """A plan with all rows of a list, or with these."""
    bulk_list = find_list(list_name)
    rows = bulk_list.all_rows(user.pro) if rows is None else rows
    return BulkRun.objects.plan(user.pro, list_name, rows, by=user)


def done(user, action, work_tasks, list_name="contacts", rows=None):
    """A run that is over."""
    run = planned(user, list_name, rows)
    assert start_run(run, action, by=user)
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.error) == ("done", "")
    return run


def undone(run, user, work_tasks):
    """The run after its undoing."""
    assert start_undo(run, by=user)
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.error) == ("undone", "")
    return run
