"""Toasts in the browser: they leave by themselves, wait for who looks at them, and undo with one click."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.factories import ContactFactory

from .conftest import PHONE, WIDE, wait_until, with_and_without_javascript

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def jane(pro):
    return ContactFactory(pro=pro, name="Jane Austen")


def play_states(page):
    return page.evaluate("document.getAnimations().map((each) => each.playState)")


@with_and_without_javascript
def test_undo(enter, jane, size, has_javascript):
    page = enter(f"/contacts/{jane.pk}", **size, java_script_enabled=has_javascript)
    page.get_by_role("button", name="Archive").click()
    toast = page.locator(".toast", has_text="Jane Austen is archived.")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Jane Austen is restored.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jane Austen")
    assert Contact.objects.get().deleted_at is None


def test_it_waits_while_it_is_looked_at_and_leaves_when_its_seconds_are_over(enter, jane):
    page = enter(f"/contacts/{jane.pk}")
    page.get_by_role("button", name="Archive").click()
    toast = page.locator(".toast[data-seconds]")
    assert toast.evaluate("(it) => it.getAnimations()[0].effect.getTiming().duration") == 10_000
    wait_until(page, lambda: play_states(page) == ["running"])
    toast.hover()
    wait_until(page, lambda: play_states(page) == ["paused"])
    page.mouse.move(0, 0)
    wait_until(page, lambda: play_states(page) == ["running"])
    toast.get_by_role("button", name="Undo").focus()
    wait_until(page, lambda: play_states(page) == ["paused"])
    page.locator("h1").click()
    toast.evaluate("(it) => it.getAnimations()[0].finish()")
    expect(toast).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_all_of_a_short_one_is_in_one_line(enter, jane, size):
    Contact.objects.update(name="Jo")
    page = enter(f"/contacts/{jane.pk}", **size)
    page.get_by_role("button", name="Archive").click()
    toast = page.locator("#toasts .toast")
    middles = toast.evaluate(
        "(it) => ['p', '[data-undo]', '.toast-close'].map((part) => it.querySelector(part).getBoundingClientRect())"
        ".map(({ top, bottom }) => (top + bottom) / 2)"
    )
    assert max(middles) - min(middles) < 2


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_it_can_be_closed(enter, jane, motion):
    page = enter(f"/contacts/{jane.pk}", reduced_motion=motion)
    page.get_by_role("button", name="Archive").click()
    page.locator(".toast").get_by_role("button", name="Close").click()
    expect(page.locator("#toasts .toast")).to_have_count(0)
    assert Contact.objects.get().deleted_at
