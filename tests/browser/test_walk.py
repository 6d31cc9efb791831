"""From the visitor's form to the thread of its contact, in a real browser."""

import re
import time

import pytest
from django.db import transaction
from playwright.sync_api import expect

from contact_requests.models import ContactRequest
from contact_requests.spam import MIN_SECONDS
from contacts.models import WaitingItem
from tests.factories import PASSWORD, PropertyFactory, RequestFactory

from .conftest import PHONE, WIDE, with_and_without_javascript

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(user):
    return PropertyFactory(pro=user.pro, slug="house", title="The House")


def fill_form(page):
    page.get_by_label("Your name").fill("Hélène Œuvrard")
    page.get_by_label("E-mail").fill("helene@example.org")
    page.get_by_label("Your message").fill("Is it free on Saturday?")


def give_password(page):
    page.get_by_label("E-mail").fill("owner@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_in(page):
    give_password(page)
    # With its scripts: what is typed before them would be typed for nobody.
    page.wait_for_url(lambda url: "/sign-in" not in url)


@with_and_without_javascript
def test_from_the_form_to_the_thread(open_page, house, size, has_javascript):
    visitor = open_page("/properties/house", java_script_enabled=has_javascript, **size)
    fill_form(visitor)
    time.sleep(MIN_SECONDS)
    visitor.get_by_role("button", name="Send").click()
    visitor.get_by_text("Your message has arrived").wait_for()
    found = ContactRequest.objects.get()
    assert found.quarantine_reason == ""
    expect(visitor.get_by_text(found.reference)).to_be_visible()
    expect(visitor).to_have_url(re.compile(r"/r/[\w:-]+(#contact)?$"))
    visitor.reload()
    expect(visitor.get_by_text(found.reference)).to_be_visible()

    pro = open_page("/inbox", java_script_enabled=has_javascript, **size)
    sign_in(pro)
    pro.locator(".row", has_text="Hélène Œuvrard").click()
    pro.get_by_role("heading", name="Hélène Œuvrard").wait_for()
    expect(pro).to_have_url(re.compile(f"/inbox/{found.contact_id}"))
    letter = pro.locator(f"#request-{found.pk}")
    expect(letter.get_by_text("Is it free on Saturday?")).to_be_visible()
    letter.get_by_role("button", name="Read", exact=True).click()
    expect(letter.locator(".states [aria-current]")).to_contain_text("Read")
    found.refresh_from_db()
    assert found.status == "read"


def test_a_request_that_is_looked_at_is_read(enter, house):
    row = RequestFactory(property=house, name="Anna")
    with transaction.atomic():
        WaitingItem.objects.add(
            row.pro, "request", row.pk, contact=row.contact, since=row.created_at, channel="form", words=row.message
        )
    # A phone shows the list alone: nobody looks at the request.
    page = enter("/inbox", **PHONE)
    page.clock.install()
    page.reload()
    page.clock.fast_forward(5000)  # milliseconds
    page.get_by_role("link", name="Anna").wait_for()
    row.refresh_from_db()
    assert row.status == "new"
    page.get_by_role("link", name="Anna").click()
    page.get_by_role("heading", name=row.contact.name).wait_for()
    page.clock.fast_forward(2500)
    expect(page.locator(".states [aria-current]")).to_contain_text("Read")
    row.refresh_from_db()
    assert row.status == "read"


def test_the_list_of_requests_by_keyboard(enter, house):
    for name in ("Second", "First"):
        RequestFactory(property=house, name=name)
    page = enter("/inbox/requests", **WIDE)
    page.get_by_text("First", exact=True).wait_for()
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator(":focus .row-name, #person-name:focus")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("reject")
    expect(page.locator("#id_q")).to_have_value("reject")
    page.get_by_text("Nothing matches.").wait_for()


def test_search_and_back_keep_the_address_true(enter, house):
    for name in ("Anna", "Boris"):
        RequestFactory(property=house, name=name, contact__name=name)
    page = enter("/inbox/requests", **WIDE)
    page.locator("#id_q").fill("bor")
    page.get_by_text("Anna", exact=True).wait_for(state="detached")
    expect(page).to_have_url(re.compile("q=bor"))
    page.get_by_role("link", name="Boris").click()
    page.get_by_role("heading", name="Boris").wait_for()
    page.go_back()
    page.get_by_text("Choose a request to read it.").wait_for()
    expect(page.locator("#id_q")).to_have_value("bor")


def test_the_keys_are_shown_by_a_key_and_by_a_button(enter, house):
    page = enter("/inbox", **WIDE)
    shown = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.keyboard.press("?")
    expect(shown).to_contain_text("next and previous person, opened")
    page.keyboard.press("j")  # Nothing moves behind it.
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    page.get_by_role("button", name="Shortcuts").click()
    expect(shown).to_be_visible()
    shown.get_by_role("button", name="Close").click()
    expect(shown).to_be_hidden()


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_more_rows_come_while_scrolling(enter, house, size):
    RequestFactory.create_batch(60, property=house)
    page = enter("/inbox/requests", **size)
    rows = page.locator(".row")
    rows.first.wait_for()
    page.mouse.move(200, 400)
    for _ in range(60):
        page.mouse.wheel(0, 5000)
        page.wait_for_timeout(150)
        if rows.count() == 60:
            break
    expect(rows).to_have_count(60)


def test_back_from_another_page_shows_the_whole_inbox(enter, house):
    RequestFactory(property=house, name="Anna", contact__name="Anna")
    page = enter("/inbox/requests", **WIDE)
    page.get_by_role("link", name="Anna").click()
    page.get_by_role("heading", name="Anna").wait_for()
    page.get_by_role("link", name="Me", exact=True).click()
    page.get_by_role("heading", name="Settings").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Anna").wait_for()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_another_message_can_be_sent(open_page, house):
    page = open_page("/properties/house", **PHONE)
    fill_form(page)
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Send another message").click()
    page.get_by_label("Your message").wait_for()


def test_an_ended_session_leads_to_sign_in_and_back(open_page, house):
    row = RequestFactory(property=house)
    page = open_page(f"/inbox/{row.contact_id}", **WIDE)
    sign_in(page)
    page.get_by_role("button", name="Read", exact=True).wait_for()
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_label("Password").wait_for()
    give_password(page)
    page.get_by_role("button", name="Send it now").click()
    page.locator(f"#request-{row.pk} .states [aria-current]", has_text="Read").wait_for()
    expect(page).to_have_url(re.compile(str(row.contact_id)))


def test_new_requests_are_announced_and_move_nothing(enter, house):
    RequestFactory(property=house, name="Present")
    page = enter("/inbox/requests", **WIDE)
    page.get_by_text("Present", exact=True).wait_for()
    RequestFactory.create_batch(3, property=house)
    # What happens every 30 seconds, now.
    page.evaluate("htmx.ajax('GET', htmx.find('#arrivals').getAttribute('hx-get'), '#arrivals')")
    page.get_by_role("link", name="3 new", exact=True).wait_for()
    expect(page.locator(".row")).to_have_count(1)
