"""Changes of many rows in each of their states, for the pages that show them."""

from contacts.models import BulkRun, Contact


def make_bulk_runs(user):
    """A change of many rows in each state, some of which could not be worked."""
    for state in ("running", "stopped", "undone", "planned"):
        run = BulkRun.objects.plan(user.pro, "contacts", Contact.objects.for_pro(user.pro), by=user)
        run.state, run.action, run.done = state, "" if state == "planned" else "status:renter", 1
        run.counts = {"changed": 1, "same": 1, "failed": 1, "undo_touched": 1}
        run.rows.update(outcome="failed")
        run.save()


def bulk_runs():
    return {f"bulk_{run.state}": run.pk for run in BulkRun.objects.all()}
