"""Faults in the run of an import: the other rows are imported all the same, and a failed batch is worked again."""

from django_tasks_db.models import DBTaskResult

from contacts.importing import jobs
from contacts.importing.jobs import start_run
from contacts.models import Contact, ContactEvent, ContactImport
from contacts.models.note import ContactNoteQuerySet
from contacts.models.queryset import ContactQuerySet

from ..imports import ANNA, checked, fail_second_batch, imported, many, outcomes


def test_an_exception_in_one_row_does_not_stop_the_others(user, work_tasks, monkeypatch):
    contact_import = checked(user, "name,email\nBad,b@example.org\nGood,g@example.org\n", work_tasks)
    original = ContactQuerySet.store_new

    def fail(contacts, newcomers, **options):
        original(contacts, newcomers, **options)
        if "Bad" in [contact.name for contact, _identities in newcomers]:
            raise RuntimeError("after it was stored")

    monkeypatch.setattr(ContactQuerySet, "store_new", fail)
    start_run(contact_import, by=user)
    work_tasks()
    contact_import.refresh_from_db()
    assert outcomes(contact_import) == {2: "refuse", 3: "create"} and contact_import.counts == {
        "refuse": 1,
        "create": 1,
    }
    assert [contact.name for contact in Contact.objects.all()] == ["Good"]
    assert ContactEvent.objects.get().contact.name == "Good"


def test_a_batch_that_fails_is_worked_again_as_a_whole(user, work_tasks, monkeypatch):
    contact_import = checked(user, many(10), work_tasks)
    monkeypatch.setattr(jobs, "RUN_BATCH", 4)
    sizes = fail_second_batch(monkeypatch)
    start_run(contact_import, by=user)
    work_tasks()
    assert Contact.objects.count() == 4
    jobs.run_import.call(str(contact_import.pk))
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts, sizes) == ("done", {"create": 10}, [4, 4, 4, 2])
    assert (Contact.objects.count(), ContactEvent.objects.count()) == (10, 10)


def test_a_row_that_fails_in_the_middle_leaves_nothing(user, work_tasks, monkeypatch):
    def fail(*args, **more):
        raise RuntimeError

    monkeypatch.setattr(ContactNoteQuerySet, "add_notes", fail)
    contact_import = imported(user, "name,email,note\nAnna,a@example.org,hi\nBoris,b@example.org,\n", work_tasks)
    assert outcomes(contact_import) == {2: "refuse", 3: "create"}
    assert list(Contact.objects.values_list("name")) == [("Boris",)]
    assert ContactEvent.objects.count() == 1


def test_a_failed_import_is_retried_on_request(browser, user, work_tasks):
    contact_import = checked(user, ANNA, work_tasks)
    start_run(contact_import, by=user)
    DBTaskResult.objects.filter(task_path="contacts.importing.jobs.run_import").delete()
    path = f"/contacts/import/{contact_import.pk}"
    assert "Try again now" not in browser.get(path).content.decode()
    ContactImport.objects.update(error="OSError")
    assert f'action="{path}/run"' in browser.get(path).content.decode()
    for _ in range(2):
        assert browser.post(f"{path}/run")["Location"] == path
    assert DBTaskResult.objects.filter(task_path="contacts.importing.jobs.run_import").count() == 1
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, Contact.objects.count()) == ("done", 1)
