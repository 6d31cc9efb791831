"""Words typed in the browser survive an ended session, a sign-in in another tab, and a request that fails."""

import pytest
from playwright.sync_api import expect

from config.accounts.models import Session
from contacts.models import CannedReply, Contact, ContactNote
from tests.factories import PASSWORD, ContactFactory, InquiryFactory

from .barriers import barriers, hindrances
from .conftest import with_and_without_javascript

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "First line\nsecond & “last”"


@pytest.fixture
def path(pro):
    return f"/contacts/{ContactFactory(pro=pro, name='Jane').pk}"


def sign_in(page, user):
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def note_box(page):
    """The box of a new note, opened."""
    box = page.locator("#note-form textarea")
    if not box.is_visible():
        page.locator("label[for=tab-note]").click()
    return box


def sign_in_elsewhere(page, user):
    """In another tab, by which the page gets out of sight and is looked at again."""
    tab = page.context.new_page()
    tab.goto("/sign-in")
    sign_in(tab, user)
    tab.wait_for_url("**/inbox*")
    tab.close()


@with_and_without_javascript
def test_a_note_typed_while_the_session_ended(enter, path, user, size, has_javascript):
    page = enter(path, **size, java_script_enabled=has_javascript)
    note_box(page).fill(WORDS)
    Session.objects.all().delete()
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert not ContactNote.objects.exists()
    sign_in(page, user)
    expect(page.locator(".typed dd")).to_contain_text("second & “last”")
    page.get_by_role("button", name="Send it now").click()
    expect(page.locator("#thread")).to_contain_text("second & “last”")
    assert ContactNote.objects.get().body == WORDS


def test_a_look_at_something_else_leaves_what_is_typed(enter, path, user):
    page = enter(path)
    note_box(page).fill(WORDS)
    Session.objects.all().delete()
    page.locator("#fact-name a").click()
    notice = page.locator("#signed-out")
    expect(notice).to_be_visible()
    expect(note_box(page)).to_have_value(WORDS)
    sign_in_elsewhere(page, user)
    # The token of the page is an earlier one; the page gets the present one, and sends the note with it.
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#thread")).to_contain_text("second & “last”")
    assert ContactNote.objects.get().body == WORDS


def test_an_ended_session_with_nothing_typed_leaves_for_the_sign_in_page(enter, path, user):
    page = enter(path)
    Session.objects.all().delete()
    page.locator("#fact-name a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.url.endswith(f"/sign-in?next={path}")
    sign_in(page, user)
    page.wait_for_url(f"**{path}")


@pytest.mark.parametrize("failure", ["network", "server"])
def test_a_failed_request_is_tried_again(enter, path, failure):
    page = enter(path)
    note_box(page).fill(WORDS)
    page.route("**/note", lambda route: route.abort() if failure == "network" else route.fulfill(status=500))
    page.get_by_role("button", name="Save note").click()
    error = page.locator("#request-error")
    expect(error).to_be_visible()
    expect(note_box(page)).to_have_value(WORDS)
    page.unroute("**/note")
    error.get_by_role("button", name="Try again").click()
    expect(page.locator("#thread")).to_contain_text("second & “last”")
    expect(error).to_be_hidden()
    assert ContactNote.objects.get().body == WORDS


def test_a_field_saved_by_somebody_who_was_signed_out(enter, path, user):
    page = enter(path)
    page.locator("#fact-name a").click()
    page.locator("#fact-name input[type=text]").fill("Jane Austen")
    Session.objects.all().delete()
    page.keyboard.press("Enter")
    sign_in(page, user)
    expect(page.locator(".typed dd")).to_have_text("Jane Austen")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Jane Austen")
    assert Contact.objects.get().name == "Jane Austen"


def test_a_file_is_named_as_missing(enter, pro, user):
    path = f"/inquiries/{InquiryFactory(pro=pro).pk}"
    page = enter(path)
    Session.objects.all().delete()
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.get_by_label("Add a file").set_input_files(file)
    page.get_by_role("button", name="Attach").click()
    sign_in(page, user)
    expect(page.locator("main .message")).to_have_text("Files cannot be kept. Choose them again: plan.pdf")


@pytest.mark.thorough
def test_the_pages_that_carry_it_have_no_barriers(enter, path, user):
    page = enter(path)
    note_box(page).fill(WORDS)
    Session.objects.all().delete()
    page.get_by_role("button", name="Save note").click()
    page.get_by_text("What you typed is kept").wait_for()
    assert barriers(page) == []
    sign_in(page, user)
    page.locator(".typed").wait_for()
    assert hindrances(page) == []


@pytest.mark.thorough
@pytest.mark.parametrize("path", ["/settings/signature", "/settings/replies", "/settings/replies/new"])
def test_the_settings_have_no_barriers(enter, pro, path):
    CannedReply.objects.add_reply(pro, "Visit", {"en": "Hello {first_name}"}, user=None)
    page = enter(path)
    assert hindrances(page) == []
