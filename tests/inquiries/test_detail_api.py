"""GET /api/inquiries/{id}: the inquiry with its offers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inquiries.models import FilterOption, Inquiry, Offer
from inquiries.pipeline.moves import move_inquiry

from ..factories import ContactFactory, InquiryFactory
from .conftest import BUSINESS, PERSON, WHEN
from .test_list_api import JAN, of_type

PATH = "/api/inquiries/42"
NOTHING = {"success": False, "message": "Not found", "error": "There is nothing here under this id."}
WHOLE = {
    **JAN,
    "message": "Ik wil graag mijn keuken laten verbouwen en zou graag een offerte ontvangen.",
    "source": "mijn-portal",
    "language": "nl",
    "address": PERSON["address"],
    "business": {**BUSINESS, "invoice_address": None},
    "filter_options": [],
    "contact_id": None,
    "is_waiting_for_profile": False,
    "acknowledged_at": None,
    "updated_at": "2025-11-06T10:30:00.000000Z",
}


def detail(api, id=42):
    response = api.get(f"/api/inquiries/{id}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json"), response.content
    body = response.json()
    assert list(body) == ["success", "data"] and body["success"] is True
    assert list(body["data"]) == ["inquiry", "offers", "offers_count"]
    return body["data"]


def offer(inquiry, **fields):
    values = {"title": "Keuken", "amount": Decimal("12500.00"), "made_by_name": "Olive Owner", "created_at": WHEN}
    return Offer.objects.create(inquiry=inquiry, **{**values, **fields})


def test_the_documented_detail(api, jan, user):
    move_inquiry(jan, to="in_review", by=user)
    Inquiry.objects.update(
        responded_at=WHEN + timedelta(hours=3, minutes=45), updated_at=WHEN, acknowledged_at=WHEN + timedelta(seconds=2)
    )
    data = detail(api)
    expected = {
        **of_type(WHOLE, jan.inquiry_type),
        "status": "in_progress",
        "pipeline_status": "in_review",
        "responded_at": "2025-11-06T14:15:00.000000Z",
        "acknowledged_at": "2025-11-06T10:30:02.000000Z",
    }
    assert data == {"inquiry": expected, "offers": [], "offers_count": 0}
    assert list(data["inquiry"]) == list(expected)


def test_one_that_waits_for_its_profile(api, inquiry):
    Inquiry.objects.update(created_at=WHEN, updated_at=WHEN)
    inquiry_type = inquiry.inquiry_type
    data = detail(api, inquiry.pk)
    assert data["inquiry"] == {
        **dict.fromkeys(WHOLE),
        "id": inquiry.pk,
        "inquiry_type_id": inquiry_type.pk,
        "inquiry_type": {"id": inquiry_type.pk, "name": "Test", "slug": "test", "icon": "", "color": "#6B7280"},
        "subject": inquiry.subject,
        "status": "open",
        "priority": "normal",
        "truncated_message": "Is it possible?",
        "created_at": "2025-11-06T10:30:00.000000Z",
        "pipeline_status": "submitted",
        "user_id": 456,
        "created_by": 789,
        "message": "Is it possible?",
        "filter_options": [],
        "is_waiting_for_profile": True,
        "updated_at": "2025-11-06T10:30:00.000000Z",
    }


def test_a_profile_of_little(api, inquiry):
    """Values and whole blocks missing in the directory are null."""
    Inquiry.objects.update(person={"first_name": "", "last_name": "Bo"}, business={"company": "X"}, profile_at=WHEN)
    data = detail(api, inquiry.pk)["inquiry"]
    nobody = ("first_name", "email", "phone", "language", "address")
    assert [data[name] for name in nobody] == [None] * 5
    assert (data["last_name"], data["full_name"], data["is_waiting_for_profile"]) == ("Bo", "Bo", False)
    empty = dict.fromkeys(["company", "vat_number", "address", "invoice_email", "invoice_address"])
    assert data["business"] == {**empty, "company": "X"}


def test_filter_options_contact_and_case(api, jan, pro):
    contact = ContactFactory(pro=pro)
    # One that was switched off stays where it is.
    options = [FilterOption.objects.create(group="Region", label=label, is_active=False) for label in ("B", "A")]
    jan.filter_options.set(options)
    Inquiry.objects.update(contact=contact, case_id=2**63 - 1)
    data = detail(api)["inquiry"]
    assert data["filter_options"] == [
        {"id": option.pk, "group": "Region", "label": option.label, "is_active": False} for option in options
    ]
    assert (data["contact_id"], data["case_id"]) == (str(contact.pk), 2**63 - 1)


def test_offers_with_drafts(api, jan):
    draft = offer(jan, made_by_name="")
    sent = offer(
        jan,
        title="Keuken, tweede",
        amount=Decimal("9999999999.99"),
        currency="CHF",
        valid_until=date(2025, 12, 31),
        status="sent",
        sent_at=WHEN + timedelta(hours=1),
    )
    offer(InquiryFactory(pro=jan.pro), title="Of another inquiry")
    data = detail(api)
    expected = [
        {
            "id": draft.pk,
            "title": "Keuken",
            "amount": 12500.00,
            "currency": "EUR",
            "valid_until": None,
            "status": "draft",
            "made_by": None,
            "created_at": "2025-11-06T10:30:00.000000Z",
            "sent_at": None,
        },
        {
            "id": sent.pk,
            "title": "Keuken, tweede",
            "amount": 9999999999.99,
            "currency": "CHF",
            "valid_until": "2025-12-31",
            "status": "sent",
            "made_by": "Olive Owner",
            "created_at": "2025-11-06T10:30:00.000000Z",
            "sent_at": "2025-11-06T11:30:00.000000Z",
        },
    ]
    assert (data["offers"], data["offers_count"]) == (expected, 2)
    assert [list(row) for row in data["offers"]] == [list(row) for row in expected]


@pytest.mark.parametrize("status", Offer.Status.values)
def test_every_status_of_an_offer(api, jan, status):
    offer(jan, status=status)
    assert [row["status"] for row in detail(api)["offers"]] == [status]


@pytest.mark.parametrize("tail", ["", "/history"])
def test_another_pros_and_an_unknown_one_are_404(api, tail):
    for id in (InquiryFactory().pk, 999_999_999, 0, 2**63 - 1, 2**63, 2**80, int("9" * 4000)):
        response = api.get(f"/api/inquiries/{id}{tail}")
        assert (response.status_code, response.json()) == (404, NOTHING)


@pytest.mark.parametrize("tail", ["/", "/x", "/history/", "/history/1", "/action/", "/%00", "x", "-1", ".0"])
def test_other_addresses_are_404_in_the_dialect(api, jan, tail):
    response = api.get(PATH + tail)
    expected = {"success": False, "message": "Not found", "error": "There is no such address."}
    assert (response.status_code, response.json()) == (404, expected)


def test_the_detail_asks_three_times_at_any_size(api, jan):
    api.get(PATH)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            detail(api)
        return len([q for q in queries if "inquiries_" in q["sql"]])

    offer(jan)
    assert asked() == 3
    for n in range(49):
        offer(jan)
        jan.filter_options.create(group="g", label=str(n))
    assert asked() == 3
