"""Merge contacts, and undo merges."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contact_requests import receiving
from contact_requests.models import ContactRequest
from contacts.book.duplicates import mark_distinct
from contacts.book.merging import (
    OutdatedMergeError,
    differing_fields,
    fields_to_fill,
    fingerprint,
    merge_contacts,
    undo_merge,
)
from contacts.book.related_rows import contact_relations, count_related_rows
from contacts.models import Contact, ContactEvent, ContactIdentity, ContactMerge, ContactNote, DistinctPair

from ..factories import ContactFactory, InquiryFactory, ProFactory, PropertyFactory, RequestFactory

ANNA, ANNE = "anna@example.org", "anne@example.org"
PHONE, MOBILE = "+33612345678", "+33699999999"
FIRST, SECOND = (datetime(2026, 2, day, tzinfo=UTC) for day in (10, 11))


@pytest.fixture
def known(pro):
    """Writes down a contact of the owner's, with its identities."""

    def one(name="Anna", **fields):
        return Contact.objects.register(pro, name=name, **fields)

    return one


@pytest.fixture
def anna(known):
    return known(email=ANNA, phone=PHONE)


@pytest.fixture
def anne(known):
    return known("Anne", email=ANNE, role="tenant", referral_source="A friend")


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro)


def row(contact):
    return Contact.objects.values().get(pk=contact.pk)


def held(contact):
    return sorted(contact.identities.held().values_list("channel", "external_id"))


def kinds(contact):
    return list(contact.events.values_list("kind", flat=True))


def find(pro, email="", phone=""):
    return Contact.objects.find_or_create(pro, name="Again", email=email, phone=phone, source="contact_form")


def applied(contact, at):
    """Make it an applicant since `at`."""
    contact.status, contact.applied_at = "applicant", at
    contact.save()
    return contact


# --- What a merge does


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


def test_every_relation_to_a_contact_moves_but_those_about_contacts():
    pointing = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Contact
    }
    about = {
        "contacts.contact.merged_into",
        "contacts.contactmerge.survivor",
        "contacts.contactmerge.absorbed",
        "contacts.distinctpair.first",
        "contacts.distinctpair.second",
    }
    moving = {key for key, _field in contact_relations()}
    assert moving == pointing - about
    assert moving >= {"contacts.contactidentity.contact", "contact_requests.contactrequest.contact"}


def test_requests_move_and_are_otherwise_untouched(anna, anne, house, user):
    own, moved = RequestFactory(property=house, contact=anna), RequestFactory(property=house, contact=anne)
    quarantined = RequestFactory(
        property=house, contact=anne, quarantined_at=timezone.now(), quarantine_reason="too_fast"
    )
    before = {found["id"]: found for found in ContactRequest.objects.values()}
    merge_contacts(anna, anne, by=user)
    assert {found["id"]: found for found in ContactRequest.objects.values()} == {
        own.pk: before[own.pk],
        moved.pk: before[moved.pk] | {"contact_id": anna.pk},
        quarantined.pk: before[quarantined.pk] | {"contact_id": anna.pk},
    }


def test_the_timeline_has_what_happened_to_both_and_who_merged_them(anna, anne, user):
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


def test_the_next_message_from_either_address_is_the_survivors(pro, anna, anne, user):
    find(pro, email="second@example.org", phone=PHONE)
    merge_contacts(anna, anne, by=user)
    assert {find(pro, email=email) for email in (ANNA, ANNE, "second@example.org")} == {anna}
    assert find(pro, phone=PHONE) == anna
    assert held(anna) == [("email", ANNA), ("email", ANNE), ("email", "second@example.org"), ("phone", PHONE)]
    assert held(anne) == []


def test_an_address_that_a_third_contact_holds_stays_with_it(pro, known, anna, user):
    third = known("Third", phone=MOBILE)
    double = known("Anne", phone=MOBILE, email=ANNE)
    merge_contacts(anna, double, copy_fields={"phone"}, by=user)
    assert row(anna)["phone"] == MOBILE
    assert find(pro, phone=MOBILE) == third


def test_without_a_choice_the_survivors_values_stay(anna, anne, user):
    before = row(anna)
    merge = merge_contacts(anna, anne, by=user)
    assert (row(anna), merge.fields) == (before, {})


def test_what_differs_and_what_fills_a_gap(anna, anne):
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
def test_nothing_else_is_taken(anna, anne, user, name):
    with pytest.raises(ValueError, match=name):
        merge_contacts(anna, anne, copy_fields={name}, by=user)
    assert row(anne)["merged_into_id"] is None


# --- appliedAt


@pytest.mark.parametrize(
    ("own", "others", "take", "expected"),
    [
        (SECOND, FIRST, (), ("applicant", FIRST)),
        (SECOND, FIRST, ("status",), ("applicant", FIRST)),
        (FIRST, SECOND, (), ("applicant", FIRST)),
        (FIRST, None, (), ("applicant", FIRST)),
        (None, FIRST, ("status",), ("applicant", FIRST)),
        (None, FIRST, (), ("prospect", None)),
        (FIRST, None, ("status",), ("prospect", None)),
    ],
)
def test_the_first_application_counts(anna, anne, user, own, others, take, expected):
    for contact, at in ((anna, own), (anne, others)):
        if at:
            applied(contact, at)
    merge = merge_contacts(anna, anne, copy_fields=take, by=user)
    stored = Contact.objects.get(pk=anna.pk)
    assert (stored.status, stored.applied_at) == expected
    assert "applied_at" not in anna.events.last().changes
    undo_merge(merge, by=user)
    for contact, at in ((anna, own), (anne, others)):
        stored = Contact.objects.get(pk=contact.pk)
        assert (stored.status, stored.applied_at) == ("applicant" if at else "prospect", at)


# --- What is refused


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
    for survivor, other in ((anna, foreign), (foreign, anna), (anna, lying), (lying, anna)):
        with pytest.raises(Contact.DoesNotExist):
            merge_contacts(survivor, other, copy_fields={"name"}, by=user)
    after = [row(anna), row(foreign), list(ContactRequest.objects.values()), list(ContactIdentity.objects.values())]
    assert (after, ContactMerge.objects.count()) == (before, 0)


def test_an_archived_or_merged_one_takes_no_part(known, anna, anne, user):
    third = known("Third", phone=MOBILE)
    stale = [Contact.objects.get(pk=contact.pk) for contact in (anne, third)]
    merge_contacts(anna, anne, by=user)
    third.archive(by=user)
    for gone in stale:
        for survivor, other in ((anna, gone), (gone, anna)):
            with pytest.raises(Contact.DoesNotExist):
                merge_contacts(survivor, other, by=user)
    assert ContactMerge.objects.count() == 1


def test_what_was_shown_must_still_be_so(anna, anne, user):
    seen = fingerprint(anna, anne)
    assert seen == fingerprint(anne, anna)
    Contact.objects.get(pk=anne.pk).change({"role": "vendor"}, by=user)
    with pytest.raises(OutdatedMergeError):
        merge_contacts(anna, anne, by=user, expected=seen)
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


def test_the_database_keeps_out_a_merged_one_that_is_not_deleted(anna, anne):
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=anna.pk).update(merged_into=anne)


# --- Where the absorbed one is


def test_an_absorbed_one_is_neither_in_the_book_nor_among_the_archived(pro, anna, anne, user):
    merge_contacts(anna, anne, by=user)
    assert list(Contact.objects.for_pro(pro)) == [anna]
    assert list(Contact.objects.for_pro(pro, deleted=True)) == []
    for attempt in (anne.restore, anne.archive):
        with pytest.raises(Contact.DoesNotExist):
            attempt(by=user)
    with pytest.raises(Contact.DoesNotExist):
        anne.change({"name": "x"}, by=user)
    assert row(anne)["merged_into_id"] == anna.pk


def test_an_old_id_leads_to_the_end_of_the_chain(pro, known, anna, anne, user):
    third = known("Third", phone=MOBILE)
    merge_contacts(anna, anne, by=user)
    merge_contacts(third, anna, by=user)
    assert [Contact.objects.get_kept_contact(pro, contact.pk) for contact in (anna, anne)] == [third, third]
    third.archive(by=user)
    assert Contact.objects.get_kept_contact(pro, anne.pk) == third


def test_an_old_id_is_found_by_its_own_pro_alone(pro, anna, anne, user):
    merge_contacts(anna, anne, by=user)
    archived = ContactFactory(pro=pro)
    archived.archive(by=user)
    for other, pk in ((ProFactory(), anne.pk), (pro, anna.pk), (pro, archived.pk)):
        with pytest.raises(Contact.DoesNotExist):
            Contact.objects.get_kept_contact(other, pk)


def test_the_api_answers_404_for_it(api, anna, anne, user):
    merge_contacts(anna, anne, by=user)
    path = f"/api/v1/contacts/{anne.pk}"
    for answer in (api.get(path), api.patch(path, {"name": "x"}), api.delete(path)):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert api.get(f"/api/v1/contacts/{anna.pk}").status_code == 200
    assert api.get("/api/v1/contacts").json()["pagination"]["total"] == 1


def test_erasing_a_person_erases_what_was_merged_into_them(anna, anne, user):
    merge_contacts(anna, anne, by=user)
    anna.delete()
    assert (Contact.objects.count(), ContactMerge.objects.count(), ContactIdentity.objects.count()) == (0, 0, 0)


# --- Undo


def test_an_undone_merge_leaves_everything_as_it_was(anna, anne, house, user):
    requests = [RequestFactory(property=house, contact=contact) for contact in (anna, anne, anne)]

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
    assert [ContactRequest.objects.get(pk=found.pk).contact_id for found in requests] == [anna.pk, anne.pk, anne.pk]


def test_an_undo_is_written_down_for_both(anna, anne, user):
    merge = merge_contacts(anna, anne, copy_fields={"name"}, by=user)
    undo_merge(merge, by=user)
    stored = ContactMerge.objects.get()
    assert (stored.undone_by, stored.undone_at is None, merge.undone_at) == (user, False, stored.undone_at)
    assert (kinds(anna), kinds(anne)) == (["created", "merged", "unmerged"], ["created", "unmerged"])
    assert [(e.changes, e.user) for e in ContactEvent.objects.filter(kind="unmerged").order_by("pk")] == [
        ({"absorbed": [str(anne.pk), "Anne"], "name": ["Anne", "Anna"]}, user),
        ({"survivor": [str(anna.pk), "Anna"]}, user),
    ]


def test_what_came_in_since_stays_with_the_survivor(pro, anna, anne, house, user):
    old = RequestFactory(property=house, contact=anne)
    merge = merge_contacts(anna, anne, by=user)
    new = RequestFactory(property=house, contact=anna)
    find(pro, email=ANNE, phone=MOBILE)
    undo_merge(merge, by=user)
    assert [ContactRequest.objects.get(pk=found.pk).contact_id for found in (old, new)] == [anne.pk, anna.pk]
    assert (find(pro, email=ANNE), find(pro, phone=MOBILE)) == (anne, anna)


def test_a_field_changed_since_stays(anna, anne, user):
    merge = merge_contacts(anna, anne, copy_fields={"name", "role", "email"}, by=user)
    anna.change({"role": "vendor"}, by=user)
    undo_merge(merge, by=user)
    stored = row(anna)
    assert (stored["name"], stored["role"], stored["email"]) == ("Anna", "vendor", ANNA)
    assert row(anne)["role"] == "tenant"


def test_an_address_let_go_since_is_held_again(pro, anna, anne, user):
    merge = merge_contacts(anna, anne, copy_fields={"email"}, by=user)
    anna.change({"email": "new@example.org"}, by=user)
    undo_merge(merge, by=user)
    assert held(anne) == [("email", ANNE)]
    assert held(anna) == [("email", ANNA), ("email", "new@example.org"), ("phone", PHONE)]


def test_an_address_that_somebody_else_holds_by_now_stays_there(pro, anna, anne, user):
    merge = merge_contacts(anna, anne, copy_fields={"email"}, by=user)
    anna.change({"email": "new@example.org"}, by=user)
    new = find(pro, email=ANNE)
    undo_merge(merge, by=user)
    assert (held(new), held(anne)) == ([("email", ANNE)], [])
    assert find(pro, email=ANNE) == new


def test_a_survivor_without_another_address_keeps_the_one_it_got(known, user):
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


def test_an_archived_survivor_is_restored_first(anna, anne, user):
    merge = merge_contacts(anna, anne, by=user)
    anna.archive(by=user)
    with pytest.raises(ValidationError) as raised:
        undo_merge(merge, by=user)
    assert raised.value.messages == ["Anna is archived: restore it first."]
    anna.restore(by=user)
    undo_merge(merge, by=user)
    assert (held(anna), held(anne)) == ([("email", ANNA), ("phone", PHONE)], [("email", ANNE)])


def test_more_rows_than_one_query_takes_back(anna, anne, house, user):
    rows = [
        ContactRequest(property=house, pro=house.pro, contact=anne, name="A", email=ANNE, message="x", search_text="a")
        for _n in range(1100)
    ]
    ContactRequest.objects.bulk_create(rows)
    merge = merge_contacts(anna, anne, by=user)
    assert ContactRequest.objects.filter(contact=anna).count() == 1100
    undo_merge(merge, by=user)
    assert ContactRequest.objects.filter(contact=anne).count() == 1100


def test_what_a_merge_would_move(anna, anne, house):
    assert count_related_rows(anna) == []
    RequestFactory(property=house, contact=anna)
    assert count_related_rows(anna) == [(1, "contact request")]
    RequestFactory(property=house, contact=anna)
    assert (count_related_rows(anna), count_related_rows(anne)) == ([(2, "contact requests")], [])


def test_a_deleted_note_is_nothing_that_a_merge_would_be_seen_to_move(anna):
    ContactNote.objects.add_note(anna, "Here", by=None)
    ContactNote.objects.add_note(anna, "Gone", by=None).soft_delete()
    assert count_related_rows(anna) == [(1, "note")]


# --- At once


def outcome(work):
    """What `work` does, in a word."""
    try:
        work()
    except Contact.DoesNotExist:
        return "gone"
    except ValidationError as error:
        return error.messages[0]
    return "done"


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_into_each_other_one_wins(known, user, at_once):
    for n in range(15):
        pair = [known(email=f"v{n}.{i}@example.org") for i in (1, 2)]

        def merge(i, pair=pair):
            mine, other = (Contact.objects.get(pk=pair[j].pk) for j in (i, 1 - i))
            return outcome(lambda: merge_contacts(mine, other, by=user))

        assert sorted(at_once(2, merge)) == ["done", "gone"]
        assert Contact.objects.filter(pk__in=[c.pk for c in pair], deleted_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_equal_merges_one_wins(anna, anne, user, at_once):
    def merge(_n):
        mine, other = (Contact.objects.get(pk=contact.pk) for contact in (anna, anne))
        return outcome(lambda: merge_contacts(mine, other, by=user))

    found = at_once(4, merge)
    assert sorted(found) == ["done", "gone", "gone", "gone"]
    assert (ContactMerge.objects.count(), kinds(anna).count("merged")) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_several_undos_one_wins(anna, anne, user, at_once):
    merge = merge_contacts(anna, anne, by=user)
    found = at_once(4, lambda _n: outcome(lambda: undo_merge(ContactMerge.objects.get(pk=merge.pk), by=user)))
    assert sorted(found) == ["This merge was undone already."] * 3 + ["done"]
    assert (kinds(anna).count("unmerged"), kinds(anne).count("unmerged")) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_message_at_once_with_the_merge_is_the_survivors(pro, known, house, user, at_once):
    for n in range(15):
        survivor, other = (known(email=f"v{n}.{i}@example.org") for i in (1, 2))

        def work(i, n=n, survivor=survivor, other=other):
            if i == 0:
                return outcome(lambda: merge_contacts(survivor, other, by=user))
            words = {"name": "Anna", "phone": "", "message": "Hello", "language": "en"}
            return receiving.receive(house, email=f"v{n}.{i}@example.org", **words).pk

        merged, *messages = at_once(3, work)
        assert merged == "done"
        assert set(ContactRequest.objects.filter(pk__in=messages).values_list("contact", flat=True)) == {survivor.pk}
        assert [held(survivor), held(other)] == [[("email", f"v{n}.{i}@example.org") for i in (1, 2)], []]
    assert Contact.objects.for_pro(pro).count() == 15


@pytest.mark.django_db(transaction=True)
def test_a_message_at_once_with_the_undo_is_one_of_the_twos(pro, known, house, user, at_once):
    for n in range(10):
        survivor, other = (known(email=f"v{n}.{i}@example.org") for i in (1, 2))
        merge = merge_contacts(survivor, other, by=user)

        def work(i, n=n, merge=merge):
            if i == 0:
                return outcome(lambda: undo_merge(merge, by=user))
            words = {"name": "Anna", "phone": "", "message": "Hello", "language": "en"}
            return receiving.receive(house, email=f"v{n}.2@example.org", **words).pk

        undone, message = at_once(2, work)
        assert undone == "done"
        assert ContactRequest.objects.get(pk=message).contact_id in (survivor.pk, other.pk)
        assert held(other) == [("email", f"v{n}.2@example.org")]
    assert Contact.objects.for_pro(pro).count() == 20


@pytest.mark.django_db(transaction=True)
def test_nobody_who_is_absorbed_meanwhile_is_given_an_address(pro, known, user, at_once):
    for n in range(25):
        phone = f"+336000000{n:02d}"
        holder, heir, survivor = (known(email=f"v{n}.{i}@example.org", phone=phone) for i in range(3))

        def work(i, holder=holder, heir=heir, survivor=survivor):
            return outcome(lambda: holder.archive(by=user) if i else merge_contacts(survivor, heir, by=user))

        assert at_once(2, work) == ["done", "done"]
        assert [held(holder), held(heir)] == [[], []]
        assert find(pro, phone=phone).deleted_at is None


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_an_archiving_of_one_of_the_two_never_wait_for_each_other(known, user, at_once):
    for n in range(25):
        phone = f"+336000000{n:02d}"
        first, second = (known(email=f"v{n}.{i}@example.org", phone=phone) for i in range(2))

        def work(i, first=first, second=second):
            return outcome(lambda: first.archive(by=user) if i else merge_contacts(second, first, by=user))

        assert sorted(at_once(2, work)) == ["done", "gone"]
        assert held(first) == []


# --- Not the same person


def test_two_that_are_told_apart_are_one_pair_either_way(anna, anne, user):
    mark_distinct(anna, anne, by=user)
    mark_distinct(anne, anna, by=user)
    [pair] = DistinctPair.objects.all()
    assert ((pair.first_id, pair.second_id), pair.user) == (tuple(sorted((anna.pk, anne.pk))), user)


def test_neither_itself_nor_another_pros_nor_a_deleted_one_is_told_apart(anna, anne, user):
    anne.archive(by=user)
    for other in (anna, anne, ContactFactory()):
        for pair in ((anna, other), (other, anna)):
            with pytest.raises(Contact.DoesNotExist):
                mark_distinct(pair[0], pair[1], by=user)
    assert not DistinctPair.objects.exists()


def test_a_merge_of_many_rows_takes_no_more_queries(known, house, user):
    counts = []
    for size in (1, 50):
        survivor, other = known(email=f"s{size}@example.org"), known(email=f"o{size}@example.org")
        for _n in range(size):
            RequestFactory(property=house, contact=other)
        with CaptureQueriesContext(connection) as queries:
            merge_contacts(survivor, other, by=user)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_undo_gives_an_address_back_though_it_was_edited_away_and_back(pro, user):
    stayed = Contact.objects.register(pro, name="S", email="s@example.org")
    other = Contact.objects.register(pro, name="X", email="x@example.org")
    merge = merge_contacts(stayed, other, copy_fields=["email"], by=user)
    for email in ("z@example.org", "x@example.org"):
        stayed.change({"email": email}, by=user)
    undo_merge(merge, by=user)
    stayed.refresh_from_db()
    assert stayed.email == "s@example.org"
    assert Contact.objects.find_or_create(pro, name="W", email="x@example.org", source="contact_form") == other


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks no rows")
@pytest.mark.parametrize("is_undone", [False, True])
def test_rows_are_locked_in_order_before_they_move(pro, is_undone):
    """As a change of a pipeline locks inquiries: the two would wait for each other otherwise."""
    one, other = ContactFactory(pro=pro), ContactFactory(pro=pro)
    for _ in range(2):
        InquiryFactory(pro=pro, contact=other)
    merge = merge_contacts(one, other, by=None) if is_undone else None
    with CaptureQueriesContext(connection) as queries:
        undo_merge(merge, by=None) if merge else merge_contacts(one, other, by=None)
    asked = [query["sql"] for query in queries if '"inquiries_inquiry"' in query["sql"]]
    assert [sql.split()[0] for sql in asked] == ["SELECT", "UPDATE"]
    assert asked[0].startswith('SELECT "inquiries_inquiry"."id"')
    assert asked[0].endswith(" ORDER BY 1 ASC FOR NO KEY UPDATE")
