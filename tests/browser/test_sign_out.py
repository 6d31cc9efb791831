"""Signing out leaves nothing of its user in the browser's tab."""

import pytest

from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = "() => ({...sessionStorage})"


@pytest.mark.parametrize("last", ["/contacts?q=Jane", "/inbox"])
def test_searches_are_forgotten(enter, pro, last):
    ContactFactory(pro=pro, name="Jane Roe")
    page = enter("/contacts?q=Jane")
    page.goto("/settings/profile")
    assert page.evaluate(KEPT)["/contacts"] == "?q=Jane"
    page.goto(last)
    page.locator("form[action='/sign-out']").first.evaluate("(form) => form.requestSubmit()")
    page.wait_for_url("**/sign-in")
    assert page.evaluate(KEPT) == {}
