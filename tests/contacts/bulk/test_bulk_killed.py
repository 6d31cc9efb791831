"""A run of 10,000 rows: the worker is killed in the middle of it and of its undoing, and the next one goes on."""

import itertools

import pytest

from contacts.bulk.working import go_on, start_run, start_undo, stop_run
from contacts.models import BulkRun, Contact, ContactEvent
from tests.jobs import test_worker

from .runs import planned

start_worker = test_worker.start_worker
PEOPLE = 10_000
COUNT = range(PEOPLE)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


def rows():
    """All contacts as they are, but for the time of the last change."""
    names = [field.attname for field in Contact._meta.concrete_fields if field.name != "updated_at"]
    return list(Contact.objects.order_by("pk").values_list(*names))


def wait_for(state):
    """Wait for the state of the run, as long as it goes on."""
    while (run := BulkRun.objects.get()).state != state:
        test_worker.wait_until(lambda run=run: BulkRun.objects.exclude(done=run.done, state=run.state).exists())


def kill_in_the_middle(run, state, start_worker):
    """Start a worker and kill it as soon as it has worked some more rows, and not all."""
    run.refresh_from_db()
    before = run.done

    def has_gone_on():
        return BulkRun.objects.filter(pk=run.pk, state=state, done__gt=before).exists()

    worker = start_worker()
    test_worker.wait_until(has_gone_on)
    worker.kill()
    worker.wait()
    run.refresh_from_db()
    assert (run.state, before < run.done < PEOPLE) == (state, True)


def test_ten_thousand_killed_stopped_gone_on_with_and_undone(user, start_worker):
    statuses = itertools.cycle(("prospect", "scheduled", "applicant"))
    people = [Contact(pro=user.pro, name=f"N{n}", email=f"n{n}@example.org", status=next(statuses)) for n in COUNT]
    Contact.objects.store_new([(person, [("email", person.email)]) for person in people])
    before = rows()
    run = planned(user)
    assert start_run(run, "status:renter", by=user)
    for _time in range(2):
        kill_in_the_middle(run, "running", start_worker)
        changed = Contact.objects.filter(status="renter").count()
        assert (changed, ContactEvent.objects.count(), run.counts) == (run.done, run.done, {"changed": run.done})
    assert stop_run(run)
    assert go_on(run, by=user)
    worker = start_worker()
    wait_for("done")
    worker.terminate()
    worker.wait()
    run.refresh_from_db()
    assert (run.counts, run.done, run.error) == ({"changed": PEOPLE}, PEOPLE, "")
    assert Contact.objects.filter(status="renter").count() == ContactEvent.objects.count() == PEOPLE

    touched = Contact.objects.order_by("pk").last()
    touched.change({"status": "archived"}, by=user)
    assert start_undo(run, by=user)
    for _time in range(2):
        kill_in_the_middle(run, "undoing", start_worker)
        assert Contact.objects.exclude(status__in=("renter", "archived")).count() == run.done
    start_worker()
    wait_for("undone")
    run.refresh_from_db()
    assert run.counts == {"changed": PEOPLE, "undo_undone": PEOPLE - 1, "undo_touched": 1}
    assert ContactEvent.objects.count() == 2 * PEOPLE
    assert rows()[:-1] == before[:-1]
