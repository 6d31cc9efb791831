"""Undo a merge."""

import pytest
from django.core.exceptions import ValidationError

from contact_requests.models import ContactRequest
from contacts.book.merging import (
    merge_contacts,
    undo_merge,
)
from contacts.models import Contact, ContactEvent, ContactIdentity, ContactMerge
from tests.factories import RequestFactory

from .merges import ANNA, ANNE, MOBILE, PHONE, find, held, kinds, row


def test_an_undone_merge_leaves_everything_as_it_was(anna, anne, house, user):
    requests = [RequestFactory(property=house, contact=contact) for contact in (anna, anne, anne)]
    for request in requests:
        request.contact.note_word(request.created_at)

    def everything():
        rows = [row(anna), row(anne)]
        for stored in rows:
            stored.pop("updated_at")
        return [
            rows,
            list(ContactIdentity.objects.order_by("pk").values()),
            *(ContactRequest.objects.in_bulk().items()),
        ]

    before = everything()
    merge = merge_contacts(anna, anne, copy_fields={"name", "email", "phone", "role", "referral_source"}, by=user)
    assert ContactRequest.objects.filter(contact=anna).count() == len(requests)
    undo_merge(merge, by=user)
    assert everything() == before
    assert [ContactRequest.objects.get(pk=request.pk).contact_id for request in requests] == [anna.pk, anne.pk, anne.pk]


def test_an_undo_is_recorded_for_both(anna, anne, user):
    merge = merge_contacts(anna, anne, copy_fields={"name"}, by=user)
    undo_merge(merge, by=user)
    stored = ContactMerge.objects.get()
    assert (stored.undone_by, stored.undone_at is None, merge.undone_at) == (user, False, stored.undone_at)
    assert (kinds(anna), kinds(anne)) == (["created", "merged", "unmerged"], ["created", "unmerged"])
    assert [(e.changes, e.user) for e in ContactEvent.objects.filter(kind="unmerged").order_by("pk")] == [
        ({"absorbed": [str(anne.pk), "Anne"], "name": ["Anne", "Anna"]}, user),
        ({"survivor": [str(anna.pk), "Anna"]}, user),
    ]


def test_requests_since_the_merge_stay_with_the_kept_contact(pro, anna, anne, house, user):
    old = RequestFactory(property=house, contact=anne)
    merge = merge_contacts(anna, anne, by=user)
    new = RequestFactory(property=house, contact=anna)
    find(pro, email=ANNE, phone=MOBILE)
    undo_merge(merge, by=user)
    assert [ContactRequest.objects.get(pk=request.pk).contact_id for request in (old, new)] == [anne.pk, anna.pk]
    assert (find(pro, email=ANNE), find(pro, phone=MOBILE)) == (anne, anna)


def test_a_field_changed_since_stays(anna, anne, user):
    merge = merge_contacts(anna, anne, copy_fields={"name", "role", "email"}, by=user)
    anna.change({"role": "vendor"}, by=user)
    undo_merge(merge, by=user)
    stored = row(anna)
    assert (stored["name"], stored["role"], stored["email"]) == ("Anna", "vendor", ANNA)
    assert row(anne)["role"] == "tenant"


def test_an_address_removed_since_is_held_again(pro, anna, anne, user):
    merge = merge_contacts(anna, anne, copy_fields={"email"}, by=user)
    anna.change({"email": "new@example.org"}, by=user)
    undo_merge(merge, by=user)
    assert held(anne) == [("email", ANNE)]
    assert held(anna) == [("email", ANNA), ("email", "new@example.org"), ("phone", PHONE)]


def test_an_address_that_another_contact_holds_by_now_stays_there(pro, anna, anne, user):
    merge = merge_contacts(anna, anne, copy_fields={"email"}, by=user)
    anna.change({"email": "new@example.org"}, by=user)
    new = find(pro, email=ANNE)
    undo_merge(merge, by=user)
    assert (held(new), held(anne)) == ([("email", ANNE)], [])
    assert find(pro, email=ANNE) == new


def test_a_kept_contact_without_another_address_keeps_the_copied_one(known, user):
    by_phone, by_mail = known(phone=PHONE), known(email=ANNE)
    merge = merge_contacts(by_phone, by_mail, copy_fields={"email"}, by=user)
    by_phone.change({"phone": None}, by=user)
    undo_merge(merge, by=user)
    assert [(row(c)["email"], row(c)["phone"]) for c in (by_phone, by_mail)] == [(ANNE, ""), (ANNE, "")]
    assert (held(by_phone), held(by_mail)) == ([], [("email", ANNE)])


def test_a_merge_is_undone_once(anna, anne, user):
    merge = merge_contacts(anna, anne, by=user)
    stale = ContactMerge.objects.get()
    undo_merge(merge, by=user)
    for again in (merge, stale):
        with pytest.raises(ValidationError) as raised:
            undo_merge(again, by=user)
        assert raised.value.messages == ["This merge was undone already."]
    assert kinds(anna).count("unmerged") == 1


def test_of_a_chain_the_last_merge_is_undone_first(known, anna, anne, house, user):
    third = known("Third", phone=MOBILE)
    request = RequestFactory(property=house, contact=anne)
    first = merge_contacts(anna, anne, by=user)
    second = merge_contacts(third, anna, by=user)
    with pytest.raises(ValidationError) as raised:
        undo_merge(first, by=user)
    assert raised.value.messages == ["Undo the later merge first."]
    assert row(anne)["merged_into_id"] == anna.pk
    undo_merge(second, by=user)
    undo_merge(ContactMerge.objects.get(pk=first.pk), by=user)
    assert (held(third), held(anna), held(anne)) == (
        [("phone", MOBILE)],
        [("email", ANNA), ("phone", PHONE)],
        [("email", ANNE)],
    )
    assert ContactRequest.objects.get(pk=request.pk).contact_id == anne.pk


def test_a_later_merge_of_the_same_field_is_undone_first(known, anna, anne, user):
    third = known("Third", phone=MOBILE)
    first, second = (merge_contacts(anna, other, copy_fields={"name"}, by=user) for other in (anne, third))
    with pytest.raises(ValidationError) as raised:
        undo_merge(first, by=user)
    assert raised.value.messages == ["Undo the later merge first."]
    undo_merge(second, by=user)
    undo_merge(first, by=user)
    assert row(anna)["name"] == "Anna"


def test_merges_of_other_fields_are_undone_in_any_order(known, anna, anne, user):
    third = known("Third", phone=MOBILE)
    first, second = (
        merge_contacts(anna, anne, copy_fields={"name"}, by=user),
        merge_contacts(anna, third, copy_fields={"phone"}, by=user),
    )
    undo_merge(first, by=user)
    assert (row(anna)["name"], row(anna)["phone"]) == ("Anna", MOBILE)
    undo_merge(second, by=user)
    assert row(anna)["phone"] == PHONE
    assert [held(contact) for contact in (anna, anne, third)] == [
        [("email", ANNA), ("phone", PHONE)],
        [("email", ANNE)],
        [("phone", MOBILE)],
    ]


def test_an_archived_kept_contact_is_restored_first(anna, anne, user):
    merge = merge_contacts(anna, anne, by=user)
    anna.archive(by=user)
    with pytest.raises(ValidationError) as raised:
        undo_merge(merge, by=user)
    assert raised.value.messages == ["Anna is archived: restore it first."]
    anna.restore(by=user)
    undo_merge(merge, by=user)
    assert (held(anna), held(anne)) == ([("email", ANNA), ("phone", PHONE)], [("email", ANNE)])


def test_an_address_that_was_removed_and_entered_again_goes_back(pro, user):
    stayed = Contact.objects.register(pro, name="S", email="s@example.org")
    other = Contact.objects.register(pro, name="X", email="x@example.org")
    merge = merge_contacts(stayed, other, copy_fields=["email"], by=user)
    for email in ("z@example.org", "x@example.org"):
        stayed.change({"email": email}, by=user)
    undo_merge(merge, by=user)
    stayed.refresh_from_db()
    assert stayed.email == "s@example.org"
    assert Contact.objects.find_or_create(pro, name="W", email="x@example.org", source="contact_form") == other
