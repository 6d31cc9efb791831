"""An import is undone: its contacts are archived and its values taken back, unless somebody has used them since."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.book.merging import merge_contacts
from contacts.importing import jobs
from contacts.importing.jobs import start_undo
from contacts.models import Contact, ContactIdentity, ContactImport, ContactMessage, ContactNote
from contacts.models.contact_import import prune_imports
from tests.factories import PropertyFactory, RequestFactory

from ..imports import fail_second_batch, imported, many

ANNA = "name,email,phone,note\nAnna,anna@x.org,0612345678,Has a dog\n"


def undo(contact_import, user, work_tasks):
    assert start_undo(contact_import, by=user)
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.undone_by) == ("undone", user)
    return {key: count for key, count in contact_import.counts.items() if key in contact_import.rows.model.Undo.values}


def results(contact_import):
    return dict(contact_import.rows.order_by("number").values_list("number", "undo"))


def events(contact):
    return list(contact.events.values_list("kind", "changes", "user"))


def test_a_created_contact_is_archived(user, work_tasks):
    contact_import = imported(user, ANNA, work_tasks)
    contact = Contact.objects.get()
    assert undo(contact_import, user, work_tasks) == {"undone": 1}
    contact.refresh_from_db()
    assert contact.deleted_at is not None
    assert ContactIdentity.objects.held().count() == 0
    assert events(contact) == [
        ("created", {}, user.pk),
        ("unimported", {"import": [str(contact_import.pk), "contacts.csv"]}, user.pk),
        ("deleted", {}, user.pk),
    ]
    assert contact_import.counts == {"create": 1, "undone": 1}
    assert contact_import.undone_at >= contact_import.finished_at


def test_it_can_be_imported_again(user, pro, work_tasks):
    undo(imported(user, ANNA, work_tasks), user, work_tasks)
    again = imported(user, ANNA, work_tasks)
    assert (again.counts, Contact.objects.for_pro(pro).get().name) == ({"create": 1}, "Anna")


def test_a_person_twice_in_the_file_is_archived_once(user, pro, work_tasks):
    text = "name,email,phone,note\nAnna,anna@x.org,,\nAnna,anna@x.org,0612345678,\nAnna,,0612345678,Dog\n"
    contact_import = imported(user, text, work_tasks)
    assert undo(contact_import, user, work_tasks) == {"undone": 1}
    assert results(contact_import) == {2: "undone", 3: "", 4: ""}
    assert list(Contact.objects.for_pro(pro)) == []


def write(contact, address="anna@x.org"):
    state = ContactMessage.State.RECEIVED
    ContactMessage.objects.create(pro=contact.pro, contact=contact, channel="email", address=address, state=state)


def touch_message(contact, user):
    write(contact)


def touch_request(contact, user):
    RequestFactory(contact=contact, property=PropertyFactory(pro=contact.pro))


def touch_field(contact, user):
    contact.change({"status": "renter"}, by=user)


def touch_and_back(contact, user):
    contact.change({"status": "renter"}, by=user)
    contact.change({"status": "prospect"}, by=user)


def touch_archive(contact, user):
    contact.archive(by=user)
    contact.restore(by=user)


def touch_note(contact, user):
    ContactNote.objects.add_note(contact, "Called", by=user)


def touch_note_of_import(contact, user):
    contact.notes.get().change_body("Has two dogs", expected="Has a dog")


def touch_merge(contact, user):
    merge_contacts(Contact.objects.register(contact.pro, name="Ann", email="ann@x.org"), contact, by=user)


def touch_merge_kept(contact, user):
    merge_contacts(contact, Contact.objects.register(contact.pro, name="Ann", email="ann@x.org"), by=user)


@pytest.mark.parametrize(
    "touch, reason",
    [
        (touch_message, "used"),
        (touch_request, "used"),
        (touch_field, "changed"),
        (touch_and_back, "changed"),
        (touch_archive, "changed"),
        (touch_note, "noted"),
        (touch_note_of_import, "noted"),
        (touch_merge, "merged"),
        (touch_merge_kept, "merged"),
    ],
)
def test_a_created_contact_that_somebody_worked_with_stays(user, work_tasks, touch, reason):
    contact_import = imported(user, ANNA + "Bea,bea@x.org,,\n", work_tasks)
    contact = Contact.objects.get(name="Anna")
    touch(contact, user)
    before = Contact.objects.values().get(pk=contact.pk)
    assert undo(contact_import, user, work_tasks) == {reason: 1, "undone": 1}
    assert results(contact_import) == {2: reason, 3: "undone"}
    assert Contact.objects.values().get(pk=contact.pk) == before
    assert contact_import.undone_count == 1
    assert [count for _label, count in contact_import.not_undone] == [1]


def test_a_contact_of_another_import_stays_until_that_is_undone(user, pro, work_tasks):
    first, second = imported(user, ANNA, work_tasks), imported(user, ANNA + "Bea,bea@x.org,,\n", work_tasks)
    assert undo(first, user, work_tasks) == {"imported": 1}
    assert undo(second, user, work_tasks) == {"undone": 1}
    assert [contact.name for contact in Contact.objects.for_pro(pro)] == ["Anna"]


def test_an_archived_or_erased_contact_is_undone_already(user, work_tasks):
    contact_import = imported(user, ANNA + "Bea,bea@x.org,,\n", work_tasks)
    Contact.objects.get(name="Anna").archive(by=user)
    ContactImport.objects.get().rows.filter(number=3).update(contact=None)
    assert undo(contact_import, user, work_tasks) == {"undone": 2}


@pytest.fixture
def known(pro):
    return Contact.objects.register(pro, name="Anna", email="anna@x.org")


def test_added_values_are_taken_back(user, known, work_tasks):
    contact_import = imported(user, ANNA, work_tasks)
    known.refresh_from_db()
    assert (known.phone, known.notes.present().count()) == ("+33612345678", 1)
    assert undo(contact_import, user, work_tasks) == {"undone": 1}
    known.refresh_from_db()
    assert (known.email, known.phone, known.deleted_at) == ("anna@x.org", "", None)
    assert list(known.identities.values_list("channel", "external_id")) == [("email", "anna@x.org")]
    assert known.notes.present().count() == 0
    assert events(known)[2:] == [
        ("unimported", {"import": [str(contact_import.pk), "contacts.csv"]}, user.pk),
        ("changed", {"phone": ["+33612345678", ""]}, user.pk),
    ]


def test_a_value_that_somebody_changed_stays(user, known, work_tasks):
    contact_import = imported(user, ANNA, work_tasks)
    Contact.objects.get().change({"phone": "+33699999999"}, by=user)
    assert undo(contact_import, user, work_tasks) == {"changed": 1}
    known.refresh_from_db()
    assert known.phone == "+33699999999"


def test_a_value_that_somebody_cleared_is_undone_already(user, known, work_tasks):
    contact_import = imported(user, "name,email,phone\nAnna,anna@x.org,0612345678\n", work_tasks)
    Contact.objects.get().change({"phone": ""}, by=user)
    assert undo(contact_import, user, work_tasks) == {"undone": 1}
    assert [kind for kind, _changes, _user in events(known)] == ["created", "changed", "changed"]


def test_the_last_address_stays(user, known, work_tasks):
    contact_import = imported(user, "name,email,phone,referred by\nAnna,anna@x.org,0612345678,Jan\n", work_tasks)
    Contact.objects.get().change({"email": ""}, by=user)
    assert undo(contact_import, user, work_tasks) == {"needed": 1}
    known.refresh_from_db()
    assert (known.email, known.phone, known.referral_source) == ("", "+33612345678", "")


@pytest.mark.parametrize("address", ["+33612345678", "33612345678"])
def test_an_address_that_was_written_from_stays(user, known, work_tasks, address):
    contact_import = imported(user, ANNA, work_tasks)
    write(known, address)
    assert undo(contact_import, user, work_tasks) == {"used": 1}
    known.refresh_from_db()
    assert (known.phone, known.notes.present().count()) == ("+33612345678", 0)


def test_an_archived_contact_is_not_changed(user, known, work_tasks):
    contact_import = imported(user, ANNA, work_tasks)
    Contact.objects.get().archive(by=user)
    assert undo(contact_import, user, work_tasks) == {"merged": 1}


def test_an_address_by_which_a_contact_was_recognised_is_free_again(user, pro, work_tasks):
    """The import made the second e-mail one of Anna's; afterwards it is nobody's."""
    anna = Contact.objects.register(pro, name="Anna", email="anna@x.org", phone="+33612345678")
    contact_import = imported(user, "name,email,phone\nAnna,second@x.org,0612345678\nBea,bea@x.org,\n", work_tasks)
    assert anna.identities.filter(external_id="second@x.org").exists()
    assert undo(contact_import, user, work_tasks) == {"undone": 2}
    assert sorted(anna.identities.values_list("external_id", flat=True)) == ["+33612345678", "anna@x.org"]


def test_it_is_undone_once(user, work_tasks):
    contact_import = imported(user, ANNA, work_tasks)
    assert [start_undo(contact_import, by=user), start_undo(contact_import, by=user)] == [True, False]
    work_tasks()
    assert not start_undo(contact_import, by=user)
    assert DBTaskResult.objects.filter(task_path="contacts.importing.jobs.undo_import").count() == 1


def test_without_its_rows_it_cannot_be_undone(user, work_tasks):
    contact_import = imported(user, ANNA, work_tasks)
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=31))
    prune_imports()
    assert not start_undo(contact_import, by=user)
    assert Contact.objects.get().deleted_at is None


def test_an_undone_import_stays_undone_when_its_rows_are_deleted(user, work_tasks):
    contact_import = imported(user, ANNA, work_tasks)
    undo(contact_import, user, work_tasks)
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=31))
    prune_imports()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.is_forgotten, contact_import.undone_count) == ("undone", True, 1)


def test_a_long_one_hands_over_and_goes_on_after_a_failure(user, pro, work_tasks, monkeypatch):
    contact_import = imported(user, many(20), work_tasks)
    monkeypatch.setattr(jobs, "UNDO_BATCH", 7)
    fail_second_batch(monkeypatch)
    start_undo(contact_import, by=user)
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.error, contact_import.done) == ("undoing", "RuntimeError", 7)
    assert Contact.objects.for_pro(pro).count() == 13
    jobs.undo_import.call(str(contact_import.pk))
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts) == ("undone", {"create": 20, "undone": 20})
    assert Contact.objects.for_pro(pro).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_undo_once(user, pro, work_tasks, at_once, monkeypatch):
    contact_import = imported(user, many(30), work_tasks)
    monkeypatch.setattr(jobs, "UNDO_BATCH", 5)
    clicks = at_once(3, lambda _n: start_undo(ContactImport.objects.get(pk=contact_import.pk), by=user))
    assert sorted(clicks) == [False, False, True]
    at_once(3, lambda _n: jobs.undo_import.call(str(contact_import.pk)))
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts) == ("undone", {"create": 30, "undone": 30})
    kinds = [contact.events.count() for contact in Contact.objects.for_pro(pro, deleted=True)]
    assert kinds == [3] * 30
