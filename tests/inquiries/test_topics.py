"""An answer to an inquiry names it, joins its thread, and ends its waiting when it leaves."""

import pytest

from config.web.mail import make_signed_message_id
from contacts.conversations.reply_channels import find_reply_channel
from contacts.conversations.writing import write_message
from contacts.topics import read_topic, topic_of_answer
from inquiries.models import Inquiry
from inquiries.waiting import add_inquiry
from tests.factories import ContactFactory, InquiryFactory


@pytest.fixture
def inquiry(pro):
    contact = ContactFactory(pro=pro, name="Jan", email="jan@home.example")
    person = {"first_name": "Jan", "last_name": "", "email": "jan@work.example", "language": "nl"}
    return InquiryFactory(pro=pro, contact=contact, person=person, subject="Dakgoot", message="Hij lekt.")


def test_the_first_email_names_it_and_goes_to_the_address_of_its_profile(inquiry):
    reply_channel = find_reply_channel(inquiry.contact, "email", f"inquiry:{inquiry.pk}")
    assert (reply_channel.address, reply_channel.references) == ("jan@work.example", ())
    assert "Dakgoot" in reply_channel.subject
    assert str(inquiry.pk) in reply_channel.subject


def test_it_stands_below_the_acknowledgment(inquiry):
    Inquiry.objects.update(acknowledged_at=inquiry.created_at)
    reply_channel = find_reply_channel(inquiry.contact, "email", f"inquiry:{inquiry.pk}")
    assert reply_channel.references == (make_signed_message_id(f"inquiry.{inquiry.pk}"),)


def test_it_is_responded_to_when_the_answer_leaves(inquiry, user, work_tasks):
    user.undo_seconds = 0
    add_inquiry(inquiry)
    write_message(inquiry.contact, "We komen.", channel="email", by=user, topic=f"inquiry:{inquiry.pk}")
    assert Inquiry.objects.get().responded_at is None
    work_tasks()
    assert Inquiry.objects.get().responded_at is not None


def test_what_answers_its_acknowledgment_or_offer_is_about_it(inquiry):
    offer = inquiry.offers.create(title="Goot", amount=90)
    for name in (f"inquiry.{inquiry.pk}", f"offer.{offer.pk}"):
        ids = ["<other@x>", make_signed_message_id(name)]
        assert topic_of_answer(inquiry.contact, ids) == f"inquiry:{inquiry.pk}"
    assert topic_of_answer(inquiry.contact, [f"<inquiry.{inquiry.pk}@testserver>"]) == ""


@pytest.mark.parametrize("topic", ["inquiry:", "inquiry:0", "inquiry:99999999999999999999", "inquiry:-1", "other:1"])
def test_no_topic(inquiry, topic):
    assert read_topic(inquiry.contact, topic) is None


def test_another_contacts_inquiry_is_no_topic(inquiry, pro):
    assert read_topic(ContactFactory(pro=pro), f"inquiry:{inquiry.pk}") is None
