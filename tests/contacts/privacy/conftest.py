"""A person with a contact request, an inquiry and messages, and the erasure of it."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from contacts.models import Contact, ContactMessage, ContactNote, Erasure
from contacts.privacy.erasing import erase, plan_erasure
from inquiries.models import Inquiry
from tests.factories import InquiryFactory, PropertyFactory, RequestFactory


@pytest.fixture
def anna(pro, shipped) -> Contact:
    """Anna, who asked about a house and wrote a message; the office has a note about her."""
    house = PropertyFactory(pro=pro, title="Villa")
    anna = RequestFactory(property=house, name="Anna Peeters", email="anna@example.org", phone="+32470000001").contact
    anna.hold_identities()
    message = {"pro": pro, "contact": anna, "channel": "email", "address": "anna@example.org", "subject": "Re: Villa"}
    ContactMessage.objects.create(**message, text="Tot morgen, Anna", state="received")
    ContactNote.objects.create(contact=anna, body="Anna belt liever")
    return anna


@pytest.fixture
def inquiry(anna, shipped) -> Inquiry:
    person = {"first_name": "Anna", "last_name": "Peeters", "email": "anna@example.org", "phone": "", "address": {}}
    fields = {"subject": "Keuken van Anna", "user_id": 456, "created_by": 456, "budget": 4500, "person": person}
    return InquiryFactory(
        pro=anna.pro, inquiry_type=shipped["question"], contact=anna, profile_at=timezone.now(), **fields
    )


@pytest.fixture
def erase_now() -> Callable[[Contact], Erasure]:
    """Plans an erasure and does it."""

    def run(contact: Contact) -> Erasure:
        erasure = plan_erasure(contact, reason="asked", by=None)
        erase(erasure)
        erasure.refresh_from_db()
        return erasure

    return run
