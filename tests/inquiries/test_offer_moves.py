"""An offer moves its inquiry along, as far as the pipeline allows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from inquiries.models import Offer
from inquiries.offers.lifecycle import answer_offer, open_offer, send_offer
from inquiries.pipeline.moves import close_inquiry, move_inquiry
from inquiries.pipeline.pending import plan_close

from ..factories import InquiryFactory
from ..pages import Page
from .engine import allow, state, trail

PERSON = {"first_name": "Jan", "last_name": "de Vries", "email": "jan@example.org", "language": "en"}


@pytest.fixture
def asked(pro, shipped):
    """An offer request of a customer with an e-mail address."""
    return InquiryFactory(pro=pro, inquiry_type=shipped["offer_request"], person=PERSON, profile_at=timezone.now())


@pytest.fixture
def offer(asked, user):
    """Makes drafts of offers for it."""

    def make(title="Kitchen"):
        valid_until = timezone.now().date() + timedelta(days=30)
        fields = {"title": title, "text": "", "amount": Decimal("1850.50"), "currency": "EUR"}
        return Offer.objects.create_draft(asked, by=user, valid_until=valid_until, **fields)

    return make


def notes(inquiry):
    return [(row.to_status, row.by_name, row.changed_by, row.note) for row in inquiry.history.all()][1:]


def test_sent_opened_and_accepted(asked, offer, user):
    kitchen = offer()
    assert state(asked)[0] == "submitted"
    send_offer(kitchen, by=user)
    assert state(asked) == ("offer_sent", "in_progress")
    open_offer(Offer.objects.get())
    assert state(asked)[0] == "offer_viewed"
    answer_offer(Offer.objects.get(), "accepted")
    assert state(asked)[0] == "offer_accepted"
    assert notes(asked) == [
        ("offer_created", str(user), None, "Offer sent"),
        ("offer_sent", str(user), None, "Offer sent"),
        ("offer_viewed", "", 456, "The customer opened the offer"),
        ("offer_accepted", "", 456, "The customer accepted the offer"),
    ]


def test_accepted_before_it_was_opened(asked, offer, user):
    send_offer(offer(), by=user)
    answer_offer(Offer.objects.get(), "accepted")
    assert [to for _from, to in trail(asked)][-2:] == ["offer_viewed", "offer_accepted"]


def test_a_revised_offer_goes_out_again_and_an_older_one_changes_nothing(asked, offer, user):
    first = offer()
    send_offer(first, by=user)
    for key in ("offer_viewed", "in_negotiation", "offer_revised"):
        move_inquiry(asked, to=key, by=user)
    send_offer(offer("Revised"), by=user)
    assert state(asked)[0] == "offer_sent"
    move_inquiry(asked, to="offer_viewed", by=user)
    move_inquiry(asked, to="in_negotiation", by=user)
    open_offer(Offer.objects.get(pk=first.pk))
    assert state(asked)[0] == "in_negotiation"
    answer_offer(Offer.objects.get(pk=first.pk), "accepted")
    assert state(asked)[0] == "offer_accepted"


def test_declining_moves_nothing(asked, offer, user):
    send_offer(offer(), by=user)
    answer_offer(Offer.objects.get(), "declined")
    assert state(asked)[0] == "offer_sent"


def test_where_the_pipeline_does_not_allow_it_the_offer_is_sent_all_the_same(asked, offer, user, draft):
    kitchen = offer()
    close_inquiry(asked, by=user)
    assert send_offer(kitchen, by=user)
    open_offer(Offer.objects.get(pk=kitchen.pk))
    assert answer_offer(Offer.objects.get(pk=kitchen.pk), "accepted")
    assert state(asked) == ("closed", "closed")
    # A pipeline without such steps.
    send_offer(draft, by=user)
    assert state(draft.inquiry) == ("submitted", "open")


def test_a_skip_that_staff_allowed_is_taken(asked, offer, user):
    allow(asked.inquiry_type, "submitted", "offer_sent")
    send_offer(offer(), by=user)
    assert trail(asked)[1:] == [("submitted", "offer_sent")]


def test_a_move_that_is_pending_meanwhile_is_refused(asked, offer, user):
    send_offer(offer(), by=user)
    plan_close(asked, outcome="cancelled", by=user)
    answer_offer(Offer.objects.get(), "accepted")
    assert state(asked)[0] == "offer_accepted"
    assert list(asked.pending_moves.values_list("state", flat=True)) == ["refused"]


def test_the_customer_s_page_moves_it(nobody, browser, asked, offer, user):
    kitchen = offer()
    send_offer(kitchen, by=user)
    browser.get(f"/offers/{kitchen.key}")
    assert state(asked)[0] == "offer_sent"
    nobody.get(f"/offers/{kitchen.key}")
    assert state(asked)[0] == "offer_viewed"
    nobody.post(f"/offers/{kitchen.key}", {"answer": "accept"})
    assert state(asked)[0] == "offer_accepted"
    history = Page(browser.get(f"/inquiries/{asked.pk}")).one("#history").text
    assert "The customer accepted the offer" in history and "Jan de Vries" in history


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_move_at_once_wait_for_each_other(asked, offer, user, at_once):
    send_offer(offer(), by=user)
    open_offer(Offer.objects.get())

    def work(number):
        if number:
            return answer_offer(Offer.objects.select_related("inquiry").get(), "accepted")
        return close_inquiry(type(asked).objects.get(pk=asked.pk), by=user)

    assert at_once(2, work)[1] is True
    assert Offer.objects.get().status == "accepted"
    assert state(asked)[0] == "closed"
