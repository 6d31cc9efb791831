"""The style guide: for staff alone, and complete."""

import re

from django.conf import settings

from config.web.styleguide import INKS, SURFACES
from tests.factories import UserFactory

from ..pages import Page


def test_staff_see_it_with_and_without_a_pro(staff_browser, client, pro):
    assert Page(staff_browser.get("/styleguide")).one("h1").text == "Style guide"
    client.force_login(UserFactory(pro=pro, is_staff=True), backend="config.accounts.backends.EmailBackend")
    page = Page(client.get("/styleguide"))
    assert page.all(".field.is-wrong") and page.all(".toast") and page.all(".empty")


def test_others_find_nothing(browser, nobody):
    assert Page(browser.get("/styleguide"), 404).one("h1").text == "There is nothing here"
    assert nobody.get("/styleguide")["Location"].startswith("/sign-in")


def test_its_swatches_are_the_tokens_of_the_style_sheet():
    css = (settings.BASE_DIR / "static/css/base.css").read_text()
    assert {*SURFACES, *INKS} <= set(re.findall(r"--([\w-]+):", css))
