"""What writes several rows in one statement stores them behind the second wall too, for the Pro that is named."""

import uuid

import pytest
from django.db import connection

from config.wall.naming import name_pro
from config.wall.policies import build_wall, take_down_wall
from contact_requests.models import ContactRequest
from contact_requests.receiving import receive
from contacts.models import Contact, ContactEvent, WaitingItem
from inquiries.customers.contacts import NamedCustomer
from inquiries.models import Inquiry, InquiryHistory
from inquiries.submission import prepare

from ..factories import InquiryTypeFactory, ProFactory, PropertyFactory
from ..inquiries.submitting import DEFAULTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif("connection.vendor != 'postgresql'")]


@pytest.fixture(params=["every Pro is named", "one Pro is named"])
def name(request, settings):
    """Names the Pro, as a request of a member or a program does, or none."""
    settings.DATABASE_WALL = True
    build_wall(connection)
    name_pro(None)
    yield lambda pro: name_pro(pro.pk if request.param == "one Pro is named" else None)
    name_pro(None)
    take_down_wall(connection)


def test_an_inquiry_is_stored_with_its_history(name):
    InquiryTypeFactory()
    pro = ProFactory()
    name(pro)
    customer = NamedCustomer(name="Zoë", email="zoe@example.org")
    fields = {**DEFAULTS, "user_id": None, "created_by": 123}
    prepare(pro, fields, by=None, inquiry_type_id=None, filter_option_ids=(), customer=customer).save(by=None)
    inquiry = Inquiry.objects.get()
    assert (inquiry.contact, InquiryHistory.objects.get().inquiry) == (Contact.objects.get(), inquiry)
    assert WaitingItem.objects.get().key == str(inquiry.pk)


def test_a_request_is_stored_with_its_contact(name):
    prop = PropertyFactory()
    name(prop.pro)
    words = {"name": "Zoë", "email": "zoe@example.org", "phone": "+32470123456", "message": "Free?", "language": "en"}
    receive(prop, id=uuid.uuid4(), **words)
    contact = Contact.objects.get()
    assert (ContactRequest.objects.get().contact, ContactEvent.objects.get().contact) == (contact, contact)
    assert WaitingItem.objects.get().contact == contact


def test_a_contact_is_stored_with_its_event(name):
    pro = ProFactory()
    name(pro)
    Contact.objects.register(pro, name="Zoë", email="zoe@example.org")
    assert ContactEvent.objects.get().contact == Contact.objects.get()
