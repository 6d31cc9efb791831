"""Rows of all apps move with their contact, and are counted before."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from contact_requests.models import ContactRequest
from contacts.book.merging import (
    merge_contacts,
    undo_merge,
)
from contacts.book.related_rows import contact_relations, count_related_rows
from contacts.models import Contact, ContactNote, StatedAddress
from tests.factories import ContactFactory, InquiryFactory, RequestFactory

from .merges import ANNE, MOBILE


def test_every_relation_to_a_contact_moves_except_merges_and_pairs():
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
        "contacts.personexport.contact",
    }
    moving = {key for key, _field in contact_relations()}
    assert moving == pointing - about
    assert moving >= {"contacts.contactidentity.contact", "contact_requests.contactrequest.contact"}


def test_an_undo_moves_more_rows_than_one_query_takes(anna, anne, house, user):
    rows = [
        ContactRequest(property=house, pro=house.pro, contact=anne, name="A", email=ANNE, message="x", search_text="a")
        for _n in range(1100)
    ]
    ContactRequest.objects.bulk_create(rows)
    merge = merge_contacts(anna, anne, by=user)
    assert ContactRequest.objects.filter(contact=anna).count() == 1100
    undo_merge(merge, by=user)
    assert ContactRequest.objects.filter(contact=anne).count() == 1100


def test_the_counts_of_rows_that_a_merge_would_move(anna, anne, house):
    assert count_related_rows(anna) == []
    RequestFactory(property=house, contact=anna)
    assert count_related_rows(anna) == [(1, "contact request")]
    RequestFactory(property=house, contact=anna)
    assert (count_related_rows(anna), count_related_rows(anne)) == ([(2, "contact requests")], [])


def test_a_deleted_note_is_not_counted(anna):
    ContactNote.objects.add_note(anna, "Here", by=None)
    ContactNote.objects.add_note(anna, "Gone", by=None).soft_delete()
    assert count_related_rows(anna) == [(1, "note")]


def test_a_merge_of_many_rows_takes_no_more_queries(known, house, user):
    counts = []
    for size in (1, 50):
        kept, other = known(email=f"s{size}@example.org"), known(email=f"o{size}@example.org")
        for _n in range(size):
            RequestFactory(property=house, contact=other)
        with CaptureQueriesContext(connection) as queries:
            merge_contacts(kept, other, by=user)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks no rows")
@pytest.mark.parametrize("is_undone", [False, True])
def test_rows_are_locked_in_order_before_they_move(pro, is_undone):
    """Another order than that of a change of a pipeline, which locks inquiries too, would deadlock."""
    one, other = ContactFactory(pro=pro), ContactFactory(pro=pro)
    for _ in range(2):
        InquiryFactory(pro=pro, contact=other)
    merge = merge_contacts(one, other, by=None) if is_undone else None
    with CaptureQueriesContext(connection) as queries:
        undo_merge(merge, by=None) if merge else merge_contacts(one, other, by=None)
    asked = [query["sql"] for query in queries if '"inquiries_inquiry"' in query["sql"]]
    # The last words of both are found anew after that.
    asked = [sql for sql in asked if sql.startswith("UPDATE") or "FOR NO KEY UPDATE" in sql]
    assert [sql.split()[0] for sql in asked] == ["SELECT", "UPDATE"]
    assert asked[0].startswith('SELECT "inquiries_inquiry"."id"')
    assert asked[0].endswith(" ORDER BY 1 ASC FOR NO KEY UPDATE")


def test_an_address_that_was_stated_for_both_is_asked_once_and_an_undo_gives_it_back(anna, anne, user):
    other = "+33687654321"
    for contact, phone in ((anna, MOBILE), (anne, MOBILE), (anne, other)):
        StatedAddress.objects.suggest(contact, [("phone", phone)], "contact_form")
    before = list(StatedAddress.objects.order_by("id").values())
    merge = merge_contacts(anna, anne, by=user)
    assert list(anna.stated_addresses.order_by("id").values_list("external_id", flat=True)) == [MOBILE, other]
    undo_merge(merge, by=user)
    assert list(StatedAddress.objects.order_by("id").values()) == before
