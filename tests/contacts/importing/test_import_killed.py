"""The worker is killed in the middle of an import, and the next one goes on: nothing twice, nothing lost."""

import pytest

from contacts.importing.jobs import start_check, start_run, start_undo
from contacts.models import Contact, ContactEvent, ContactIdentity, ContactImport
from tests.jobs import test_worker

from ..imports import imported, uploaded

start_worker = test_worker.start_worker
PEOPLE = 1_200


def kill_in_the_middle(contact_import, state, start_worker):
    """Start a worker and kill it as soon as some rows are worked and not all."""

    def is_in_the_middle():
        return ContactImport.objects.filter(pk=contact_import.pk, state=state, done__gt=0).exists()

    worker = start_worker()
    test_worker.wait_until(is_in_the_middle)
    worker.kill()
    worker.wait()
    contact_import.refresh_from_db()
    assert (contact_import.state, 0 < contact_import.done < PEOPLE) == (state, True)


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_killed_while_checking_and_while_importing(user, start_worker):
    text = "name,email\n" + "".join(f"N{n},n{n}@example.org\n" for n in range(PEOPLE))
    contact_import = uploaded(user, text)
    start_check(contact_import, contact_import.columns)
    kill_in_the_middle(contact_import, "checking", start_worker)
    worker = start_worker()
    test_worker.wait_until(lambda: ContactImport.objects.get().state == "checked")
    worker.terminate()
    worker.wait()
    contact_import.refresh_from_db()
    assert (contact_import.counts, contact_import.done) == ({"create": PEOPLE}, PEOPLE)

    start_run(contact_import, by=user)
    for _ in range(2):
        kill_in_the_middle(contact_import, "running", start_worker)
        assert Contact.objects.count() == contact_import.done
    start_worker()
    test_worker.wait_until(lambda: ContactImport.objects.get().state == "done")
    contact_import.refresh_from_db()
    assert (contact_import.counts, contact_import.done) == ({"create": PEOPLE}, PEOPLE)
    counts = [model.objects.count() for model in (Contact, ContactIdentity, ContactEvent)]
    assert counts == [PEOPLE] * 3
    assert contact_import.rows.filter(outcome="create").values("contact").distinct().count() == PEOPLE


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_killed_while_undoing(user, start_worker, work_tasks):
    text = "name,email\n" + "".join(f"N{n},n{n}@example.org\n" for n in range(PEOPLE))
    contact_import = imported(user, text, work_tasks)
    start_undo(contact_import, by=user)
    for _ in range(2):
        kill_in_the_middle(contact_import, "undoing", start_worker)
        assert Contact.objects.filter(deleted_at=None).count() == PEOPLE - contact_import.done
    start_worker()
    test_worker.wait_until(lambda: ContactImport.objects.get().state == "undone")
    contact_import.refresh_from_db()
    assert (contact_import.counts, contact_import.done) == ({"create": PEOPLE, "undone": PEOPLE}, PEOPLE)
    assert ContactEvent.objects.filter(kind="deleted").count() == PEOPLE
