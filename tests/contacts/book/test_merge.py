"""Merge two contacts."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from contact_requests.models import ContactRequest
from contacts.book.merging import (
    OutdatedMergeError,
    differing_fields,
    fields_to_fill,
    fingerprint,
    merge_contacts,
)
from contacts.book.related_rows import contact_relations
from contacts.models import Contact, ContactIdentity, ContactMerge
from tests.factories import ProFactory, RequestFactory

from .merges import ANNA, ANNE, MOBILE, PHONE, find, held, kinds, row


def test_the_two_rows_after_a_merge(anna, anne, user):
    before, other = row(anna), row(anne)
    merge_contacts(anna, anne, copy_fields={"email", "role"}, by=user)
    after = row(anna)
    assert after == before | {
        "email": ANNE,
        "role": "tenant",
        "search_text": anna.make_search_text(),
        "updated_at": after["updated_at"],
    }
    gone = row(anne)
    assert gone["deleted_at"] is not None
    assert gone == other | {
        "deleted_at": gone["deleted_at"],
        "merged_into_id": anna.pk,
        "updated_at": gone["updated_at"],
    }


def test_the_merge_as_stored(pro, user, anna, anne, house):
    request = RequestFactory(property=house, contact=anne)
    identity, event = anne.identities.get(), anne.events.get()
    merge = merge_contacts(anna, anne, copy_fields={"email"}, by=user)
    assert ContactMerge.objects.values().get() == {
        "id": merge.pk,
        "pro_id": pro.pk,
        "survivor_id": anna.pk,
        "absorbed_id": anne.pk,
        "fields": {"email": [ANNA, ANNE]},
        "moved": {key: [] for key, _field in contact_relations()}
        | {
            "contact_requests.contactrequest.contact": [str(request.pk)],
            "contacts.contactevent.contact": [str(event.pk)],
            "contacts.contactidentity.contact": [str(identity.pk)],
        },
        "user_id": user.pk,
        "created_at": merge.created_at,
        "undone_at": None,
        "undone_by_id": None,
    }


def test_requests_move_and_are_otherwise_untouched(anna, anne, house, user):
    own, moved = RequestFactory(property=house, contact=anna), RequestFactory(property=house, contact=anne)
    quarantined = RequestFactory(
        property=house, contact=anne, quarantined_at=timezone.now(), quarantine_reason="too_fast"
    )
    before = {r["id"]: r for r in ContactRequest.objects.values()}
    merge_contacts(anna, anne, by=user)
    assert {r["id"]: r for r in ContactRequest.objects.values()} == {
        own.pk: before[own.pk],
        moved.pk: before[moved.pk] | {"contact_id": anna.pk},
        quarantined.pk: before[quarantined.pk] | {"contact_id": anna.pk},
    }


def test_the_kept_contact_has_the_events_of_both(anna, anne, user):
    anne.change({"role": "vendor"}, by=user)
    merge_contacts(anna, anne, copy_fields={"role"}, by=user)
    assert kinds(anna) == ["created", "created", "changed", "merged"]
    event = anna.events.last()
    assert (event.changes, event.user, event.token) == (
        {"absorbed": [str(anne.pk), "Anne"], "role": ["prospect", "vendor"]},
        user,
        None,
    )
    assert kinds(anne) == []


def test_the_next_message_from_either_address_goes_to_the_kept_contact(pro, anna, anne, user):
    find(pro, email="second@example.org", phone=PHONE)
    merge_contacts(anna, anne, by=user)
    assert {find(pro, email=email) for email in (ANNA, ANNE, "second@example.org")} == {anna}
    assert find(pro, phone=PHONE) == anna
    assert held(anna) == [("email", ANNA), ("email", ANNE), ("email", "second@example.org"), ("phone", PHONE)]
    assert held(anne) == []


def test_an_address_that_a_third_contact_holds_stays_there(pro, known, anna, user):
    third = known("Third", phone=MOBILE)
    double = known("Anne", phone=MOBILE, email=ANNE)
    merge_contacts(anna, double, copy_fields={"phone"}, by=user)
    assert row(anna)["phone"] == MOBILE
    assert find(pro, phone=MOBILE) == third


def test_without_copied_fields_the_kept_contact_keeps_its_values(anna, anne, user):
    before = row(anna)
    merge = merge_contacts(anna, anne, by=user)
    assert (row(anna), merge.fields) == (before, {})


def test_differing_fields_and_fields_to_fill(anna, anne):
    assert differing_fields(anna, anne) == ["name", "email", "phone", "role", "referral_source"]
    assert (fields_to_fill(anna, anne), fields_to_fill(anne, anna)) == ({"referral_source"}, {"phone"})


def test_a_choice_that_leaves_no_address_is_refused(known, user):
    by_mail, by_phone = known(email=ANNA), known(phone=PHONE)
    before = [row(by_mail), row(by_phone)]
    with pytest.raises(ValidationError) as raised:
        merge_contacts(by_mail, by_phone, copy_fields={"email"}, by=user)
    assert raised.value.message_dict == {"email": ["Enter an e-mail address or a phone number."]}
    assert [row(by_mail), row(by_phone)] == before
    assert not ContactMerge.objects.exists()


def test_a_value_goes_through_the_rules_of_its_field(anna, anne, user):
    Contact.objects.filter(pk=anne.pk).update(language="xx", name="...")
    with pytest.raises(ValidationError) as raised:
        merge_contacts(anna, anne, copy_fields={"language", "name"}, by=user)
    assert raised.value.message_dict == {
        "language": ["Use a two-letter language code of ISO 639-1, such as en."],
        "name": ["Enter a name."],
    }


@pytest.mark.parametrize("name", ["pro", "id", "deleted_at", "applied_at", "search_text"])
def test_no_other_field_is_copied(anna, anne, user, name):
    with pytest.raises(ValueError, match=name):
        merge_contacts(anna, anne, copy_fields={name}, by=user)
    assert row(anne)["merged_into_id"] is None


def test_a_contact_is_not_merged_with_itself(anna, user):
    with pytest.raises(ValidationError) as raised:
        merge_contacts(anna, Contact.objects.get(), by=user)
    assert raised.value.messages == ["A contact cannot be merged with itself."]
    assert row(anna)["deleted_at"] is None


def test_never_across_pros(anna, user):
    foreign = Contact.objects.register(ProFactory(), name="Anna", email=ANNA)
    RequestFactory(property__pro=foreign.pro, contact=foreign)
    before = [row(anna), row(foreign), list(ContactRequest.objects.values()), list(ContactIdentity.objects.values())]
    lying = Contact.objects.get(pk=foreign.pk)
    lying.pro = anna.pro
    for kept, other in ((anna, foreign), (foreign, anna), (anna, lying), (lying, anna)):
        with pytest.raises(Contact.DoesNotExist):
            merge_contacts(kept, other, copy_fields={"name"}, by=user)
    after = [row(anna), row(foreign), list(ContactRequest.objects.values()), list(ContactIdentity.objects.values())]
    assert (after, ContactMerge.objects.count()) == (before, 0)


def test_an_archived_or_merged_contact_cannot_be_merged(known, anna, anne, user):
    third = known("Third", phone=MOBILE)
    stale = [Contact.objects.get(pk=contact.pk) for contact in (anne, third)]
    merge_contacts(anna, anne, by=user)
    third.archive(by=user)
    for gone in stale:
        for kept, other in ((anna, gone), (gone, anna)):
            with pytest.raises(Contact.DoesNotExist):
                merge_contacts(kept, other, by=user)
    assert ContactMerge.objects.count() == 1


def test_an_outdated_fingerprint_is_refused(anna, anne, user):
    shown = fingerprint(anna, anne)
    assert shown == fingerprint(anne, anna)
    Contact.objects.get(pk=anne.pk).change({"role": "vendor"}, by=user)
    with pytest.raises(OutdatedMergeError):
        merge_contacts(anna, anne, by=user, expected=shown)
    assert not ContactMerge.objects.exists()
    merge_contacts(anna, anne, by=user, expected=fingerprint(anna, anne))
    assert ContactMerge.objects.count() == 1


def test_when_one_part_fails_nothing_is_merged(anna, anne, house, user, monkeypatch):
    RequestFactory(property=house, contact=anne)
    before = [row(anna), row(anne), list(ContactRequest.objects.values()), list(ContactIdentity.objects.values())]

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(Contact, "record_event", fail)
    with pytest.raises(RuntimeError):
        merge_contacts(anna, anne, copy_fields={"email"}, by=user)
    after = [row(anna), row(anne), list(ContactRequest.objects.values()), list(ContactIdentity.objects.values())]
    assert (after, ContactMerge.objects.count()) == (before, 0)


def test_the_database_refuses_a_merged_contact_that_is_not_deleted(anna, anne):
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=anna.pk).update(merged_into=anne)
