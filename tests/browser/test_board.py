"""The board in a real browser: a card moved by drag, by menu and by key, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from inquiries.history.reading import read_history
from inquiries.models import AllowedMove, Inquiry, PendingMove
from inquiries.pipeline.moves import move_inquiry
from tests.factories import InquiryFactory, InquiryTypeFactory

from .barriers import barriers
from .conftest import PHONE, WIDE

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = ["submitted", "in_review", "waiting", "answered", "closed"]


@pytest.fixture
def inquiry_type(db):
    """From the second step there is a way back, and one past the third."""
    inquiry_type = InquiryTypeFactory(name="Test", slug="test", steps=STEPS)
    at = {step.key: step for step in inquiry_type.steps.all()}
    AllowedMove.objects.create(from_step=at["in_review"], to_step=at["submitted"])
    AllowedMove.objects.create(from_step=at["in_review"], to_step=at["answered"])
    return inquiry_type


@pytest.fixture
def kitchen(user, inquiry_type):
    InquiryFactory(pro=user.pro, inquiry_type=inquiry_type, subject="Bath", priority="high")
    return InquiryFactory(pro=user.pro, inquiry_type=inquiry_type, subject="Kitchen")


@pytest.fixture
def board(enter, kitchen):
    """Opens the board of the owner."""
    return lambda **options: enter("/inquiries/board/test", **(options or WIDE))


def column(page, label):
    return page.get_by_role("region", name=label, exact=True)


def card(page, subject="Kitchen"):
    return page.locator(".ticket", has=page.get_by_role("link", name=subject, exact=True))


def trail(inquiry):
    return [entry.to_status for entry in read_history(inquiry.pk)]


def expect_on(page, label, subject="Kitchen"):
    """The card is there and nowhere else, and the count says so."""
    expect(card(page, subject)).to_have_count(1)
    expect(column(page, label).get_by_role("link", name=subject, exact=True)).to_be_visible()


def board_message(page):
    return page.locator("#board-message[role=status]")


def toasts(page):
    return page.locator("#toasts")


def make_moves(user):
    """Let the owner's moves take effect at once."""
    user.undo_seconds = 0
    user.save()


@pytest.mark.smoke
def test_a_card_is_dragged_to_a_column_that_takes_it(board, kitchen, user):
    make_moves(user)
    page = board()
    card(page).drag_to(column(page, "In Review"))
    expect(toasts(page)).to_contain_text("“Kitchen” moved to “In Review”.")
    expect_on(page, "In Review")
    expect(column(page, "In Review").locator(".column-head .count")).to_have_text("1")
    expect(column(page, "Submitted").locator(".column-head .count")).to_have_text("1")
    expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_focused()
    assert trail(kitchen) == ["submitted", "in_review"]
    page.reload()
    expect_on(page, "In Review")


def test_while_dragging_the_columns_say_what_they_take(board, kitchen):
    move_inquiry(kitchen, to="in_review", by=None)
    page = board()
    card(page).hover()
    page.mouse.down()
    # The first move of the mouse begins the drag, the second one is over something.
    column(page, "Waiting").hover()
    column(page, "Waiting").hover()
    expect(page.locator(".column.is-open h2")).to_have_text(["Submitted", "Waiting", "Answered"])
    expect(column(page, "Waiting")).to_have_class("column is-folded is-open is-over")
    column(page, "Closed").hover()
    column(page, "Closed").hover()
    expect(page.locator(".is-over")).to_have_count(0)
    expect(column(page, "Closed")).to_have_css("opacity", "0.4")
    page.mouse.up()
    # It refused the card, and nobody was asked.
    expect(page.locator(".is-open, .is-dragged, .is-dragging")).to_have_count(0)
    expect_on(page, "In Review")
    assert trail(kitchen) == ["submitted", "in_review"]


def test_a_card_is_moved_by_its_menu_with_a_note_and_undone(board, kitchen):
    page = board()
    page.get_by_role("button", name="Move “Kitchen”").click()
    menu = page.locator(".sheet:popover-open")
    expect(menu.get_by_role("button")).to_have_text(["In Review"])
    closing = f"/inquiries/{kitchen.pk}?from=board&close=1#progress"
    expect(menu.get_by_role("link", name="Close…")).to_have_attribute("href", closing)
    menu.get_by_label("Note for the history").fill("I look at it.")
    menu.get_by_role("button", name="In Review").click()
    expect_on(page, "In Review")
    assert PendingMove.objects.get().note == "I look at it."
    toasts(page).get_by_role("button", name="Undo").click()
    expect(toasts(page)).to_contain_text("“Kitchen” stays where it was.")
    expect_on(page, "Submitted")
    assert (trail(kitchen), PendingMove.objects.get().state) == (["submitted"], "undone")


def test_a_card_says_that_it_can_still_be_undone(board, kitchen):
    page = board()
    card(page).drag_to(column(page, "In Review"))
    card(page).get_by_role("button", name="Undo").click()
    expect_on(page, "Submitted")
    expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_focused()
    page.reload()
    expect_on(page, "Submitted")
    assert trail(kitchen) == ["submitted"]


def test_a_move_is_undone_by_a_key(board, kitchen):
    page = board()
    page.get_by_role("link", name="Kitchen", exact=True).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(toasts(page)).to_contain_text("“Kitchen” moved to “In Review”.")
    page.keyboard.press("z")
    expect(toasts(page)).to_contain_text("“Kitchen” stays where it was.")
    expect_on(page, "Submitted")
    assert trail(kitchen) == ["submitted"]


def test_a_card_is_moved_by_keys_alone(board, kitchen, user):
    make_moves(user)
    page = board()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Bath", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    expect(board_message(page)).to_have_text("No allowed step in that direction.")
    page.keyboard.press("Shift+ArrowRight")
    expect(toasts(page)).to_contain_text("“Kitchen” moved to “In Review”.")
    expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("link", name="Bath", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator(".sheet:popover-open").get_by_role("button", name="Submitted")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".sheet:popover-open")).to_have_count(0)
    expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator(".sheet:popover-open").get_by_role("button", name="Submitted")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".sheet:popover-open").get_by_role("button", name="Answered")).to_be_focused()
    page.keyboard.press("Enter")
    expect(toasts(page)).to_contain_text("“Kitchen” moved to “Answered”.")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect_on(page, "Closed")
    assert trail(kitchen) == ["submitted", "in_review", "answered", "closed"]


def test_a_colleague_was_quicker(board, kitchen):
    page = board()
    move_inquiry(kitchen, to="in_review", by=None)
    move_inquiry(kitchen, to="waiting", by=None)
    page.get_by_role("link", name="Kitchen", exact=True).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(board_message(page)).to_contain_text("“Kitchen” was not moved. It is now on “Waiting”.")
    expect(board_message(page)).to_contain_text("From there it can move to: “Answered”.")
    expect_on(page, "Waiting")
    expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_focused()
    assert trail(kitchen) == ["submitted", "in_review", "waiting"]


def test_what_did_not_get_through_is_said_and_can_be_done_again(board, kitchen):
    page = board()
    page.context.set_offline(True)
    page.get_by_role("link", name="Kitchen", exact=True).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_text("Something went wrong.").wait_for()
    expect_on(page, "Submitted")
    page.context.set_offline(False)
    page.keyboard.press("Shift+ArrowRight")
    expect_on(page, "In Review")
    expect(page.get_by_text("Something went wrong.")).to_be_hidden()


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_without_javascript(board, kitchen, size):
    page = board(java_script_enabled=False, **size)
    page.get_by_role("button", name="Move “Kitchen”").click()
    page.locator(".sheet:popover-open").get_by_role("button", name="In Review").click()
    expect(toasts(page)).to_contain_text("“Kitchen” moved to “In Review”.")
    expect(column(page, "In Review").get_by_role("link", name="Kitchen", exact=True)).to_have_count(1)
    toasts(page).get_by_role("button", name="Undo").click()
    expect(column(page, "Submitted").get_by_role("link", name="Kitchen", exact=True)).to_have_count(1)
    page.get_by_role("searchbox").fill("bath")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".ticket h3")).to_have_text(["Bath"])
    assert trail(kitchen) == ["submitted"]


def test_the_filter_works_as_one_types(board, kitchen):
    page = board()
    page.get_by_role("searchbox").fill("kit")
    expect(page.locator(".ticket h3")).to_have_text(["Kitchen"])
    expect(page).to_have_url(re.compile(r"/inquiries/board/test\?q=kit$"))
    card(page).drag_to(column(page, "In Review"))
    expect_on(page, "In Review")
    expect(page.locator(".ticket h3")).to_have_text(["Kitchen"])
    page.get_by_role("searchbox").fill("")
    expect(page.locator(".ticket h3")).to_have_text(["Bath", "Kitchen"])
    page.get_by_label("Priority").select_option("high")
    expect(page.locator(".ticket h3")).to_have_text(["Bath"])


def test_on_a_phone_one_column_at_a_time(board, kitchen, user):
    make_moves(user)
    page = board(**PHONE, has_touch=True)
    expect(column(page, "Submitted")).to_be_in_viewport(ratio=0.5)
    page.get_by_role("button", name="Steps").click()
    page.locator("#jump").get_by_role("link", name="Closed").click()
    expect(column(page, "Closed")).to_be_in_viewport(ratio=0.5)
    expect(page.locator("#jump")).to_be_hidden()
    page.get_by_role("button", name="Steps").click()
    page.locator("#jump").get_by_role("link", name="Submitted").click()
    page.get_by_role("button", name="Move “Kitchen”").click()
    page.locator(".sheet:popover-open").get_by_role("button", name="In Review").click()
    expect_on(page, "In Review")
    expect(card(page)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert trail(kitchen) == ["submitted", "in_review"]


@pytest.mark.thorough
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_axe_finds_nothing_with_a_menu_open_and_after_a_move(board, kitchen, inquiry_type, user, size):
    for n, key in enumerate(STEPS):
        row = InquiryFactory(
            pro=user.pro, inquiry_type=inquiry_type, subject=f"No. {n}", priority=["low", "urgent"][n % 2]
        )
        Inquiry.objects.filter(pk=row.pk).update(
            step=inquiry_type.steps.get(key=key), profile_problem="Nobody." * (n % 2)
        )
    page, width = board(**size), size["viewport"]["width"]
    page.get_by_role("button", name="Move “Kitchen”").click()
    expect(page.locator(".sheet:popover-open")).to_be_visible()
    assert barriers(page, widths=(width,)) == []
    page.locator(".sheet:popover-open").get_by_role("button", name="In Review").click()
    expect(toasts(page)).to_contain_text("Undo")
    assert barriers(page, widths=(width,)) == []
