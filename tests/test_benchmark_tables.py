"""The tables of `make bench`, on few rows: what is generated in the database is what the product would have stored."""

import pytest

from config.accounts.models import Pro
from contact_requests.models import ContactRequest
from contacts.models import Contact, ContactIdentity, ContactMessage, WaitingItem
from contacts.search_text import message_search_text
from inquiries.models import Inquiry

from .benchmarks.tables import fill
from .benchmarks.words import Shape

ROWS = 400


@pytest.fixture
def filled(transactional_db):
    fill(Shape(rows=ROWS, pros=5))


@pytest.mark.thorough
def test_each_pro_has_its_share_of_every_table(filled):
    for model in (Contact, ContactMessage, WaitingItem, Inquiry):
        counts = [model.objects.for_pro(pro).count() for pro in Pro.objects.order_by("pk")]
        assert counts == [40, 4, 119, 118, 119], model
    assert ContactIdentity.objects.count() == 2 * ROWS
    assert ContactRequest.objects.count() == ROWS
    assert {request.pro_id == request.property.pro_id for request in ContactRequest.objects.all()} == {True}


def test_the_search_texts_are_those_that_the_product_makes(filled):
    for model in (Contact, ContactRequest, Inquiry):
        for row in model.objects.all():
            assert row.search_text == row.make_search_text()
    for message in ContactMessage.objects.all():
        assert message.search_text == message_search_text(message.subject, message.text)


def test_rows_are_found_by_the_index_that_was_made_again(filled):
    contact = Contact.objects.order_by("email")[7]
    assert list(Contact.objects.for_pro(contact.pro).search(contact.email)) == [contact]
