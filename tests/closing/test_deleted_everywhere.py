"""A closed office is deleted: no table, file or log has a word of it, and all others keep what is theirs."""

import logging
import uuid
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import Pro, User
from config.audit.models import AuditEvent
from config.closing import deleting
from config.closing.again import delete_again
from config.closing.models import Closing
from config.closing.owned import owned_models, rows_of
from config.counts.keeping import kept_counts
from contacts.models import Contact
from tests.access.rows import tenant_models
from tests.leftovers import files_with, stored_files_with, tables_with

from .conftest import OFFICE, WORD

pytestmark = pytest.mark.django_db(transaction=True)


def add_copies(office, staff):
    """Copies of words of the office in tables of the installation."""
    contact = ContentType.objects.get_for_model(Contact)
    row = {"user": staff, "action_flag": 2}
    LogEntry.objects.create(content_type=contact, object_id=str(office[Contact].pk), object_repr=WORD, **row)
    kind = ContentType.objects.get_for_model(Pro)
    LogEntry.objects.create(content_type=kind, object_id=str(office[Pro].pk), object_repr=WORD, **row)
    AccessAttempt.objects.create(username=office[User].email, failures_since_start=1, get_data="", post_data="")
    fields = {"task_path": "x", "queue_name": "default", "backend_name": "default", "exception_class_path": ""}
    fields |= {"status": "FAILED", "run_after": timezone.now(), "finished_at": timezone.now()}
    args = {"args": [str(office[Contact].pk)], "kwargs": {}}
    DBTaskResult.objects.create(id=uuid.uuid4(), args_kwargs=args, traceback=f"ValueError: {WORD}", **fields)


def test_every_table_of_an_office_is_found():
    expected = {model for model in tenant_models() if model not in (Pro, AuditEvent)}
    assert {model for model in owned_models() if not model._meta.auto_created} == expected


def test_nothing_is_left_of_a_deleted_office(office, others, staff, delete_now, caplog):
    caplog.set_level(logging.DEBUG)
    for rows in (office, others):
        rows.store_files()
    add_copies(office, staff)
    kept, files = others.stored(), stored_files_with("neighbour")
    assert len(stored_files_with(WORD)) == len(office.files) > 5
    delete_now(office[Pro])
    assert tables_with(WORD) == {}
    assert [model for model in owned_models() if rows_of(model, OFFICE).exists()] == []
    assert [model for model in kept_counts() if model.objects.filter(pro=OFFICE).exists()] == []
    assert not Pro.objects.filter(pk=OFFICE).exists() and not Closing.objects.exists()
    assert stored_files_with(WORD) == []
    assert WORD not in caplog.text
    assert (others.stored(), stored_files_with("neighbour")) == (kept, files)
    told = AuditEvent.objects.filter(kind__startswith="office_").order_by("pk")
    assert list(told.values_list("kind", "pro", "about_id", "by_user_id")) == [
        ("office_closed", OFFICE, str(OFFICE), staff.pk),
        ("office_deleted", OFFICE, str(OFFICE), None),
    ]
    if connection.vendor == "sqlite":
        assert files_with(WORD, Path(connection.settings_dict["NAME"]).parent) == []


def test_a_job_that_is_killed_half_way_goes_on(office, delete_now, monkeypatch):
    def stop(pro):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(deleting, "_delete_itself", stop)
        with pytest.raises(RuntimeError):
            delete_now(office[Pro])
    assert Closing.objects.filter(pro=OFFICE).exists() and not Contact.objects.filter(pro=OFFICE).exists()
    Closing.objects.update(due_at=timezone.now() - deleting.LATE * 2)
    DBTaskResult.objects.all().delete()
    deleting.resume_deletions()
    assert [job.args_kwargs["args"] for job in DBTaskResult.objects.all()] == [[OFFICE]]
    deleting.delete_office.func(OFFICE)
    assert tables_with(WORD) == {}


def test_what_a_backup_brings_back_is_deleted_again(office, delete_now, shipped):
    pro = office[Pro]
    delete_now(pro)
    assert storages["attachments"].listdir("closings")[1] == [f"{OFFICE}-{pro.created_at.timestamp():.0f}.json"]
    assert delete_again([]) == ""
    Pro(pk=OFFICE, name=WORD, email="office@example.org", created_at=pro.created_at).save(force_insert=True)
    assert delete_again([]) == "1 deleted offices of the backup are deleted again"
    assert not Pro.objects.filter(pk=OFFICE).exists()
    Pro(pk=OFFICE, name="Of another installation", email="office@example.org").save(force_insert=True)
    assert delete_again([]) == ""


def test_a_superuser_of_the_office_stays_without_it(office, staff, delete_now):
    User.objects.filter(pk=staff.pk).update(pro=office[Pro])
    delete_now(office[Pro])
    staff.refresh_from_db()
    assert (staff.pro, staff.is_active) == (None, True)
