"""Rows inserted by SQL that is written once are those that `save` stores."""

import copy
import uuid
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.safestring import mark_safe
from django_tasks_db.models import DBTaskResult, get_date_max

from config.accounts.models import Pro
from config.api.models import IdempotencyKey
from config.saving import insert, insert_many, insert_missing, insert_or_replace, update_many
from contact_requests.models import ContactRequest
from contacts.models import Contact, ContactEvent, ContactIdentity, ContactImport, ContactImportRow, WaitingItem
from inquiries.models import Inquiry, InquiryHistory, InquiryType

from ..factories import ContactFactory, InquiryFactory, ProFactory, PropertyFactory, RequestFactory
from .columns import NOW, TEXT, stored

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


def inquiry(pro):
    step = InquiryType.objects.first().steps.first()
    return Inquiry(
        pro=pro,
        inquiry_type=step.inquiry_type,
        step=step,
        user_id=2**53,
        created_by=1,
        subject=TEXT,
        message=TEXT,
        budget=Decimal("4500.10"),
        person={"first_name": TEXT, "address": {"city": None}, "numbers": [1, 2.5, True]},
        moved_at=NOW,
        created_at=NOW,
    )


def history(pro):
    return InquiryHistory(inquiry=InquiryFactory(pro=pro), to_status="new", to_label=TEXT, created_at=NOW)


def contact_request(pro):
    prop, contact = PropertyFactory(pro=pro), ContactFactory(pro=pro)
    row = ContactRequest(
        pro=pro, property=prop, contact=contact, name=TEXT, email="a@b.example", message=TEXT, created_at=NOW
    )
    row.search_text = row.make_search_text()
    return row


def contact(pro):
    row = Contact(pro=pro, name=TEXT, phone="+33612345678", created_at=NOW, deleted_at=NOW)
    row.search_text = row.make_search_text()
    return row


def event(pro):
    return ContactEvent(contact=ContactFactory(pro=pro), kind="changed", changes={"name": ["", TEXT]}, created_at=NOW)


def item(pro):
    return WaitingItem(pro=pro, contact=ContactFactory(pro=pro), kind="request", key=TEXT, since=NOW)


def job(pro):
    return DBTaskResult(
        args_kwargs={"args": [pro.pk, TEXT]}, task_path="a.b", backend_name="default", run_after=get_date_max()
    )


@pytest.mark.parametrize("make", [inquiry, history, contact_request, contact, event, item, job])
def test_a_row_is_inserted_as_by_save(make):
    row = make(ProFactory())
    other = copy.deepcopy(row)
    with transaction.atomic():
        row.save(force_insert=True)
        expected, state = stored(row), (row._state.adding, row._state.db)
        transaction.set_rollback(True)
    insert(other)
    assert stored(other) == expected
    assert ((other._state.adding, other._state.db), type(other.pk)) == (state, type(row.pk))


def test_rows_are_inserted_in_their_order():
    contact = ContactFactory()
    events = [ContactEvent(contact=contact, kind=kind) for kind in ("created", "changed", "deleted")]
    insert(*events)
    assert list(contact.events.order_by("pk")) == events
    assert [event.kind for event in contact.events.order_by("pk")] == ["created", "changed", "deleted"]
    insert()


@pytest.mark.parametrize("make", [inquiry, history, contact_request, contact, event, item, job])
def test_many_rows_are_inserted_as_by_save(make):
    pro = ProFactory()
    others = [make(pro) for _ in range(5)]
    for number, other in enumerate(others):
        if hasattr(other, "key"):
            other.key = f"{number}"
    with transaction.atomic():
        rows = copy.deepcopy(others)
        for other in rows:
            other.save(force_insert=True)
        expected = list(map(stored, rows))
        transaction.set_rollback(True)
    insert_many(others)
    assert list(map(stored, others)) == expected
    assert {type(other.pk) for other in others} == {type(rows[0].pk)}


@pytest.mark.parametrize("count", [1, 5, 1100])
def test_rows_with_values_of_other_classes(count):
    contact_import = ContactImport.objects.create(pro=ProFactory(), filename="a.csv")
    cells = [TEXT, "", None, 1.5, {"ä": [True]}]
    rows = [
        ContactImportRow(contact_import=contact_import, number=number, values=cells, outcome=mark_safe("create"))
        for number in range(count)
    ]
    insert_many(rows)
    names = ("pk", "number", "values", "outcome", "contact")
    stored_rows = contact_import.rows.order_by("pk").values_list(*names)
    assert list(stored_rows) == [(row.pk, number, cells, "create", None) for number, row in enumerate(rows)]
    for row in rows:
        row.number, row.values, row.outcome = row.number + count, [], mark_safe("known")
    update_many(rows, "number", "values", "outcome")
    assert list(stored_rows.all()) == [(row.pk, number + count, [], "known", None) for number, row in enumerate(rows)]


@pytest.mark.parametrize("text", ["x" * 21, "a\0b", "\ud800"])
def test_a_value_that_the_column_does_not_take_is_an_error(text):
    if connection.vendor == "sqlite" and text != "\ud800":
        pytest.skip("SQLite takes it")
    contact_import = ContactImport.objects.create(pro=ProFactory(), filename="a.csv")
    for count in (1, 5):
        rows = [
            ContactImportRow(contact_import=contact_import, number=n, values=[], outcome=text) for n in range(count)
        ]
        with pytest.raises((DataError, ValueError)), transaction.atomic():
            insert_many(rows)
    assert not contact_import.rows.exists()


@pytest.mark.parametrize("count", [0, 1, 127, 300])
def test_any_number_of_rows_is_inserted_in_their_order(count):
    contact = ContactFactory()
    events = [ContactEvent(contact=contact, kind=f"{number}") for number in range(count)]
    insert_many(events)
    assert list(contact.events.order_by("pk").values_list("pk", "kind")) == [(e.pk, e.kind) for e in events]


def test_a_row_that_stands_already_is_an_error():
    row = RequestFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(copy.deepcopy(row))
    pro = ProFactory()
    pro.name = "Another"
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(pro)
    assert Pro.objects.get(pk=pro.pk).name != "Another"


def test_missing_rows_are_inserted_beside_those_that_stand():
    contact = ContactFactory()
    identities = [contact.build_identity("email", f"{name}@example.org") for name in "ab"]
    assert insert_missing(*identities[:1]) is True
    assert identities[0].pk == contact.identities.get().pk
    again = [contact.build_identity("email", f"{name}@example.org") for name in "ab"]
    assert insert_missing(*again) is False
    assert insert_missing(*[contact.build_identity("email", "a@example.org")]) is False
    names = ContactIdentity.objects.order_by("pk").values_list("external_id", flat=True)
    assert list(names) == ["a@example.org", "b@example.org"]
    assert insert_missing() is True


def test_a_missing_row_with_a_key_of_its_own():
    row = RequestFactory()
    twin = copy.deepcopy(row)
    twin.name = "Another"
    assert insert_missing(twin) is False
    twin.pk = uuid.uuid4()
    assert insert_missing(twin) is True
    assert list(ContactRequest.objects.filter(name="Another")) == [twin]


def test_a_row_replaces_the_one_with_the_same_unique_value():
    def key(scope, word):
        return IdempotencyKey(scope=scope, request=word, status=201, body=b"\x00" + word.encode(), location=TEXT)

    first, other = key("one", "first"), key("other", "other")
    insert_or_replace(first, "scope")
    insert_or_replace(other, "scope")
    again = key("one", "again")
    insert_or_replace(again, "scope")
    assert (again.pk, again._state.adding) == (first.pk, False)
    found = IdempotencyKey.objects.order_by("pk")
    assert [(row.pk, row.request, bytes(row.body), row.location, row.created_at) for row in found] == [
        (first.pk, "again", b"\x00again", TEXT, again.created_at),
        (other.pk, "other", b"\x00other", TEXT, other.created_at),
    ]
