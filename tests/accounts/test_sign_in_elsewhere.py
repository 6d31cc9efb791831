"""A sign-in in another tab changes the CSRF token: a form that was open before is given back, never sent by itself."""

import pytest

from contacts.models import ContactNote
from tests.factories import PASSWORD, ContactFactory, UserFactory
from tests.pages import Page

from .ended_session import OURS, end_sessions, fill, send, shown, sign_in, strict_client

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "note-form"}


@pytest.fixture
def client(user):
    return strict_client(user)


@pytest.fixture
def path(pro):
    return f"/contacts/{ContactFactory(pro=pro, name='Jane').pk}"


@pytest.fixture
def note(client, path):
    form = Page(client.get(path)).form("#note-form")
    return form, fill(form, body="Call her back")


def sign_in_elsewhere(client, user):
    """In another tab of the same browser."""
    form = Page(client.get("/sign-in")).form('form[action="/sign-in"]')
    assert send(client, "/sign-in", form, fill(form, username=user.email, password=PASSWORD)).status_code == 302


def is_refused(response):
    page = Page(response, status=403)
    assert "Call her back" not in page.html
    assert not page.has("main form")
    return page.one("h1").text == "Please send that again" and not ContactNote.objects.exists()


def test_what_was_typed_is_shown_and_sent_by_a_click(client, path, note, user):
    sign_in_elsewhere(client, user)
    page = Page(send(client, path, *note), status=403)
    assert (shown(page), ContactNote.objects.count()) == (["Call her back"], 0)
    again = page.form("main form")
    assert send(client, again.action, again, fill(again))["Location"] == f"{path}#composer"
    assert ContactNote.objects.get().body == "Call her back"


def test_htmx_gets_the_present_token_and_the_page_keeps_what_was_typed(client, path, note, user):
    sign_in_elsewhere(client, user)
    form, fields = note
    response = send(client, path, form, fields, **HTMX)
    assert (response.status_code, response.content, ContactNote.objects.count()) == (403, b"", 0)
    fresh = {"csrfmiddlewaretoken": response["X-CSRF-Token"]}
    assert send(client, path, form, fields | fresh, **HTMX).status_code == 200
    assert ContactNote.objects.get().body == "Call her back"


@pytest.mark.parametrize("is_colleague", [True, False])
def test_somebody_else_gets_nothing_of_it(client, path, note, user, other_user, is_colleague):
    sign_in_elsewhere(client, UserFactory(pro=user.pro) if is_colleague else other_user)
    assert is_refused(send(client, path, *note))
    response = send(client, path, *note, **HTMX)
    assert (response.status_code, response["HX-Refresh"], response.content) == (200, "true", b"")
    assert not ContactNote.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "", "Referer": "https://evil.example/testserver"},
        {"Origin": "", "Referer": ""},
        {"Origin": "", "Referer": "http://[x"},
    ],
)
def test_another_sites_form_is_refused(client, path, note, user, headers):
    sign_in_elsewhere(client, user)
    assert is_refused(send(client, path, *note, **headers))


@pytest.mark.parametrize("writer", ["", "nonsense", "1 of 1", "1 of 1:sig", "a\0b"])
def test_a_form_of_nobodys_page_is_refused(client, path, note, user, writer):
    sign_in_elsewhere(client, user)
    form, fields = note
    assert is_refused(send(client, path, form, fields | {"typed_by": writer}))


def test_without_session_and_cookies_it_is_carried_over_the_sign_in(path, note, user):
    client = strict_client()
    page = Page(send(client, path, *note))
    assert page.one("h1").text == "Sign in"
    assert shown(Page(sign_in(client, page, user))) == ["Call her back"]


def test_a_sign_in_page_that_was_open_meanwhile_gives_it_back_too(client, path, note, user):
    end_sessions()
    page = Page(send(client, path, *note))
    sign_in_elsewhere(client, user)
    form = page.form('form[action="/sign-in"]')
    outdated = fill(form, username=user.email, password=PASSWORD)
    assert shown(Page(send(client, "/sign-in", form, outdated))) == ["Call her back"]
    end_sessions()
    page = Page(send(client, "/sign-in", form, outdated), status=403)
    assert page.one(".message[role=alert]").text.startswith("This page had been open too long")
    assert shown(Page(sign_in(client, page, user))) == ["Call her back"]


def test_the_page_that_is_given_back_is_in_no_cache(client, path, note, user):
    sign_in_elsewhere(client, user)
    assert "no-store" in send(client, path, *note)["Cache-Control"]
    assert OURS not in Page(send(client, path, *note), status=403).one("main").html
