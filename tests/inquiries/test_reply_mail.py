"""A customer's reply to an acknowledgment or an offer joins the thread of their inquiry."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from contacts.models import ContactMessage, WaitingItem
from contacts.reply_addresses import make_reply_address
from inquiries.mails import mail_acknowledgment
from inquiries.models import Offer
from inquiries.offers.lifecycle import send_offer
from tests.contacts.channels.reply_calls import deliver_reply, receive_replies
from tests.factories import ContactFactory, InquiryFactory


@pytest.fixture(params=["mailgun", "postmark"])
def provider(request, settings):
    receive_replies(settings, request.param)
    return request.param


@pytest.fixture
def inquiry(pro):
    contact = ContactFactory(pro=pro, name="Jan", email="jan@home.example")
    contact.hold_identities()
    person = {"first_name": "Jan", "last_name": "", "email": "jan@home.example", "language": "nl"}
    return InquiryFactory(pro=pro, contact=contact, person=person, profile_at=timezone.now())


def assert_joins(nobody, provider, work_tasks, inquiry, message):
    """Answer a mail, and see the answer wait in the inquiry's thread."""
    (address,) = message.reply_to
    assert address == make_reply_address(f"inquiry:{inquiry.pk}")
    assert deliver_reply(nobody, provider, address, "Graag!", by="jan@home.example").status_code == 200
    work_tasks()
    back = ContactMessage.objects.get(state="received")
    assert (back.contact, back.topic, back.text, back.is_unconfirmed) == (
        inquiry.contact,
        f"inquiry:{inquiry.pk}",
        "Graag!",
        False,
    )
    assert WaitingItem.objects.filter(ended_at=None, kind="message").get().key == str(back.pk)


def test_an_answer_to_the_acknowledgment(provider, nobody, inquiry, work_tasks):
    mail_acknowledgment.func(inquiry.pk)
    assert_joins(nobody, provider, work_tasks, inquiry, mail.outbox[-1])


def test_an_answer_to_an_offer(provider, nobody, user, inquiry, work_tasks):
    valid_until = timezone.now().date() + timedelta(days=30)
    send_offer(Offer.objects.create_draft(inquiry, by=user, title="Goot", amount=90, valid_until=valid_until))
    work_tasks()
    (message,) = [each for each in mail.outbox if each.to == ["jan@home.example"]]
    assert_joins(nobody, provider, work_tasks, inquiry, message)


def test_an_inquiry_without_a_contact_has_an_address_of_its_pro(provider, nobody, pro, inquiry, work_tasks):
    inquiry.contact = None
    inquiry.save()
    deliver_reply(nobody, provider, make_reply_address(f"inquiry:{inquiry.pk}"), by="jan@home.example")
    work_tasks()
    back = ContactMessage.objects.get(state="received")
    assert (back.pro, back.contact.email, back.topic) == (pro, "jan@home.example", "")
