"""A search field shows that it searches, and Esc leaves what was opened to edit."""

import pytest
from playwright.sync_api import expect

from tests.factories import ContactFactory, InquiryFactory

from .conftest import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
SEARCHES = "(field) => getComputedStyle(field).animationName === 'searches'"


@pytest.mark.parametrize("path", ["/contacts", "/inquiries"])
def test_a_search_field_shows_that_it_searches(enter, path):
    page, held = enter(path), []
    page.route("**/*q=Anna*", lambda route: held.append(route))
    field = page.locator("#id_q")
    assert field.evaluate(SEARCHES) is False
    field.fill("Anna")
    wait_until(page, lambda: held)
    assert field.evaluate(SEARCHES) is True
    held[0].continue_()
    wait_until(page, lambda: not field.evaluate(SEARCHES))


def test_escape_leaves_an_edit_and_the_help(enter, pro):
    page = enter(f"/contacts/{ContactFactory(pro=pro, name='Jane').pk}")
    page.locator("#fact-name a").click()
    page.locator("#fact-name input[type=text]").press("Escape")
    expect(page.locator("#fact-name form")).to_have_count(0)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_escape_folds_what_was_opened_and_keeps_what_is_typed(enter, pro):
    page = enter(f"/inquiries/{InquiryFactory(pro=pro).pk}")
    details = page.locator("details", has=page.locator("[name=category]"))
    details.locator("> summary").click()
    details.locator("[name=category]").fill("Roofs")
    details.locator("[name=category]").press("Escape")
    expect(details).not_to_have_attribute("open", "")
    expect(details.locator("> summary")).to_be_focused()
    expect(details.locator("[name=category]")).to_have_value("Roofs")
