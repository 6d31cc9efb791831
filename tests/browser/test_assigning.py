"""Taking a person by a key, in a real browser."""

import pytest
from playwright.sync_api import expect

from contacts.assigning.assignments import take
from tests.contacts.messaging import arrive, connect
from tests.factories import UserFactory

from .conftest import PHONE

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_key_takes_and_tells_who_was_quicker(enter, user):
    colleague = UserFactory(pro=user.pro, name="Inès Moreau")
    ana, bob = (arrive(connect(user.pro, "whatsapp"), who=name).contact for name in ("Ana", "Bob"))
    page = enter(f"/inbox/{ana.pk}")
    page.keyboard.press("a")
    expect(page.locator("#toasts .toast p")).to_have_text("Ana is yours.")
    expect(page.locator(f"#row-{ana.pk} .row-assignee")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("#person-name")).to_have_text("Bob")
    take(bob, by=colleague)
    page.keyboard.press("a")
    expect(page.locator("#toasts .toast p").last).to_have_text("Inès Moreau was quicker and has Bob.")
    expect(page.locator(f"#row-{bob.pk} .row-assignee")).to_have_attribute("title", "Assigned to Inès Moreau")
    page.keyboard.press("n")
    page.locator("[popovertarget=mentions]").click()
    expect(page.locator("#mentions li")).to_have_text("@Inès Moreau")


def test_on_a_phone_the_menu_takes_and_the_name_has_its_place(enter, user):
    UserFactory(pro=user.pro, name="Inès Moreau")
    ana = arrive(connect(user.pro, "whatsapp"), who="Margaux").contact
    page = enter(f"/inbox/{ana.pk}", **PHONE)
    name = page.locator("#person-name")
    assert name.evaluate("(it) => it.scrollWidth <= it.clientWidth")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Give to me").click()
    expect(page.locator(".item-since")).to_contain_text("yours")
