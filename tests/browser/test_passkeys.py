"""Passkeys in a real browser, with a device that Chromium simulates (DevTools protocol, WebAuthn)."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from config.accounts.models import Passkey
from tests.factories import PASSWORD

from .barriers import hindrances
from .conftest import PHONE, WIDE

pytestmark = pytest.mark.django_db(transaction=True)
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page, **options):
    """A device in the page's browser; returns a function that changes it."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    id = tools.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **options}})["authenticatorId"]
    return lambda command, **more: tools.send(f"WebAuthn.{command}", {"authenticatorId": id, **more})


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def sign_out(page):
    page.context.clear_cookies()
    page.goto("/sign-in")


def add_passkey(page):
    page.goto("/settings/second-factor")
    page.get_by_role("link", name="Add a passkey").click()
    button(page, "Add the passkey").click()


@pytest.mark.smoke
def test_one_is_made_and_signs_in_after_the_password_and_alone(enter, user):
    page = enter("/settings/second-factor", **PHONE)
    plug_in(page)
    add_passkey(page)
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    assert hindrances(page) == []
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator(".rows strong")).to_have_text(["Chrome on Linux"])
    assert hindrances(page) == []
    sign_out(page)
    assert hindrances(page) == []
    button(page, "Sign in with a passkey").click()
    page.wait_for_url("**/inbox**")
    assert Passkey.objects.get(user=user).used_at is not None
    sign_out(page)
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    button(page, "Sign in").click()
    expect(button(page, "Use a passkey")).to_be_focused()
    assert hindrances(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox**")


def test_a_device_that_has_one_and_one_that_gives_none_are_named(enter, user):
    page = enter("/settings/second-factor", **WIDE)
    change = plug_in(page)
    add_passkey(page)
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    add_passkey(page)
    expect(page.get_by_role("alert")).to_have_text("This device has a passkey of your account already.")
    expect(button(page, "Add the passkey")).to_be_enabled()
    assert hindrances(page) == []
    sign_out(page)
    change("setUserVerified", isUserVerified=False)
    button(page, "Sign in with a passkey").click()
    expect(page.locator("[data-when=failed]")).to_have_text("The browser gave no passkey. Please try again.")
    change("setUserVerified", isUserVerified=True)
    button(page, "Sign in with a passkey").click()
    page.wait_for_url("**/inbox**")


def test_without_javascript_there_is_no_button_that_does_nothing(open_page, user):
    page = open_page("/sign-in", java_script_enabled=False)
    # Chromium renders no <noscript> where the scripts are switched off by its tools.
    expect(page.get_by_role("button")).to_have_text(["Sign in"])


@pytest.mark.thorough
def test_whoever_has_to_sets_one_up_by_a_passkey_and_goes_on(open_page, user, pro):
    pro.second_factor_required, pro.second_factor_required_from = True, timezone.now()
    pro.save()
    page = open_page("/contacts", **PHONE)
    plug_in(page)
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    button(page, "Sign in").click()
    page.get_by_role("link", name="Add a passkey").wait_for()
    assert hindrances(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    button(page, "Add the passkey").wait_for()
    assert hindrances(page) == []
    button(page, "Add the passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/contacts")
