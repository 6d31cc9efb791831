"""A contact that was merged into another."""

import pytest

from contacts.book.merging import (
    merge_contacts,
)
from contacts.models import Contact, ContactIdentity, ContactMerge
from tests.factories import ContactFactory, ProFactory

from .merges import MOBILE, row


def test_a_merged_contact_is_neither_in_the_book_nor_archived(pro, anna, anne, user):
    merge_contacts(anna, anne, by=user)
    assert list(Contact.objects.for_pro(pro)) == [anna]
    assert list(Contact.objects.for_pro(pro, deleted=True)) == []
    for attempt in (anne.restore, anne.archive):
        with pytest.raises(Contact.DoesNotExist):
            attempt(by=user)
    with pytest.raises(Contact.DoesNotExist):
        anne.change({"name": "x"}, by=user)
    assert row(anne)["merged_into_id"] == anna.pk


def test_the_kept_contact_is_the_end_of_the_chain(pro, known, anna, anne, user):
    third = known("Third", phone=MOBILE)
    merge_contacts(anna, anne, by=user)
    merge_contacts(third, anna, by=user)
    assert [Contact.objects.get_kept_contact(pro, contact.pk) for contact in (anna, anne)] == [third, third]
    third.archive(by=user)
    assert Contact.objects.get_kept_contact(pro, anne.pk) == third


def test_another_pro_has_no_kept_contact(pro, anna, anne, user):
    merge_contacts(anna, anne, by=user)
    archived = ContactFactory(pro=pro)
    archived.archive(by=user)
    for other, pk in ((ProFactory(), anne.pk), (pro, anna.pk), (pro, archived.pk)):
        with pytest.raises(Contact.DoesNotExist):
            Contact.objects.get_kept_contact(other, pk)


def test_the_api_answers_404(api, anna, anne, user):
    merge_contacts(anna, anne, by=user)
    path = f"/api/v1/contacts/{anne.pk}"
    for answer in (api.get(path), api.patch(path, {"name": "x"}), api.delete(path)):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert api.get(f"/api/v1/contacts/{anna.pk}").status_code == 200
    assert api.get("/api/v1/contacts").json()["pagination"]["total"] == 1


def test_deleting_the_kept_contact_deletes_the_merged_one(anna, anne, user):
    merge_contacts(anna, anne, by=user)
    anna.delete()
    assert (Contact.objects.count(), ContactMerge.objects.count(), ContactIdentity.objects.count()) == (0, 0, 0)
