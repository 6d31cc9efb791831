"""/settings/tokens: tokens are created, shown once and revoked."""

from datetime import UTC, datetime

import pytest

from config.accounts.models import ApiToken

from ..factories import ProFactory, UserFactory, make_token
from ..pages import Page

PATH = "/settings/tokens"
LIST = "/pro/contact-requests"


def prefixes(client):
    """The tokens that the page lists."""
    return Page(client.get(PATH)).one("section[aria-labelledby=tokens-title]").texts("li code")


def test_a_token_is_shown_once_and_works(browser, user, nobody):
    data = {"name": "Website", "scopes": ["contact_requests:read"], "expires_on": "2999-01-31"}
    response = browser.post(PATH, data)
    secret, token = Page(response).one("#secret").text, ApiToken.objects.get()
    assert (token.pro, token.name, token.created_by) == (user.pro, "Website", user)
    assert token.scopes == ["contact_requests:read"]
    assert token.expires_at.isoformat() == "2999-01-31T23:00:00+00:00"
    answer = nobody.get(LIST, headers={"Authorization": f"Bearer {secret}"})
    assert answer.json() == {"data": [], "cursor": {"next": None}, "hasMore": False}
    assert prefixes(browser) == [f"{token.prefix}…"]
    assert secret not in browser.get(PATH).content.decode()
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": ""}, "This field is required."),
        ({"scopes": []}, "Choose at least one."),
        ({"scopes": ["everything"]}, "Select a valid choice. everything is not one of the available choices."),
        ({"expires_on": "2001-01-01"}, "Choose today or a later date."),
        ({"expires_on": "9999-12-31"}, "This date is too far in the future."),
    ],
)
def test_an_invalid_token_is_not_created(browser, changes, error):
    data = {"name": "Website", "scopes": ["contacts:read"], "expires_on": "", **changes}
    assert Page(browser.post(PATH, data), 422).texts(".errorlist li") == [error]
    assert ApiToken.objects.count() == 0


def test_a_revoked_token_is_refused_at_once(browser, pro, nobody):
    secret = make_token(pro)
    token = ApiToken.objects.get()
    assert browser.post(f"{PATH}/{token.pk}/revoke")["Location"] == PATH
    answer = nobody.get(LIST, headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
    assert prefixes(browser) == []


def test_another_pros_token_is_404(browser):
    make_token(ProFactory())
    token = ApiToken.objects.get()
    assert Page(browser.post(f"{PATH}/{token.pk}/revoke"), 404).one("h1").text == "There is nothing here"
    token.refresh_from_db()
    assert (token.revoked_at, prefixes(browser)) == (None, [])


def test_times_are_in_the_pros_time_zone(browser, pro):
    pro.time_zone = "Asia/Tokyo"
    pro.save()
    make_token(pro, expires_at=datetime(2999, 1, 1, 20, tzinfo=UTC))
    assert "2 Jan. 2999, 05:00" in Page(browser.get(PATH)).one("li.token").text


def test_a_colleague_sees_the_same_tokens(browser, pro, nobody):
    make_token(pro)
    nobody.force_login(UserFactory(pro=pro), backend="config.accounts.backends.EmailBackend")
    assert prefixes(nobody) == prefixes(browser) == [f"{ApiToken.objects.get().prefix}…"]


def test_what_a_token_may_do_is_said_in_words(browser, pro):
    make_token(pro, "contacts:write", "contacts:read", "inquiries:read")
    assert "Read and change contacts, read inquiries" in Page(browser.get(PATH)).texts("li.token .soft")
