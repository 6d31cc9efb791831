"""The run of an import beside other jobs, clicks and messages: everything once."""

import pytest
from django_tasks_db.models import DBTaskResult

from config.jobs import batches
from contacts.importing import jobs
from contacts.importing.jobs import start_run
from contacts.models import Contact, ContactEvent, ContactIdentity, ContactImport

from ..imports import ANNA, checked, many


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(jobs, "RUN_BATCH", 5)
    # No hand-over to another job, however busy the machine is.
    monkeypatch.setattr(batches, "MAX_JOB_TIME", 600)


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_import_once(user, work_tasks, at_once):
    contact_import = checked(user, many(60), work_tasks)
    start_run(contact_import, by=user)
    at_once(3, lambda _n: jobs.run_import.call(str(contact_import.pk)))
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts, contact_import.done) == ("done", {"create": 60}, 60)
    assert (Contact.objects.count(), ContactEvent.objects.count()) == (60, 60)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_run_once(user, work_tasks, at_once):
    contact_import = checked(user, ANNA, work_tasks)
    ran = at_once(4, lambda _n: start_run(ContactImport.objects.get(pk=contact_import.pk), by=user))
    assert sorted(ran) == [False, False, False, True]
    assert DBTaskResult.objects.ready().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_people_at_once_make_each_once(user, work_tasks, at_once):
    lines = many(40).splitlines()
    both = [checked(user, "\n".join([lines[0], *order]), work_tasks) for order in (lines[1:], lines[:0:-1])]
    for contact_import in both:
        start_run(contact_import, by=user)
    at_once(2, lambda n: jobs.run_import.call(str(both[n].pk)))
    assert (Contact.objects.count(), ContactIdentity.objects.count()) == (40, 80)
    done = list(ContactImport.objects.all())
    assert [contact_import.state for contact_import in done] == ["done", "done"]
    assert sum(contact_import.counts.get("create", 0) for contact_import in done) == 40


@pytest.mark.django_db(transaction=True)
def test_messages_that_come_in_meanwhile_make_no_second_contact(user, pro, work_tasks, at_once):
    contact_import = checked(user, many(30), work_tasks)
    start_run(contact_import, by=user)

    def work(n):
        if n == 0:
            return jobs.run_import.call(str(contact_import.pk))
        for k in reversed(range(30)):
            Contact.objects.find_or_create(
                pro, name="V", email=f"N{k}@example.org", phone=f"+336{k:08d}", source="contact_form"
            )

    at_once(2, work)
    assert (Contact.objects.count(), ContactIdentity.objects.count()) == (30, 60)
