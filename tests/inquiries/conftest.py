"""Fixtures of the tests of inquiries."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from inquiries.models import Offer
from inquiries.offers.lifecycle import send_offer

from ..factories import InquiryFactory, InquiryTypeFactory, UserFactory

WHEN = datetime(2025, 11, 6, 10, 30, tzinfo=UTC)
PERSON = {
    "first_name": "Jan",
    "last_name": "de Vries",
    "email": "jan.devries@example.com",
    "phone": "+31612345678",
    "language": "nl",
    "address": {"street": "Kade 7", "postal_code": "9711 AB", "city": "Groningen", "country": "NL"},
}
BUSINESS = {
    "company": "De Vries BV",
    "vat_number": "NL001234567B01",
    "address": {"street": "Havenweg 1", "postal_code": "9700 AA", "city": "Groningen", "country": "NL"},
    "invoice_email": "facturen@example.com",
    "invoice_address": {"street": "", "postal_code": "", "city": "", "country": ""},
}


@pytest.fixture
def inquiry_type(db):
    """A type with the steps submitted, in_review, answered and closed."""
    return InquiryTypeFactory(name="Test", slug="test")


@pytest.fixture
def inquiry(pro, inquiry_type):
    """An inquiry of the owner, of that type."""
    return InquiryFactory(pro=pro, inquiry_type=inquiry_type)


@pytest.fixture
def editor(db):
    """Staff who edit pipelines."""
    return UserFactory(pro=None, is_staff=True, email="editor@example.com", name="Edith Editor", userhub_id=77)


@pytest.fixture
def jan(pro, shipped):
    """The documented inquiry 42, with a whole profile."""
    return InquiryFactory(
        pro=pro,
        id=42,
        inquiry_type=shipped["question"],
        user_id=123,
        created_by=123,
        subject="Verbouwing keuken",
        message="Ik wil graag mijn keuken laten verbouwen en zou graag een offerte ontvangen.",
        category="renovation",
        budget=Decimal("450.00"),
        source="mijn-portal",
        person=PERSON,
        business=BUSINESS,
        profile_at=WHEN,
        created_at=WHEN,
    )


@pytest.fixture
def refused():
    """Asserts a validation error about these fields and returns {field: messages}."""

    def check(response, *fields):
        assert (response.status_code, response["Content-Type"]) == (422, "application/json"), response.content
        body = response.json()
        errors = body["errors"]
        text = "; ".join(f"{field}: {message}" for field, messages in errors.items() for message in messages)
        assert body == {"success": False, "message": "Validation failed", "error": text, "errors": errors}
        assert list(errors) == list(fields)
        return errors

    return check


@pytest.fixture
def customer(inquiry):
    """The inquiry, with a customer who has an e-mail address and reads English."""
    inquiry.person = {"first_name": "Jan", "last_name": "de Vries", "email": "jan@example.org", "language": "en"}
    inquiry.subject = "New kitchen"
    inquiry.save()
    return inquiry


@pytest.fixture
def draft(customer, user):
    """A draft of an offer to that customer."""
    fields = {"title": "Kitchen", "text": "Oak.\nFitted.", "amount": Decimal("1850.50"), "currency": "EUR"}
    return Offer.objects.create_draft(
        customer, by=user, valid_until=timezone.now().date() + timedelta(days=30), **fields
    )


@pytest.fixture
def sent(draft):
    send_offer(draft)
    return draft
