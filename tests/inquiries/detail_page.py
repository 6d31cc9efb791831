"""The page of one inquiry, for the tests of its sections."""

import pytest
from django.utils import timezone

HTMX = {"HX-Request": "true"}


ADDRESS = {"street": "Hoofdstraat 12", "postal_code": "9711 AB", "city": "Groningen", "country": "Nederland"}


INVOICE = {"street": "", "postal_code": "", "city": "Assen", "country": ""}


PERSON = {
    "first_name": "Jan",
    "last_name": "de <Vries>",
    "email": "jan@example.com",
    "phone": "+33612345678",
    "language": "nl",
    "address": ADDRESS,
}


BUSINESS = {
    "company": "Bouw BV",
    "vat_number": "NL1B01",
    "address": ADDRESS,
    "invoice_email": "bill@example.com",
    "invoice_address": INVOICE,
}


@pytest.fixture
def path(inquiry):
    return f"/inquiries/{inquiry.pk}"


@pytest.fixture
def known(inquiry):
    """The inquiry, with its profile."""
    inquiry.person, inquiry.business, inquiry.profile_at = PERSON, BUSINESS, timezone.now()
    inquiry.save()
    return inquiry
