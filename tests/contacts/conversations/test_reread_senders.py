"""Reading again corrects who wrote and where an answer goes, and confirms nobody by itself."""

from dataclasses import replace

import pytest

from contact_requests.models import ContactRequest
from contacts.channels import email
from contacts.conversations.rereading import reread_delivery
from contacts.conversations.senders import correct_sender
from contacts.models import Contact, ContactMessage
from tests.factories import PropertyFactory

from ..channels.payloads import connect

pytestmark = pytest.mark.django_db

LEAD = (
    b"From: Portal <no-reply@portal.example>\nMessage-ID: <1@portal.example>\nSubject: Ref. AP-12\n\n"
    b"Name: Lea\nE-mail: lea@example.org\nMessage: May I visit it?\nReference: AP-12\n"
)
FORGED = (
    b"Authentication-Results: mx.example; dmarc=fail\nFrom: Shop <info@shop.example>\nReply-To: Bo <bo@else.example>\n"
    b"Message-ID: <2@shop.example>\nSubject: Keys\n\nWhere are the keys?\n"
)
MAIL = b"From: Ana <ana@example.org>\nMessage-ID: <3@example.org>\nSubject: Visit\n\nIs it free?\n"


@pytest.fixture
def receive_mail(pro, receive_call):
    return lambda content: receive_call(connect(pro, "mime"), content, "message/rfc822")


def read_again(message):
    reread_delivery.call(message.delivery_id)
    return ContactMessage.objects.select_related("contact").get(pk=message.pk)


def read_otherwise(monkeypatch, **changes):
    reading = email.read_call
    monkeypatch.setattr(email, "read_call", lambda *call: (replace(item, **changes) for item in reading(*call)))


def test_a_corrected_sender_who_is_not_proven_waits_to_be_confirmed(pro, receive_mail):
    shop = Contact.objects.register(pro, name="Shop", email="info@shop.example")
    message = receive_mail(FORGED)
    assert (message.contact.name, message.is_unconfirmed) == ("Bo", False)
    correct_sender(message, "person")
    message = read_again(message)
    assert (message.contact, message.address, message.is_unconfirmed) == (shop, "bo@else.example", True)


def test_the_address_for_an_answer_is_corrected_for_the_same_sender(receive_mail, monkeypatch):
    message = receive_mail(MAIL)
    changes = {"address": "desk@example.org", "by_way_of": "list@example.net", "is_automatic": True}
    read_otherwise(monkeypatch, **changes)
    after = read_again(message)
    assert (after.contact, after.contact.unread_count) == (message.contact, 1)
    assert {name: getattr(after, name) for name in changes} == changes


def test_words_stay_when_the_original_cannot_be_read_this_time(receive_mail, monkeypatch):
    message = receive_mail(MAIL)
    read_otherwise(monkeypatch, text="Too large to show.", identities=(("email", "x"),), email="", is_unreadable=True)
    after = read_again(message)
    assert (after.text, after.contact, Contact.objects.count()) == ("Is it free?", message.contact, 1)


def test_a_lead_of_an_archived_contact_stays_a_message(pro, user, receive_mail):
    message = receive_mail(LEAD)
    message.contact.archive(by=user)
    PropertyFactory(pro=pro, reference="AP-12")
    after = read_again(message)
    assert (after.contact, after.lead["references"]) == (message.contact, ["AP-12"])
    assert ContactRequest.objects.count() == 0
