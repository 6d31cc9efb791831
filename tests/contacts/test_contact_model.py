"""Rules that hold for a contact however it is stored."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts.book.merging import merge_contacts
from contacts.languages import ISO_639_1
from contacts.models import Contact, ContactIdentity

from ..factories import ContactFactory

pytestmark = pytest.mark.dialect


@pytest.fixture
def jane(contact):
    return contact(name="Jane", email="jane@example.com", phone="+15551234567")


@pytest.mark.parametrize(
    "broken",
    [
        {"name": ""},
        {"email": "", "phone": ""},
        {"status": "applicant"},
        {"applied_at": timezone.now()},
    ],
)
def test_the_database_refuses_invalid_rows(jane, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.update(**broken)


def test_applied_at_follows_the_status_by_plain_save_too(jane):
    jane.status = "applicant"
    jane.save(update_fields=["status"])
    applied = Contact.objects.get().applied_at
    assert applied is not None
    jane.save()
    assert Contact.objects.get().applied_at == applied
    jane.status = "renter"
    jane.save(update_fields=["status"])
    assert Contact.objects.get().applied_at is None


def test_the_search_text_follows_by_plain_save_too(jane):
    jane.name = "Hélène"
    jane.save(update_fields=["name"])
    assert Contact.objects.get().search_text == "helene\njane@example.com\n+15551234567"


def test_events_name_their_user(jane, user):
    assert jane.change({"name": "Janet"}, by=user) == {"name": ["Jane", "Janet"]}
    jane.archive(by=user)
    jane.restore(by=user)
    rows = list(jane.events.values_list("kind", "changes", "user", "token"))
    assert rows == [
        ("changed", {"name": ["Jane", "Janet"]}, user.pk, None),
        ("deleted", {}, user.pk, None),
        ("restored", {}, user.pk, None),
    ]


@pytest.mark.parametrize("name", ["applied_at", "deleted_at", "pro", "id", "search_text"])
def test_no_other_field_can_be_changed(jane, name):
    with pytest.raises(ValueError, match=name):
        jane.change({name: "x"}, by=None)


def test_an_archived_contact_is_not_changed(jane):
    stale = Contact.objects.get()
    jane.archive(by=None)
    with pytest.raises(Contact.DoesNotExist):
        stale.change({"name": "x"}, by=None)
    with pytest.raises(Contact.DoesNotExist):
        Contact.objects.fill_in(stale, {"email": "new@example.org"})
    assert not ContactIdentity.objects.held().exists()


def test_for_pro_with_and_without_archived_contacts(pro, jane, contact):
    ContactFactory().archive(by=None)
    gone = contact()
    gone.archive(by=None)
    assert list(Contact.objects.for_pro(pro)) == [jane]
    assert list(Contact.objects.for_pro(pro, deleted=True)) == [gone]


def test_the_languages():
    # The 183 of today and "bh", which was withdrawn in 2021 and is still in use.
    assert len(ISO_639_1) == 184
    assert {"en", "fr", "nl", "es", "de"} <= ISO_639_1
    assert all(len(code) == 2 and code.islower() for code in ISO_639_1)


def test_saving_an_older_copy_keeps_the_status_and_its_time(pro):
    contact = ContactFactory(pro=pro)
    older = Contact.objects.get(pk=contact.pk)
    contact.change({"status": "applicant"}, by=None)
    older.name = "Corrected"
    older.save(update_fields=["name"])
    stored = Contact.objects.get(pk=contact.pk)
    assert (stored.name, stored.status, stored.applied_at) == ("Corrected", "applicant", contact.applied_at)


def find(pro, email):
    return Contact.objects.find_or_create(pro, name="Writer", email=email, source="contact_form")


def test_a_restored_contact_is_recognised_by_its_own_address(pro, user):
    first, second = (Contact.objects.register(pro, name=name, email="e@example.org") for name in "ab")
    second.archive(by=user)
    first.archive(by=user)
    second.restore(by=user)
    assert find(pro, "e@example.org") == second


def test_an_identity_from_a_merge_is_passed_on(pro, user):
    stayed = Contact.objects.register(pro, name="S", email="s@example.org")
    merged = Contact.objects.register(pro, name="X", email="x@example.org")
    third = Contact.objects.register(pro, name="T", email="s@example.org")
    merge_contacts(stayed, merged, copy_fields=["email"], by=user)
    stayed.archive(by=user)
    assert find(pro, "s@example.org") == third
