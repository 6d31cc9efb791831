"""axe on what the desk, an inquiry and the board become in use, light and dark, wide and narrow."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from contacts.conversations.drafts import save_draft
from contacts.models import ContactNote, WaitingItem
from contacts.waiting.later import put_off, wake_items
from inquiries.models import InquiryType
from tests.contacts.messaging import arrive, connect
from tests.factories import InquiryFactory

from .barriers import hindrances
from .conftest import WIDE

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Wolfeschlegelsteinhausenbergerdorff"


@pytest.fixture
def channel(user):
    return connect(user.pro, "whatsapp")


@pytest.fixture
def contact(channel):
    """A person with two things that wait, and one who waits after them."""
    message = arrive(channel, f"{LONG * 3} Is it free?", who=LONG * 2)
    arrive(channel, "And the garden?", who=LONG * 2)
    arrive(channel, "Hello", who="Zoé")
    return message.contact


@pytest.fixture
def desk(enter, contact):
    return lambda path=f"/inbox/{contact.pk}": enter(path, **WIDE)


def check(page, state):
    """Barriers that axe finds in a state of the page, and the page itself if it scrolls sideways at 320 px."""
    return [(state, *each) for each in hindrances(page)]


def come_back(contact):
    """The time that a person was put off to has come."""
    WaitingItem.objects.filter(contact=contact).update(later_until=timezone.now() - timedelta(minutes=1))
    wake_items()


def test_an_inbox_where_nobody_waits(enter, user):
    page = enter("/inbox", **WIDE)
    expect(page.locator(".is-happy")).to_be_visible()
    assert check(page, "nobody waits") == []


@pytest.mark.thorough
def test_menus_and_keys(desk, contact):
    page = desk()
    found = []
    for opener, menu in {"views": "#views", "later-menu": "#later-menu", "item-menu": "#item-menu"}.items():
        page.locator(f"[popovertarget={opener}]").click()
        expect(page.locator(menu)).to_be_visible()
        found += check(page, menu)
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert found + check(page, "keys") == []


@pytest.mark.thorough
def test_put_off_and_returned(desk, contact, user):
    put_off(contact, timezone.now() + timedelta(days=2), words=LONG, by=user)
    page = desk()
    page.get_by_text("comes back on").wait_for()
    found = check(page, "put off")
    page.goto("/inbox/later")
    page.locator(".row").wait_for()
    found += check(page, "later")
    come_back(contact)
    page.goto("/inbox")
    expect(page.locator(".row").first).to_contain_text(LONG)
    found += check(page, "returned")
    page.locator("[popovertarget=later-menu]").click()
    page.locator("#later-menu [value=date]").click()
    page.locator("#item .errorlist, #later-menu .errorlist").first.wait_for(state="attached")
    assert found + check(page, "no date") == []


@pytest.mark.thorough
def test_several_people_are_chosen(desk, contact):
    page = desk()
    page.goto("/inbox")
    page.get_by_role("checkbox", name=f"Choose {contact.name}").check(force=True)
    expect(page.get_by_role("group", name="Chosen people")).to_be_visible()
    found = check(page, "chosen")
    page.locator("[popovertarget=chosen-later]").click()
    assert found + check(page, "chosen, later") == []


@pytest.mark.thorough
def test_written_to_before_the_date(desk, channel, contact, user):
    put_off(contact, timezone.now() + timedelta(days=2), words=LONG, by=user)
    arrive(channel, "I have decided.", who=LONG * 2)
    page = desk()
    page.locator(".item-notice").wait_for()
    assert check(page, "written before") == []


@pytest.mark.thorough
def test_an_answer_that_was_overtaken(desk, channel, contact):
    page = desk()
    page.locator(".composer-more summary").click()
    page.locator("#message-form textarea").fill(f"{LONG} yes.")
    arrive(channel, "Never mind!", who=LONG * 2)
    page.locator("#message-form .button-main").click()
    page.get_by_role("button", name="Send all the same").wait_for()
    assert check(page, "overtaken") == []


def test_draft_note_and_toast(desk, contact, user):
    save_draft(contact, user, f"{LONG} I think", cc="anna@example.org")
    ContactNote.objects.add_note(contact, LONG * 4, by=user)
    page = desk()
    found = check(page, "draft")
    page.locator("label[for=tab-note]").click()
    found += check(page, "note")
    page.get_by_role("button", name="Answered another way").click()
    page.get_by_role("heading", name="Zoé").wait_for()
    found += check(page, "undo")
    page.get_by_role("button", name="Answered another way").click()
    page.locator(".is-happy").wait_for()
    found += check(page, "all done")
    page.goto(f"/inbox/{contact.pk}?view=done")
    found += check(page, "done")
    page.goto("/inbox/drafts")
    page.locator(".row").wait_for()
    assert found + check(page, "drafts") == []


def test_an_inquiry_and_its_board(enter, user, shipped):
    inquiry_type = InquiryType.objects.get(slug="offer_request")
    inquiry = InquiryFactory(pro=user.pro, inquiry_type=inquiry_type, subject=LONG * 2, user_id=None)
    page = enter(f"/inquiries/{inquiry.pk}", **WIDE)
    found = check(page, "inquiry")
    page.goto(f"/inquiries/{inquiry.pk}/offers/new")
    found += check(page, "offer")
    page.goto("/inquiries/board/offer_request")
    page.locator(".ticket").first.wait_for()
    assert found + check(page, "board") == []
