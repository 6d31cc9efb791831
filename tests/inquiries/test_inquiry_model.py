"""The row of an inquiry, its constraints, and the order of its list."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from inquiries.models import Inquiry, InquiryHistory

from ..factories import ContactFactory, InquiryFactory, InquiryTypeFactory, ProFactory

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
START = datetime(2026, 4, 16, 10, 30, tzinfo=UTC)


def row(inquiry):
    return Inquiry.objects.values().get(pk=inquiry.pk)


# --- How it begins


def test_it_begins_on_the_initial_step(pro, inquiry_type, user):
    inquiry = InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Kitchen", created_at=START, by=user)
    assert row(inquiry) == {
        "id": inquiry.pk,
        "pro_id": pro.pk,
        "inquiry_type_id": inquiry_type.pk,
        "step_id": inquiry_type.steps.get(key="submitted").pk,
        "status": "open",
        "user_id": 456,
        "created_by": 789,
        "subject": "Kitchen",
        "message": "Is it possible?",
        "category": "",
        "budget": None,
        "priority": "normal",
        "source": "",
        "case_id": None,
        "erased_at": None,
        "contact_id": None,
        "person": {},
        "business": {},
        "search_text": "kitchen is it possible?",
        "profile_problem": "",
        "profile_at": None,
        "responded_at": None,
        "acknowledged_at": None,
        "acknowledgment_returned_at": None,
        "notified_at": None,
        "created_at": START,
        "moved_at": START,
        "updated_at": inquiry.updated_at,
    }
    assert (inquiry.pipeline_status, inquiry.reference, inquiry.is_waiting_for_profile) == (
        "submitted",
        inquiry.pk,
        True,
    )
    assert str(inquiry) == f"Kitchen ({inquiry.pk})"


def test_its_values_come_back_as_they_were(pro, inquiry_type):
    given = {
        "budget": Decimal("9999999999.99"),
        "category": "construction",
        "source": "mijn-portal",
        "priority": "urgent",
        "user_id": 2**63 - 1,
        "case_id": 2**63 - 1,
        "person": {"first_name": "Hélène", "address": {"city": "Besançon"}},
        "business": {"vat_number": "NL123456789B01"},
        "profile_at": START,
        "message": "x" * 10_000,
        "contact": ContactFactory(pro=pro),
    }
    inquiry = Inquiry.objects.get(pk=InquiryFactory(pro=pro, inquiry_type=inquiry_type, **given).pk)
    assert {name: getattr(inquiry, name) for name in given} == given
    assert inquiry.is_waiting_for_profile is False


def test_it_does_not_begin_where_it_is_not_wanted(pro):
    inactive, broken = InquiryTypeFactory(is_active=False), InquiryTypeFactory(steps=["only"])
    with pytest.raises(ValidationError) as caught:
        InquiryFactory(pro=pro, inquiry_type=inactive)
    assert caught.value.message_dict == {"inquiry_type_id": ["This inquiry type is not active."]}
    with pytest.raises(ValidationError) as caught:
        InquiryFactory(pro=pro, inquiry_type=broken)
    assert caught.value.messages == ["A pipeline has at least one terminal step."]
    assert (Inquiry.objects.count(), InquiryHistory.objects.count()) == (0, 0)
    transaction.set_rollback(True)  # At its end the database would refuse the broken one.


# --- What is refused


@pytest.mark.parametrize(
    "fields", [{"status": "new"}, {"status": ""}, {"priority": "highest"}, {"priority": ""}, {"budget": "-0.01"}]
)
def test_the_database_refuses(inquiry, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Inquiry.objects.update(**fields)


def test_nothing_goes_that_an_inquiry_stands_on(inquiry, inquiry_type):
    for keeper in (inquiry_type, inquiry.step):
        with pytest.raises(ProtectedError):
            keeper.delete()
    inquiry_type.steps.get(key="answered").delete()


def test_an_inquiry_with_a_history_stays_and_so_does_its_pro(inquiry, pro):
    for keeper in (inquiry, pro):
        with pytest.raises(ProtectedError):
            keeper.delete()
    assert (Inquiry.objects.count(), InquiryHistory.objects.count()) == (1, 1)


def test_an_erased_contact_leaves_its_inquiry(pro, inquiry_type):
    contact = ContactFactory(pro=pro)
    inquiry = InquiryFactory(pro=pro, inquiry_type=inquiry_type, contact=contact)
    contact.delete()
    assert row(inquiry)["contact_id"] is None


# --- How it is read


def test_a_pro_sees_its_own_newest_first(pro, inquiry_type):
    rows = [
        InquiryFactory(pro=pro, inquiry_type=inquiry_type, created_at=START + timedelta(seconds=second))
        for second in (1, 0, 1)
    ]
    InquiryFactory(pro=ProFactory(), inquiry_type=inquiry_type)
    assert list(Inquiry.objects.for_pro(pro).newest_first()) == [rows[2], rows[0], rows[1]]


LISTS = {
    "inquiry_newest": {},
    "inquiry_unassigned": {"case_id": None},
    "inquiry_by_status": {"status": "open"},
    "inquiry_by_type": {"inquiry_type": "inquiry_type"},
    "inquiry_by_category": {"category": "construction"},
    "inquiry_by_user": {"user_id": 456},
}


@pytest.mark.parametrize("index", LISTS)
def test_a_list_is_read_in_its_order(pro, inquiry_type, index):
    step, other = inquiry_type.steps.get(key="submitted"), InquiryTypeFactory().steps.get(key="closed")
    named = {"inquiry_type": inquiry_type, "step": step}
    filters = {name: named.get(value, value) for name, value in LISTS[index].items()}
    common = [{"pro": pro, "user_id": n, "created_by": n, "category": f"c{n}", "case_id": n} for n in range(1000)]
    rows = [
        Inquiry(inquiry_type=inquiry_type, step=step, **fields)
        if n % 100 == 0
        else Inquiry(inquiry_type=other.inquiry_type, step=other, status="closed", **fields)
        for n, fields in enumerate(common)
    ]
    Inquiry.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inquiries_inquiry")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    query_plan = Inquiry.objects.for_pro(pro).filter(**filters).newest_first()[:15].explain()
    assert index in query_plan and "sort" not in query_plan.lower() and "ORDER BY" not in query_plan, query_plan
