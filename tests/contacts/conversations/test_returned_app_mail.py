"""A returned mail marks what it is about: a reply to a request, an acknowledgment, an offer."""

import pytest

from contact_requests.models import ContactRequest
from contact_requests.receiving import receive
from contacts.models import ContactMessage
from tests.contact_requests.rows import answer
from tests.factories import PropertyFactory
from tests.pages import Page

from ..messaging import arrive, state

pytestmark = pytest.mark.django_db

RETURNED = "The e-mail was returned: see the message about it."
WARNING = "The acknowledgment was returned: the e-mail address may be wrong."


def bounce(letterbox, message_id, **fields):
    """Receive the report that the mail with this Message-ID was not delivered."""
    return arrive(
        letterbox, "550 no such user", who="Mailer", is_returned=True, is_silent=True, about=message_id, **fields
    )


@pytest.fixture
def asked(pro):
    house = PropertyFactory(pro=pro)
    return receive(house, name="Ana", email="ana@example.org", phone="", message="Is it free?", language="en")


def test_a_returned_reply_is_marked_and_the_report_stands_with_its_contact(user, letterbox, asked, work_tasks):
    written = answer(asked, "Yes.", by=user)
    work_tasks()
    # As one is stored that went out when replies were none of the conversation.
    former = f"<reply.{written.pk}@testserver>"
    ContactMessage.objects.filter(pk=written.pk).update(external_id=former)
    report = bounce(letterbox, former)
    assert report.contact == asked.contact
    assert state(written) == ("failed", RETURNED, former)


def test_a_returned_acknowledgment_is_shown_on_the_request(browser, letterbox, asked):
    letter = f"#request-{asked.pk} .wrong"
    page = Page(browser.get(f"/inbox/{asked.contact_id}"))
    assert (page.texts(letter), page.has(f"#request-{asked.pk}")) == ([], True)
    assert bounce(letterbox, f"<acknowledgment.{asked.pk}@testserver>").contact == asked.contact
    assert Page(browser.get(f"/inbox/{asked.contact_id}")).texts(letter) == [WARNING]


def test_mails_of_another_pro_and_made_up_ids_are_not_marked(letterbox, other_user):
    theirs = receive(
        PropertyFactory(pro=other_user.pro), name="Bo", email="bo@example.org", phone="", message="Hello", language="en"
    )
    ids = [
        f"<acknowledgment.{theirs.pk}@testserver>",
        f"<acknowledgment.{theirs.pk}@elsewhere.example>",
        "<acknowledgment.1@testserver>",
        "<reply.@testserver>",
        "<offer.99999999999999999999@testserver>",
        "<inquiry.²@testserver>",
        "",
    ]
    for number, id in enumerate(ids):
        assert bounce(letterbox, id, external_id=f"<{number}@mx.example>").contact.name == "Mailer"
    assert ContactRequest.objects.get().acknowledgment_returned_at is None
