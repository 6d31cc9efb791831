"""A returned mail marks the offer or the acknowledgment that it is about."""

import pytest
from django.core import mail
from django.utils import timezone

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
    id = f"<offer.{sent.pk}@testserver>"
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
    assert bounce(f"<inquiry.{sent.inquiry_id}@testserver>").contact == jan_of_the_book
    assert warning in Page(browser.get(address)).one("#customer").text
