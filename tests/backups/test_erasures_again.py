"""A person erased after a backup is erased again when it is restored."""

from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contact_requests.models import ContactRequest
from contacts.models import Contact, Erasure
from contacts.privacy.erasing import erase, plan_erasure
from inquiries.models import Inquiry
from tests.factories import InquiryFactory, RequestFactory

from .databases import Installation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
# Names of contacts and of contact requests, words of inquiries, states of erasures.
SHOWN = ((Contact, "name"), (ContactRequest, "name"), (Inquiry, "message"), (Erasure, "state"))


@pytest.fixture
def backed_up(here, pro, shipped, tmp_path) -> tuple[Contact, Path]:
    """Anna with a contact request and an inquiry, and a backup that has her; she is erased after it."""
    anna = RequestFactory(property__pro=pro, name="Anna Peeters", email="anna@example.org").contact
    RequestFactory(property__pro=pro, name="Bert", email="bert@example.org")
    InquiryFactory(pro=pro, inquiry_type=shipped["question"], contact=anna, message="Van Anna")
    here.call("backup", str(tmp_path / "backups"))
    (archive,) = (tmp_path / "backups").iterdir()
    erase(plan_erasure(anna, reason="asked", by=None))
    return anna, archive


def left(installation: Installation) -> list[list[str]]:
    """The sorted texts of SHOWN."""
    with installation.connected():
        return [sorted(rows.objects.values_list(name, flat=True)) for rows, name in SHOWN]


def test_a_list_is_handed_to_the_restore(backed_up, here, new, tmp_path):
    anna, archive = backed_up
    listed = tmp_path / "erasures.jsonl"
    listed.write_text(here.call("erasures"))
    assert str(anna.pk) in listed.read_text() and "Anna" not in listed.read_text()
    output = new.run("restore", str(archive), "--erasures", str(listed))
    assert output.splitlines()[-1] == "1 erased persons of the backup are erased again, of 1 on the list"
    assert left(new) == [["Bert"], ["Bert"], [""], ["done"]]
    assert new.call("verify_history").startswith("All seals fit: 2 status changes")
    assert str(anna.pk) in new.call("erasures")


def test_a_job_that_ran_when_the_backup_was_made_does_not_hold_it_up(here, new, pro, tmp_path):
    anna = RequestFactory(property__pro=pro, name="Anna Peeters", email="anna@example.org").contact
    erasure = plan_erasure(anna, reason="asked", by=None)
    args = {"args": [str(anna.pk)], "kwargs": {}}
    job = {"task_path": "contacts.conversations.sending.send_message", "args_kwargs": args, "worker_ids": ["gone"]}
    DBTaskResult.objects.create(
        **job, status="RUNNING", started_at=timezone.now(), backend_name="default", run_after=timezone.now()
    )
    here.call("backup", str(tmp_path / "backups"))
    (archive,) = (tmp_path / "backups").iterdir()
    DBTaskResult.objects.all().delete()
    erase(erasure)
    listed = tmp_path / "erasures.jsonl"
    listed.write_text(here.call("erasures"))
    output = new.run("restore", str(archive), "--erasures", str(listed))
    assert output.splitlines()[-1] == "1 erased persons of the backup are erased again, of 1 on the list"
    assert left(new) == [[], [], [], ["done"]]


def test_it_can_be_handed_in_afterwards(backed_up, here, new, tmp_path):
    _anna, archive = backed_up
    listed = tmp_path / "erasures.jsonl"
    listed.write_text(here.call("erasures"))
    new.run("restore", str(archive))
    assert left(new) == [["Anna Peeters", "Bert"], ["Anna Peeters", "Bert"], ["Van Anna"], []]
    assert new.call("erase_again", "--erasures", str(listed)).startswith("1 erased persons")
    assert left(new) == [["Bert"], ["Bert"], [""], ["done"]]
    assert new.call("erase_again").startswith("0 erased persons")


def test_a_list_that_is_none_is_named(backed_up, new, tmp_path):
    _anna, archive = backed_up
    listed = tmp_path / "erasures.jsonl"
    listed.write_text("Anna\n")
    assert "the list of erasures cannot be read" in new.refused("restore", str(archive), "--erasures", str(listed))
