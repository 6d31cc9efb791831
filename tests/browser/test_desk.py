"""The desk in a real browser: what is seen at a glance, how many taps an answer takes, and work without JavaScript.

The figures are printed (`pytest -s`).
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from config.accounts.models import User
from contacts.models import ContactMessage, Draft, WaitingItem
from contacts.waiting.later import put_off
from tests.factories import PropertyFactory, RequestFactory
from tests.suite import thorough_but

from .desk import DESK, PHONE, tell

pytestmark = pytest.mark.django_db(transaction=True)

# Tops and bottoms of the rows that are wholly in sight, above a fixed bar.
ROWS_IN_SIGHT = """() => {
  const bar = document.querySelector(".rail").getBoundingClientRect();
  const end = bar.top > 0 ? bar.top : innerHeight;
  const boxes = [...document.querySelectorAll(".person-row")].map((row) => row.getBoundingClientRect());
  return boxes.filter((box) => box.top >= 0 && box.bottom <= end).map((box) => [box.top, box.bottom]);
}"""
# True when the focused element, or something in it, is what is seen at its middle.
FOCUS_IS_SEEN = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body || focused.matches("[type=radio], .skip")) return true;
  const box = focused.getBoundingClientRect();
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  return Boolean(seen && (focused.contains(seen) || seen.contains(focused)));
}"""


def fold_sentence(page):
    page.get_by_role("button", name="Fold for today").click()
    expect(page.locator("#digest")).to_have_count(0)


@pytest.mark.parametrize(("size", "least"), [(DESK, 11), (PHONE, 8)], ids=["desk", "phone"])
def test_people_in_sight(enter, people, size, least):
    page = enter("/inbox", **size)
    fold_sentence(page)
    rows = page.evaluate(ROWS_IN_SIGHT)
    tell(f"people in sight: {len(rows)}, first row at y = {rows[0][0]}")
    assert (len(rows) >= least, rows[0][0] <= 90) == (True, True)


@pytest.mark.parametrize(("size", "least"), [(DESK, 11), (PHONE, 8)], ids=["desk", "phone"])
def test_requests_in_sight(enter, user, size, least):
    house = PropertyFactory(pro=user.pro)
    for _n in range(16):
        RequestFactory(property=house)
    rows = enter("/inbox/requests", **size).evaluate(ROWS_IN_SIGHT)
    tell(f"requests in sight: {len(rows)}, first row at y = {rows[0][0]}")
    assert (len(rows) >= least, rows[0][0] <= 90) == (True, True)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_person_of_the_requests_stands_beside_them_after_a_reload_and_on_the_way_back(enter, user, size):
    house = PropertyFactory(pro=user.pro)
    for _n in range(40):
        RequestFactory(property=house)
    asked = RequestFactory(property=house, name="Anna", created_at=timezone.now() - timedelta(days=1))
    page = enter("/inbox/requests?status=new", **size)
    row = page.locator(f"#row-{asked.pk}")
    page.locator("#more").scroll_into_view_if_needed()
    row.locator("a").click()
    expect(page.locator("#person-name")).to_have_text("Anna")
    expect(row.locator("a")).to_have_attribute("aria-current", "true")
    page.reload()
    expect(page.locator("#person-name")).to_have_text("Anna")
    expect(row.locator("a")).to_have_attribute("aria-current", "true")
    expect(page.locator("#desk-title")).to_contain_text("Requests")
    assert "Anna · Requests" in page.title()
    if size is PHONE:
        page.locator(".item-back").click()
        expect(row).to_be_in_viewport()
        assert "/inbox/requests?status=new" in page.url


def test_a_wide_screen_shows_who_has_waited_longest(enter, people):
    page = enter("/inbox", **DESK)
    expect(page.get_by_role("heading", name="P00")).to_be_visible()
    expect(page.locator(".row[aria-current]")).to_contain_text("P00")
    assert page.title().startswith("(16) ")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile(r"icon-16\.svg"))
    assert WaitingItem.objects.listed().count() == 16


def test_taps_of_an_answer_on_a_phone(enter, people):
    page = enter("/inbox", **PHONE)
    taps = [page.locator(".row").first, page.get_by_label("Your message"), page.locator("#message-form .button-main")]
    taps[0].tap()
    page.get_by_role("heading", name="P00").wait_for()
    # The bar of the lists makes room for the composer.
    expect(page.locator(".rail")).to_be_hidden()
    taps[1].tap()
    page.keyboard.type("Yes.")
    taps[2].tap()
    expect(page.get_by_role("link", name="Next: P01")).to_be_visible()
    tell(f"taps of an answer: {len(taps)}")
    assert (ContactMessage.objects.get(state="scheduled").text, len(taps) <= 3) == ("Yes.", True)


def test_back_on_a_phone_is_the_same_place(enter, people):
    page = enter("/inbox", **PHONE)
    row = page.locator(".row", has_text="P15")
    row.scroll_into_view_if_needed()
    place = page.locator("#list").evaluate("(list) => list.scrollTop")
    assert place > 0
    row.tap()
    page.get_by_role("heading", name="P15").wait_for()
    page.locator("[data-back-to-list]").tap()
    expect(row).to_be_visible()
    assert page.locator("#list").evaluate("(list) => list.scrollTop") == place


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("is_item", [False, True], ids=["list", "item"])
def test_focus_is_never_under_a_bar(enter, people, size, is_item):
    page = enter(f"/inbox/{people[3].pk}" if is_item else "/inbox", **size)
    page.locator(".desk").wait_for()
    hidden = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if not page.evaluate(FOCUS_IS_SEEN):
            hidden.append(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
    assert hidden == []


def test_what_is_typed_is_kept_while_typing(enter, people, user):
    page = enter(f"/inbox/{people[0].pk}", **DESK)
    page.get_by_label("Your message").fill("Half a sentence")
    page.get_by_text("Draft saved at").wait_for()
    assert Draft.objects.get().text == "Half a sentence"
    page.goto("/inbox/drafts")
    expect(page.locator(".row", has_text="P00")).to_contain_text("Half a sentence")


@pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk"), pytest.param(PHONE, id="phone", marks=pytest.mark.thorough)]
)
def test_every_job_without_javascript(enter, people, size):
    page = enter("/inbox", java_script_enabled=False, **size)
    page.locator(".row", has_text="P00").click()
    page.get_by_label("Your message").fill("Yes.")
    page.locator("#message-form .button-main").click()
    # Its toast stands on the next page, and undoes it.
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Your message")).to_have_value("Yes.")
    page.get_by_role("button", name="Answered another way").click()
    expect(page.get_by_role("heading", name="P01")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="P00")).to_be_visible()
    page.get_by_role("button", name="No answer needed").click()
    expect(page.get_by_role("heading", name="P01")).to_be_visible()
    page.locator("[popovertarget=later-menu]").click()
    page.get_by_role("button", name="Tomorrow, 9:00").click()
    expect(page.get_by_role("heading", name="P02")).to_be_visible()
    outcomes = WaitingItem.objects.filter(ended_at__isnull=False).values_list("outcome", flat=True)
    assert (list(outcomes), WaitingItem.objects.later().get().contact) == (["no_answer"], people[1])
    page.locator("label[for=tab-note]").click()
    page.locator("#id_note_body").fill("Called.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#thread .note")).to_contain_text("Called.")


def test_a_toast_covers_neither_the_answer_nor_what_is_done_with_the_chosen(enter, people):
    page = enter("/inbox", **DESK)
    page.get_by_role("heading", name="P00").wait_for()
    page.keyboard.press("e")
    page.get_by_role("heading", name="P01").wait_for()
    page.keyboard.press("x")
    bar = page.get_by_role("group", name="Chosen people")
    expect(bar).to_be_visible()
    things = [page.locator("#toasts .toast"), bar, page.locator("#composer")]
    toast, chosen, composer = (each.bounding_box() for each in things)
    assert toast["y"] + toast["height"] <= chosen["y"]
    assert toast["x"] + toast["width"] <= composer["x"]


def test_a_person_who_is_put_off_says_when_and_comes_back(enter, people, user):
    put_off(people[0], timezone.now() + timedelta(days=2), words="Call first", by=user)
    page = enter("/inbox/later", **PHONE)
    expect(page.locator("#item")).to_be_hidden()
    page.get_by_role("link", name="P00").click()
    notice = page.locator(".item-notice")
    expect(notice).to_contain_text("Call first")
    assert notice.bounding_box()["width"] == 375
    page.get_by_role("button", name="Back to the list now").click()
    expect(page.locator(".item-since")).to_contain_text("waits")
    assert WaitingItem.objects.listed().filter(contact=people[0]).count() == 1


@pytest.mark.parametrize("language", thorough_but("fr", of=["en", "fr", "nl"]))
def test_the_buttons_of_later_fit_on_a_phone(enter, people, user, language):
    User.objects.update(language=language)
    page = enter(f"/inbox/{people[0].pk}", **PHONE)
    page.locator("[popovertarget=later-menu]").click()
    menu, button = (page.locator(f"#later-menu{rest}").bounding_box() for rest in ("", " [value=date]"))
    assert menu["x"] <= button["x"] and button["x"] + button["width"] <= menu["x"] + menu["width"]


def test_a_contact_with_a_history_has_activity(enter, people):
    page = enter(f"/contacts/{people[0].pk}", **DESK)
    expect(page.locator("#thread li.bubble")).to_have_count(1)
    expect(page.get_by_text("No activity yet.")).to_be_hidden()
