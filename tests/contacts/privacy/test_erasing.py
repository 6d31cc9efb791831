"""An erasure is planned, undone within a week, or done by a job."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.book.merging import merge_contacts
from contacts.models import Contact, ErasedRecord, Erasure
from contacts.privacy.copies import StillWorkingError
from contacts.privacy.erased_list import read_list
from contacts.privacy.erasing import NotPlannedError, erase, erase_person, plan_erasure, undo_erasure
from inquiries.history.chain import verify_chains
from inquiries.models import HistoryErasure, Inquiry
from tests.contacts.imports import checked, uploaded
from tests.factories import ContactFactory, RequestFactory

pytestmark = pytest.mark.django_db


def due(erasure):
    Erasure.objects.filter(pk=erasure.pk).update(due_at=timezone.now())
    DBTaskResult.objects.update(run_after=timezone.now())


def test_a_planned_erasure_takes_the_person_out_of_all_lists(anna, user):
    erasure = plan_erasure(anna, reason="asked", by=user)
    assert (erasure.state, erasure.person, erasure.user, erasure.was_present) == ("planned", anna.pk, user, True)
    assert erasure.due_at - erasure.created_at == timedelta(days=7)
    assert not Contact.objects.for_pro(anna.pro).exists()
    assert plan_erasure(anna, reason="mistake", by=user) == erasure


def test_it_can_be_undone_and_the_person_is_back(anna, user):
    erasure = plan_erasure(anna, reason="asked", by=user)
    undo_erasure(erasure, by=user)
    assert list(Contact.objects.for_pro(anna.pro)) == [anna]
    assert (erasure.state, erasure.ended_at is None) == ("undone", False)
    with pytest.raises(NotPlannedError):
        undo_erasure(erasure, by=user)


def test_restoring_the_contact_undoes_it(anna, user):
    erasure = plan_erasure(anna, reason="asked", by=user)
    anna.restore(by=user)
    erasure.refresh_from_db()
    assert erasure.state == "undone"


def test_who_was_archived_before_stays_archived_when_it_is_undone(anna, user):
    anna.archive(by=user)
    undo_erasure(plan_erasure(anna, reason="asked", by=user), by=user)
    assert list(Contact.objects.for_pro(anna.pro, deleted=True)) == [anna]


def test_a_reason_is_one_of_those_given(anna, user):
    with pytest.raises(ValidationError):
        plan_erasure(anna, reason="Anna asked me", by=user)
    assert not Erasure.objects.exists()


def test_nothing_happens_before_its_time_or_after_it_was_undone(anna, user):
    erasure = plan_erasure(anna, reason="asked", by=user)
    erase_person.func(str(erasure.pk))
    assert Contact.objects.filter(pk=anna.pk).exists()
    undo_erasure(erasure, by=user)
    due(erasure)
    erase_person.func(str(erasure.pk))
    assert Contact.objects.filter(pk=anna.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_job_erases_when_its_time_has_come(anna, work_tasks):
    erasure = plan_erasure(anna, reason="asked", by=None)
    due(erasure)
    work_tasks()
    erasure.refresh_from_db()
    assert (erasure.state, Contact.objects.filter(pk=anna.pk).exists()) == ("done", False)
    assert erasure.counts == {"contacts": 1, "events": 1, "identities": 2, "messages": 1, "notes": 1, "requests": 1}
    assert [(entry.person, entry.reason) for entry in read_list()] == [(anna.pk, "asked")]


def test_what_is_left_has_times_and_states(anna, erase_now):
    request = anna.contact_requests.get()
    request.mark("read", by=None)
    erase_now(anna)
    records = ErasedRecord.objects.order_by("kind").values_list("kind", "state", "at", "moves")
    moved = records[1][3][0].pop()
    assert moved > request.created_at.isoformat()
    assert [(kind, state, moves) for kind, state, _at, moves in records] == [
        ("message", "received", []),
        ("request", "read", [["new", "read", moved]]),
    ]


def test_an_inquiry_stays_without_customer_and_words(inquiry, erase_now):
    erase_now(inquiry.contact)
    inquiry.refresh_from_db()
    named = ("subject", "message", "user_id", "created_by", "contact", "business", "search_text")
    assert [getattr(inquiry, name) for name in named] == ["", "", None, None, None, {}, ""]
    assert inquiry.person == {
        **dict.fromkeys(("first_name", "last_name", "email", "phone", "language"), ""),
        "address": {},
    }
    assert (inquiry.status, inquiry.budget, inquiry.erased_at is None) == ("cancelled", 4500, False)
    assert [(row.to_status, row.note, row.changed_by) for row in inquiry.history.all()] == [
        ("submitted", "", None),
        ("closed", "", None),
    ]
    assert HistoryErasure.objects.get().inquiry == inquiry
    assert list(verify_chains()) == []


def test_merged_people_go_along(anna, pro, erase_now, user):
    other = RequestFactory(property__pro=pro, name="A. Peeters", email="a.peeters@example.org").contact
    merge_contacts(anna, other, by=user)
    erasure = erase_now(anna)
    assert not Contact.objects.exists()
    assert erasure.counts["contacts"] == 2 and erasure.counts["merges"] == 1


def test_an_inquiry_of_another_contact_stays(inquiry, pro, erase_now):
    other = ContactFactory(pro=pro)
    own = Inquiry.objects.get(pk=inquiry.pk)
    Inquiry.objects.filter(pk=inquiry.pk).update(contact=other)
    erase_now(inquiry.contact)
    own.refresh_from_db()
    assert (own.contact, own.subject) == (other, "Keuken van Anna")


def test_a_job_about_the_person_is_waited_for(anna, erase_now):
    DBTaskResult.objects.create(
        id=uuid.uuid4(),
        status="RUNNING",
        args_kwargs={"args": [str(anna.contact_requests.get().pk)], "kwargs": {}},
        task_path="contact_requests.mails.notify",
        queue_name="mail",
        backend_name="default",
        run_after=timezone.now(),
    )
    with pytest.raises(StillWorkingError):
        erase_now(anna)
    assert Contact.objects.filter(pk=anna.pk).exists()
    assert list(read_list()) == []


def test_an_import_does_not_bring_them_back(anna, user, erase_now, work_tasks):
    erase_now(anna)
    text = "Name,Email,Phone\nAnna,ANNA@example.org,\nBert,,0032470000001\nChris,chris@example.org,\n"
    contact_import = checked(user, text, work_tasks)
    rows = contact_import.rows.order_by("number").values_list("outcome", "reasons")
    erased = "This person was erased. Add them by hand if you mean to."
    assert list(rows) == [("refuse", {"email": erased}), ("refuse", {"phone": erased}), ("create", {})]


def test_an_import_that_waits_is_emptied_of_them(anna, user, erase_now):
    contact_import = uploaded(user, "Name,Email\nAnna,Anna@example.org\nBert,bert@example.org\n")
    erase_now(anna)
    assert list(contact_import.rows.order_by("number").values_list("values", "outcome")) == [
        ([], "refuse"),
        (["Bert", "bert@example.org"], ""),
    ]


def test_who_writes_again_is_received(anna, pro, erase_now):
    erase_now(anna)
    again = Contact.objects.find_or_create(pro, name="Anna", email="anna@example.org", source="contact_form")
    assert list(Contact.objects.for_pro(pro)) == [again]


def test_an_erasure_that_is_done_again_changes_nothing(anna, erase_now):
    erasure = erase_now(anna)
    with pytest.raises(NotPlannedError):
        erase(Erasure.objects.get(pk=erasure.pk))
    assert Erasure.objects.values().get() == Erasure.objects.filter(pk=erasure.pk).values().get()
    assert Erasure.objects.get().counts == erasure.counts
