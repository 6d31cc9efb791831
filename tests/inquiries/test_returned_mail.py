"""A returned mail marks the offer or the acknowledgment that it is about."""

import pytest
from django.core import mail
from django.utils import timezone

from config.web.mail import make_signed_message_id
from contacts.models import Contact
from inquiries.models import Inquiry
from tests.contacts.messaging import arrive, connect
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def bounce(pro):
    """Receives the report that the mail with a Message-ID was not delivered."""
    connection = connect(pro, "email")
    return lambda id: arrive(connection, "550", who="Mailer", is_returned=True, is_silent=True, about=id)


@pytest.fixture
def jan_of_the_book(pro, sent):
    contact = Contact.objects.register(pro, name="Jan", email="jan@example.org")
    Inquiry.objects.filter(pk=sent.inquiry_id).update(contact=contact, profile_at=timezone.now())
    return contact


def test_a_returned_offer_has_failed_and_can_be_sent_again(browser, sent, jan_of_the_book, bounce, work_tasks):
    work_tasks()
    id = make_signed_message_id(f"offer.{sent.pk}")
    assert mail.outbox[0].extra_headers["Message-ID"] == id
    assert bounce(id).contact == jan_of_the_book
    sent.refresh_from_db()
    assert (sent.mail_error, sent.mail_failed_at is None) == (
        "The e-mail was returned: see the message about it.",
        False,
    )
    page = Page(browser.get(f"/inquiries/{sent.inquiry_id}/offers/{sent.pk}"))
    assert sent.mail_error in page.text


def test_a_returned_acknowledgment_is_shown_beside_the_customer(browser, sent, jan_of_the_book, bounce):
    address = f"/inquiries/{sent.inquiry_id}"
    warning = "The acknowledgment was returned: the e-mail address may be wrong."
    assert warning not in Page(browser.get(address)).one("#customer").text
    assert bounce(make_signed_message_id(f"inquiry.{sent.inquiry_id}")).contact == jan_of_the_book
    assert warning in Page(browser.get(address)).one("#customer").text


def test_a_message_id_that_somebody_guesses_marks_nothing(sent, jan_of_the_book, bounce):
    signature = make_signed_message_id(f"offer.{sent.pk}").partition("@")[0].rpartition(".")[2]
    guesses = (
        f"<offer.{sent.pk}@testserver>",
        f"<inquiry.{sent.inquiry_id}@testserver>",
        f"<offer.{sent.pk + 1}.{signature}@testserver>",
        f"<inquiry.{sent.inquiry_id}.{signature}@testserver>",
    )
    for id in guesses:
        assert bounce(id).contact.name == "Mailer"
    sent.refresh_from_db()
    assert (sent.mail_error, Inquiry.objects.get(pk=sent.inquiry_id).acknowledgment_returned_at) == ("", None)
