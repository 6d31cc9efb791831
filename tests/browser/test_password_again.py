"""The settings page of devices, and the password asked again on the way to a token, in a real browser."""

import pytest
from playwright.sync_api import expect

from config.accounts.models import ApiToken, Session
from config.accounts.models.session import SessionStore
from config.accounts.proof import PROVEN_AT
from tests.conftest import new_session
from tests.factories import PASSWORD

from .barriers import hindrances
from .conftest import with_and_without_javascript

pytestmark = pytest.mark.django_db(transaction=True)


def forget_password():
    """Have the password of the one session typed long ago."""
    session = SessionStore(Session.objects.get().session_key)
    session[PROVEN_AT] = 0
    session.save()


@with_and_without_javascript
def test_a_token_is_made_after_the_password(enter, size, has_javascript):
    page = enter("/settings/tokens", **size, java_script_enabled=has_javascript)
    page.get_by_label("Name").fill("Website")
    page.get_by_label("read contacts", exact=True).check()
    forget_password()
    page.get_by_role("button", name="Create the token").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your password, please")
    assert not has_javascript or hindrances(page) == []
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Wrong password.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#secret")).to_contain_text("vst_")
    assert (ApiToken.objects.get().name, ApiToken.objects.get().scopes) == ("Website", ["contacts:read"])


@with_and_without_javascript
def test_another_device_is_signed_out(enter, user, size, has_javascript):
    new_session(user)
    page = enter("/settings/sessions", **size, java_script_enabled=has_javascript)
    rows = page.locator("main .rows li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("This one")
    page.get_by_role("button", name="Sign out there").click()
    expect(page.get_by_text("That device is signed out.")).to_be_visible()
    expect(rows).to_have_count(1)
    assert Session.objects.count() == 1
