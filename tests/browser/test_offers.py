"""An offer from its first line to its answer, in a real browser; axe on each of its pages."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from inquiries.models import Inquiry, Offer
from inquiries.offers.lifecycle import send_offer
from tests.factories import InquiryFactory

from .barriers import hindrances
from .conftest import WIDE, on_one_width

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


@pytest.fixture
def inquiry(user):
    found = InquiryFactory(pro=user.pro, subject="New kitchen")
    found.person = {"first_name": "Jan", "last_name": "de Vries", "email": "jan@example.org", "language": "en"}
    found.save()
    return found


@pytest.fixture
def offer(inquiry, user):
    found = Offer.objects.create_draft(inquiry, by=user, title=LONG, text=LONG, amount=Decimal("9999999999.99"))
    send_offer(found)
    return found


@on_one_width
def test_from_the_first_line_to_the_answer(enter, open_page, inquiry, has_javascript):
    page = enter(f"/inquiries/{inquiry.pk}/offers/new", java_script_enabled=has_javascript)
    page.get_by_label("Amount").fill("1.850,50")
    page.get_by_role("button", name="Save and preview the mail").click()
    expect(page.get_by_role("article")).to_contain_text("Hello Jan de Vries,")
    page.get_by_role("button", name="Send to jan@example.org").click()
    expect(page.locator("#messages")).to_contain_text("on its way to jan@example.org")

    offer = Offer.objects.get()
    customer = open_page(f"/offers/{offer.key}", java_script_enabled=has_javascript)
    expect(customer.get_by_role("main")).to_contain_text("€1,850.50")
    customer.get_by_text("No, thank you").click()
    expect(customer.get_by_role("button", name="Decline the offer")).to_be_visible()
    customer.get_by_text("Accept the offer").click()
    customer.get_by_role("button", name="Yes, I accept").click()
    expect(customer.get_by_role("heading", name="You have accepted this offer")).to_be_visible()
    page.reload()
    expect(page.locator(".offer-head")).to_contain_text("Accepted")


def test_a_draft_is_discarded_in_two_steps(enter, inquiry, user):
    draft = Offer.objects.create_draft(inquiry, by=user, title="Kitchen", amount=Decimal(1))
    page = enter(f"/inquiries/{inquiry.pk}/offers/{draft.pk}")
    expect(page.get_by_role("button", name="Discard")).to_be_hidden()
    page.get_by_text("Discard this draft").click()
    page.get_by_role("button", name="Discard").click()
    page.wait_for_url(f"**/inquiries/{inquiry.pk}")
    assert Offer.objects.count() == 0


def tour(open_page, user, offer):
    """Hindrances on the customer's page in every state, and on the Pro's pages."""
    found = []
    page = open_page(f"/offers/{offer.key}", **WIDE)
    for status in ("sent", "accepted", "declined", "expired"):
        Offer.objects.update(status=status, answered_at=offer.sent_at)
        page.goto(f"/offers/{offer.key}")
        found += hindrances(page)
    page = open_page("/inbox", as_user=user, **WIDE)
    draft = Offer.objects.create_draft(offer.inquiry, by=None, title=LONG, text=LONG, amount=Decimal("9999999999.99"))
    start = f"/inquiries/{offer.inquiry_id}/offers"
    for path in (f"{start}/new", f"{start}/{draft.pk}", f"{start}/{draft.pk}/send", f"{start}/{offer.pk}"):
        page.goto(path)
        found += hindrances(page)
    page.goto(f"{start}/{draft.pk}")
    page.get_by_label("Amount").fill("much")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    return found + hindrances(page)


@pytest.mark.thorough
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page, user, offer):
    assert Inquiry.objects.get() == offer.inquiry
    assert tour(open_page, user, offer) == []
