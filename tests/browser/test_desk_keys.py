"""Keys of the desk, in a real browser: how many an answer takes, and each for moving, ending, undoing and choosing."""

import pytest
from playwright.sync_api import expect

from contacts.models import ContactMessage, ContactNote, Draft, WaitingItem
from tests.contacts.messaging import arrive, connect

from .conftest import wait_until
from .desk import DESK, tell

pytestmark = pytest.mark.django_db(transaction=True)


def test_keys_of_an_answer(enter, people, user):
    page = enter("/inbox", **DESK)
    page.get_by_role("heading", name="P00").wait_for()
    keys = ["r", "Control+Shift+Enter"]
    page.keyboard.press(keys[0])
    page.keyboard.type("Yes.")
    page.keyboard.press(keys[1])
    page.get_by_role("heading", name="P01").wait_for()
    tell(f"keys of an answer, beside its words: {len(keys)}")
    expect(page.locator(".row", has_text="P00")).to_have_count(0)
    expect(page.locator("[data-waiting-count]")).to_have_text("15")
    message = ContactMessage.objects.get(state="scheduled")
    assert (message.contact, message.text, len(keys) <= 3) == (people[0], "Yes.", True)


def test_an_answer_is_undone_by_a_key(enter, people):
    page = enter("/inbox", **DESK)
    page.get_by_role("heading", name="P00").wait_for()
    page.keyboard.press("r")
    page.keyboard.type("Yes.")
    page.keyboard.press("Control+Enter")
    page.locator("#toasts .toast").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.get_by_label("Your message")).to_have_value("Yes.")
    assert ContactMessage.objects.exclude(state="received").count() == 0
    assert (Draft.objects.get().text, WaitingItem.objects.listed().count()) == ("Yes.", 16)


def test_keys_move_end_and_note(enter, people):
    page = enter("/inbox", **DESK)
    page.get_by_role("heading", name="P00").wait_for()
    page.keyboard.press("j")
    page.get_by_role("heading", name="P01").wait_for()
    page.keyboard.press("n")
    page.keyboard.type("Called.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .note")).to_contain_text("Called.")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.get_by_role("heading", name="P02").wait_for()
    expect(page.locator(".row", has_text="P01")).to_have_count(0)
    page.keyboard.press("z")
    page.get_by_role("heading", name="P01").wait_for()
    wait_until(page, lambda: WaitingItem.objects.listed().count() == 16)
    assert ContactNote.objects.get().contact == people[1]


def test_keys_choose_several_and_let_them_go(enter, people):
    page = enter("/inbox", **DESK)
    page.get_by_role("heading", name="P00").wait_for()
    bar = page.get_by_role("group", name="Chosen people")
    expect(bar).to_be_hidden()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.get_by_role("heading", name="P01").wait_for()
    page.keyboard.press("x")
    expect(bar).to_be_visible()
    assert [page.get_by_role("checkbox", name=f"Choose P0{n}").is_checked() for n in range(3)] == [True, True, False]
    page.keyboard.press("e")
    page.get_by_text("2 people: answered another way.").wait_for()
    expect(page.locator(".person-row .row-name").first).to_have_text("P02")
    page.keyboard.press("z")
    expect(page.locator(".person-row .row-name").first).to_have_text("P00")
    assert WaitingItem.objects.listed().count() == 16


def test_a_key_puts_off_and_esc_leads_back(enter, people):
    page = enter("/inbox", **DESK)
    page.get_by_role("heading", name="P00").wait_for()
    page.locator("#person-name").focus()
    page.keyboard.press("h")
    expect(page.get_by_role("button", name="In 3 hours")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#person-name")).to_be_focused()
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("P00")


def test_what_is_typed_to_somebody_who_cannot_be_answered_presses_no_key(enter, user):
    telegram = connect(user.pro, "telegram")
    contact = arrive(telegram, who="Karim").contact
    telegram.delete()
    page = enter(f"/inbox/{contact.pk}", **DESK)
    page.keyboard.press("r")
    expect(page.locator(".composer-none")).to_be_focused()
    page.keyboard.type("he")
    page.keyboard.press("Escape")
    expect(page.locator("[data-row]")).to_be_focused()
    expect(page.locator("#toasts .toast")).to_have_count(0)
    assert WaitingItem.objects.listed().count() == 1
