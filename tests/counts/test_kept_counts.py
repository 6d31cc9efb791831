"""Kept counts equal the rows after every kind of change: saves, bulk writes, raw SQL, deletes by cascade."""

import logging
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from config.counts import keeping
from config.counts.keeping import check_counts, compare_counts, correct_counts, fold_counts, kept_counts
from contact_requests.models import ContactRequest, ContactRequestCount
from contacts.book.merging import merge_contacts
from contacts.models import Contact, ContactCount
from inquiries.models import Inquiry, InquiryCount

from ..factories import ContactFactory, InquiryFactory, ProFactory, RequestFactory

pytestmark = pytest.mark.django_db


def differences():
    return {model.__name__: groups for model in kept_counts() if (groups := compare_counts(model))}


def count(model, pro, **filters):
    return sum(model.objects.for_pro(pro).filter(**filters).values_list("n", flat=True))


def test_contacts_are_counted_by_state_and_by_what_lists_are_filtered_by(pro, user):
    anna, bert, carl, _dora = (ContactFactory(pro=pro) for _number in range(4))
    ContactFactory(pro=ProFactory())
    anna.change({"status": "renter", "role": "tenant"}, by=user)
    bert.archive(by=user)
    assert (count(ContactCount, pro, state="present"), count(ContactCount, pro, state="archived")) == (3, 1)
    assert count(ContactCount, pro, state="present", status="renter", role="tenant") == 1
    bert.restore(by=user)
    merge_contacts(anna, carl, by=user)
    assert (count(ContactCount, pro, state="present"), count(ContactCount, pro, state="merged")) == (3, 1)
    assert differences() == {}


def test_writes_past_the_models_are_counted(pro):
    ContactFactory.create_batch(3, pro=pro)
    template = Contact(pro=pro, name="Anna", email="anna@example.org", search_text="anna")
    rows = Contact.objects.bulk_create([Contact(pro=pro, name="B", email="b@example.org") for _number in range(5)])
    Contact.objects.bulk_create([template, *rows], ignore_conflicts=True)
    assert count(ContactCount, pro, state="present") == 9
    Contact.objects.filter(pk__in=[row.pk for row in rows]).update(status="scheduled", deleted_at=timezone.now())
    assert count(ContactCount, pro, state="archived", status="scheduled") == 5
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET role = 'vendor' WHERE status = 'scheduled'")
        cursor.execute("DELETE FROM contacts_contact WHERE status <> 'scheduled'")
    assert (count(ContactCount, pro), count(ContactCount, pro, role="vendor")) == (5, 5)
    assert differences() == {}


def test_a_rolled_back_write_is_not_counted(pro):
    with pytest.raises(RuntimeError), transaction.atomic():
        ContactFactory(pro=pro)
        assert count(ContactCount, pro) == 1
        raise RuntimeError
    assert count(ContactCount, pro) == 0


def test_a_deleted_pro_leaves_no_counts(pro):
    ContactFactory.create_batch(2, pro=pro)
    pro.delete()
    fold_counts()
    assert not ContactCount.objects.exists()


def test_inquiries_are_counted_with_their_budgets(pro):
    first, second, _third = (InquiryFactory(pro=pro, budget=budget) for budget in ("0.10", "0.20", None))
    groups = list(InquiryCount.objects.for_pro(pro).values_list("n", "budgeted", "budget_cents"))
    assert tuple(map(sum, zip(*groups, strict=True))) == (3, 2, 30)
    Inquiry.objects.filter(pk=first.pk).update(budget=Decimal("9999999999.99"), case_id=7)
    assert count(InquiryCount, pro, is_linked=True) == 1
    Inquiry.objects.filter(pk=second.pk).update(budget=None)
    assert sum(InquiryCount.objects.for_pro(pro).values_list("budget_cents", flat=True)) == 999_999_999_999
    assert differences() == {}


def test_contact_requests_are_counted_by_status(pro):
    requests = [RequestFactory(pro=pro) for _number in range(3)]
    ContactRequest.objects.filter(pk=requests[0].pk).update(status="read")
    ContactRequest.objects.filter(pk=requests[1].pk).update(quarantined_at=timezone.now())
    expected = {"new": 1, "read": 1, "replied": 0, "all": 2, "quarantined": 1}
    assert ContactRequestCount.objects.by_status(pro) == expected
    fold_counts()
    assert ContactRequestCount.objects.by_status(pro) == expected
    assert differences() == {}


def test_folding_leaves_one_row_for_each_group_and_none_for_nothing(pro):
    contacts = [ContactFactory(pro=pro) for _number in range(4)]
    contacts[0].delete()
    Contact.objects.filter(pk=contacts[1].pk).update(status="renter")
    Contact.objects.filter(pk=contacts[1].pk).update(status="prospect")
    for _time in range(2):
        fold_counts()
        assert list(ContactCount.objects.values_list("status", "n", "is_delta")) == [("prospect", 3, False)]


def test_a_difference_is_found_and_corrected(pro, capsys):
    ContactFactory.create_batch(3, pro=pro)
    fold_counts()
    ContactCount.objects.update(n=5, role="vendor")
    with pytest.raises(CommandError, match="2 kept counts differ"):
        call_command("recount", "--check")
    assert differences()["ContactCount"] == compare_counts(ContactCount) != []
    capsys.readouterr()
    call_command("recount")
    assert "contacts_contact: 2 corrected" in capsys.readouterr().out
    assert differences() == {}
    assert list(ContactCount.objects.values_list("role", "n")) == [("prospect", 3)]


def test_housekeeping_says_that_a_count_differed(pro, monkeypatch, caplog):
    monkeypatch.setattr(keeping, "MINUTES_OF_A_DAY", 1)
    monkeypatch.setattr(keeping, "current_minute", lambda: 0)
    ContactFactory(pro=pro)
    with caplog.at_level(logging.ERROR, "vestibule.counts"):
        check_counts()
        assert caplog.records == []
        ContactCount.objects.update(n=2)
        check_counts()
    [record] = caplog.records
    assert "contacts.ContactCount" in record.getMessage() and "'n': -1" in record.getMessage()
    assert differences() == {}


def test_triggers_that_are_gone_are_made_anew_after_migrate(pro):
    counted = ContactCount.counted
    with connection.cursor() as cursor:
        for statement in counted.drops(connection.vendor):
            cursor.execute(statement)
    ContactFactory.create_batch(2, pro=pro)
    assert (counted.present(connection), count(ContactCount, pro)) == ({}, 0)
    keeping.assert_triggers(ContactCount._meta.app_config, "default")
    assert counted.present(connection) == counted.marks(connection.vendor)
    assert count(ContactCount, pro) == 2
    ContactFactory(pro=pro)
    assert (count(ContactCount, pro), correct_counts(ContactCount)) == (3, [])
