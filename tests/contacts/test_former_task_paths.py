"""Jobs queued under the former path of their task."""

from django_tasks_db.models import DBTaskResult

from contacts.importing.jobs import start_check, start_run
from contacts.models import Contact

from .imports import checked, uploaded

ANNA = "name,email\nAnna,anna@example.org\n"


def queue_under(path):
    """Give the only queued job its task's former path."""
    assert DBTaskResult.objects.filter(status="READY").update(task_path=path) == 1


def test_an_import_is_checked(user, work_tasks):
    contact_import = uploaded(user, ANNA)
    start_check(contact_import, contact_import.columns)
    queue_under("contacts.tasks.check_import")
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts) == ("checked", {"create": 1})


def test_an_import_is_run(user, work_tasks):
    contact_import = checked(user, ANNA, work_tasks)
    start_run(contact_import, by=user)
    queue_under("contacts.tasks.run_import")
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, Contact.objects.get().email) == ("done", "anna@example.org")
