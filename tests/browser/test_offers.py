"""An offer from its first line to its answer, in a real browser; axe on each of its pages."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from inquiries.models import Inquiry, Offer
from inquiries.offers.lifecycle import send_offer
from tests.factories import PASSWORD, InquiryFactory

from .test_access import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
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


def signed_in(open_page, **options):
    page = open_page("/sign-in", **options)
    page.fill("[name=username]", "owner@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/inbox")
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_first_line_to_the_answer(open_page, inquiry, javascript):
    page = signed_in(open_page, java_script_enabled=javascript)
    page.goto(f"/inquiries/{inquiry.pk}/offers/new")
    page.get_by_label("Amount").fill("1.850,50")
    page.get_by_role("button", name="Save and preview the mail").click()
    expect(page.get_by_role("article")).to_contain_text("Hello Jan de Vries,")
    page.get_by_role("button", name="Send to jan@example.org").click()
    expect(page.get_by_role("status")).to_contain_text("on its way to jan@example.org")

    offer = Offer.objects.get()
    customer = open_page(f"/offers/{offer.key}", java_script_enabled=javascript)
    expect(customer.get_by_role("main")).to_contain_text("€1,850.50")
    customer.get_by_text("No, thank you").click()
    expect(customer.get_by_role("button", name="Decline the offer")).to_be_visible()
    customer.get_by_text("Accept the offer").click()
    customer.get_by_role("button", name="Yes, I accept").click()
    expect(customer.get_by_role("heading", name="You have accepted this offer")).to_be_visible()
    page.reload()
    expect(page.locator(".offer-head")).to_contain_text("Accepted")


def test_a_draft_is_discarded_in_two_steps(open_page, inquiry, user):
    draft = Offer.objects.create_draft(inquiry, by=user, title="Kitchen", amount=Decimal(1))
    page = signed_in(open_page)
    page.goto(f"/inquiries/{inquiry.pk}/offers/{draft.pk}")
    expect(page.get_by_role("button", name="Discard")).to_be_hidden()
    page.get_by_text("Discard this draft").click()
    page.get_by_role("button", name="Discard").click()
    page.wait_for_url(f"**/inquiries/{inquiry.pk}")
    assert Offer.objects.count() == 0


def tour(open_page, offer, check, **options):
    """What `check` finds on the customer's page in every state, and on the Pro's pages."""
    found = []
    page = open_page(f"/offers/{offer.key}", **options)
    for status in ("sent", "accepted", "declined", "expired"):
        Offer.objects.update(status=status, answered_at=offer.sent_at)
        page.goto(f"/offers/{offer.key}")
        found += check(page)
    page = signed_in(open_page, **options)
    draft = Offer.objects.create_draft(offer.inquiry, by=None, title=LONG, text=LONG, amount=Decimal("9999999999.99"))
    start = f"/inquiries/{offer.inquiry_id}/offers"
    for path in (f"{start}/new", f"{start}/{draft.pk}", f"{start}/{draft.pk}/send", f"{start}/{offer.pk}"):
        page.goto(path)
        found += check(page)
    page.goto(f"{start}/{draft.pk}")
    page.get_by_label("Amount").fill("much")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    return found + check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing(open_page, offer, scheme, width):
    assert Inquiry.objects.get() == offer.inquiry
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    assert tour(open_page, offer, violations, **options) == []


def test_nothing_scrolls_sideways_at_320_pixels(open_page, offer):
    def too_wide(page):
        width = page.evaluate("document.documentElement.scrollWidth")
        return [(page.url, width)] if width > 320 else []

    assert tour(open_page, offer, too_wide, viewport={"width": 320, "height": 640}) == []
