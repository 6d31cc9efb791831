"""Fields of rows that are updated by SQL that is written once are those that `save` stores."""

from datetime import UTC, datetime, timedelta
from datetime import timezone as fixed_zone
from decimal import Decimal

import pytest
from django.db import transaction

from config.saving import bring_forward, insert_many, update, update_many
from contacts.models import Contact, ContactEvent
from inquiries.models import Inquiry

from ..factories import ContactFactory, InquiryFactory, ProFactory
from .columns import NOW, TEXT, stored

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


@pytest.mark.parametrize("count", [0, 1, 127, 300])
def test_fields_of_any_number_of_rows_are_updated_as_by_save(count):
    contact, other = ContactFactory(), ContactFactory()
    insert_many([ContactEvent(contact=contact, kind="created", created_at=NOW) for _ in range(count + 1)])
    *rows, untouched = contact.events.order_by("pk")
    before = stored(untouched)
    for number, row in enumerate(rows):
        row.contact, row.kind, row.changes, row.token = other, f"{number}", {"name": [number, TEXT, None]}, None
        row.created_at = NOW.replace(year=2001)
        row.user_id = 10**6  # Not named, and not saved.
    update_many(rows, "contact", "changes", "kind", "created_at", "token")
    updated = [stored(row) for row in rows]
    for row in rows:
        row.user_id = None
        row.save()
    assert updated == [stored(row) for row in rows]
    assert stored(untouched) == before


def test_keys_and_times_of_every_type_are_updated():
    contact, name = ContactFactory(), f"{TEXT} 2"
    contact.name, contact.deleted_at, contact.unread_count, contact.merged_into_id = name, NOW, 7, contact.pk
    gone = ContactFactory()
    Contact.objects.filter(pk=gone.pk).delete()
    update_many([contact, gone], "name", "deleted_at", "unread_count", "merged_into")
    values = Contact.objects.values_list("name", "deleted_at", "unread_count", "merged_into").get(pk=contact.pk)
    assert values == (name, NOW, 7, contact.pk)
    assert not Contact.objects.filter(pk=gone.pk).exists()


def test_fields_of_a_row_are_updated_as_by_save():
    row = InquiryFactory(subject="Before", category="Before")
    former = row.updated_at
    row.subject, row.category, row.budget, row.person = TEXT, "After", Decimal("1.50"), {"first_name": TEXT}
    with transaction.atomic():
        row.save(update_fields=["subject", "budget", "person", "updated_at"])
        expected = stored(row)
        transaction.set_rollback(True)
    update(row, "subject", "budget", "person", "updated_at")
    assert stored(row) == expected
    now = Inquiry.objects.get(pk=row.pk)
    assert (now.category, now.updated_at) == ("Before", row.updated_at)
    assert now.updated_at > former


def test_a_foreign_key_is_updated():
    row, other = ContactFactory(), ProFactory()
    row.pro = other
    update(row, "pro")
    assert Contact.objects.get(pk=row.pk).pro == other


def test_a_row_that_is_gone_is_not_updated():
    row = ContactFactory()
    Contact.objects.filter(pk=row.pk).delete()
    row.name = "Another"
    with pytest.raises(Contact.NotUpdated):
        update(row, "name")


def test_a_value_is_brought_forward_and_never_back():
    row, later = ContactFactory(), NOW.replace(year=2999)
    stale = Contact.objects.get(pk=row.pk)
    other = ContactFactory()
    for value, expected in ((NOW, NOW), (later, later), (NOW, later)):
        bring_forward(row, "last_word_at", value)
        assert (row.last_word_at, Contact.objects.get(pk=row.pk).last_word_at) == (expected, expected)
    bring_forward(stale, "last_word_at", NOW)
    assert Contact.objects.get(pk=row.pk).last_word_at == later
    assert Contact.objects.get(pk=other.pk).last_word_at is None


def test_times_of_a_zone_with_seconds_are_stored_to_the_second(pro):
    # Of Paris, before 1911.
    zone = fixed_zone(timedelta(minutes=9, seconds=21))
    contacts = [ContactFactory(pro=pro) for _ in range(5)]
    for day, contact in enumerate(contacts, 1):
        contact.last_message_at = datetime(1890, 1, day, tzinfo=zone)
    update_many(contacts, "last_message_at")
    stored = Contact.objects.order_by("last_message_at").values_list("last_message_at", flat=True)
    assert list(stored) == [datetime(1889, 12, 31, 23, 50, 39, tzinfo=UTC) + timedelta(days=n) for n in range(5)]
