"""What programs are told of a person goes with the person, also what is on its way."""

import json

import pytest

from config.events.models import Dispatch, Event
from contact_requests.receiving import receive
from contacts.models import Contact, Erasure
from contacts.privacy.erasing import erase, plan_erasure
from tests.factories import InquiryFactory, PropertyFactory

pytestmark = pytest.mark.django_db


def test_an_erasure_takes_the_events_of_the_person_alone(endpoint, pro):
    visit = {"phone": "", "message": "Is it free?", "language": "fr"}
    prop = PropertyFactory(pro=pro)
    for name in ("Anna", "Berta"):
        receive(prop, name=f"{name} Marchand", email=f"{name}@example.org".lower(), **visit)
    anna, berta = Contact.objects.order_by("created_at")
    # It is closed by the erasure itself, which tells the programs once more.
    InquiryFactory(pro=pro, contact=anna, user_id=None, person={"email": "anna@example.org"})
    request = anna.contact_requests.get()
    before = Event.objects.filter(contact_id=berta.pk).count()
    erasure = plan_erasure(anna, reason="asked", by=None)
    erase(erasure)
    assert (Erasure.objects.get().state, Erasure.objects.get().counts["told_programs"]) == ("done", 4)
    left = [json.loads(event.payload) for event in Event.objects.order_by("pk")]
    told = [(each["type"], each["data"].get("name") or each["data"]["id"]) for each in left]
    hers = [("contact.created", "Berta Marchand"), ("contact_request.created", "Berta Marchand")]
    # That she and her request are gone.
    gone = [("contact.deleted", str(anna.pk)), ("contact_request.deleted", str(request.pk))]
    assert (before, told) == (2, [*hers, *gone])
    assert Dispatch.objects.count() == 4
