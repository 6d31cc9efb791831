"""Rows of the list for what has no contact: they lead to the page of the inquiry."""

from decimal import Decimal

import pytest

from inquiries.models import Offer
from inquiries.offers.lifecycle import answer_offer, send_offer
from inquiries.waiting import add_inquiry
from tests.pages import Page

from ...factories import ContactFactory, InquiryFactory

pytestmark = pytest.mark.django_db


def test_an_inquiry_and_an_offers_answer_without_a_contact_lead_to_their_inquiries(pro, user, browser):
    bare = InquiryFactory(pro=pro, subject="Kitchen")
    add_inquiry(bare)
    person = {"first_name": "Jan", "last_name": "", "email": "jan@example.org", "language": "en"}
    inquiry = InquiryFactory(pro=pro, subject="Bathroom", contact=ContactFactory(pro=pro), person=person)
    offer = Offer.objects.create_draft(inquiry, by=user, title="Tiles", text="", amount=Decimal(4350))
    send_offer(offer, by=user)
    inquiry.contact.archive(by=user)
    answer_offer(Offer.objects.get(pk=offer.pk), "accepted")
    rows = Page(browser.get("/inbox")).all("a.row")
    assert [row["href"] for row in rows] == [f"/inquiries/{bare.pk}", f"/inquiries/{inquiry.pk}"]
