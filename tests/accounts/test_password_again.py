"""The password, asked again before tokens, exports and the end of sessions; nothing typed is lost."""

import time

import pytest

from config.accounts.models import ApiToken, Session
from config.accounts.models.session import SessionStore
from config.accounts.proof import PROOF_LASTS, PROVEN_AT
from tests.factories import PASSWORD, ContactFactory, make_token
from tests.pages import Page

from ..contacts import messaging
from .ended_session import end_sessions, fill, send, sign_in, strict_client

pytestmark = pytest.mark.django_db
whatsapp = messaging.whatsapp
TITLE = "Your password, please"
TOKENS = "/settings/tokens"
EXPORT = "/contacts/export.csv?q=Jane"


def age(client, seconds=PROOF_LASTS):
    """Have the password of this client's user typed so long ago."""
    session = SessionStore(client.cookies["sessionid"].value)
    session[PROVEN_AT] = int(time.time()) - seconds
    session.save()


@pytest.fixture
def client(user):
    """The owner, who signed in more than ten minutes ago."""
    client = strict_client(user)
    age(client)
    return client


def type_token(client):
    page = Page(client.get(TOKENS))
    form = page.form("form:has([name=scopes])")
    return form, fill(form, name="Web <b>site</b>", scopes=["contacts:read", "inquiries:read"], expires_on="2999-01-31")


def answer(client, page, password=PASSWORD, path=TOKENS):
    form = page.form("main form")
    return send(client, path, form, fill(form, confirm_password=password))


def test_a_token_is_made_after_the_password_with_all_that_was_typed(client):
    page = Page(send(client, TOKENS, *type_token(client)))
    assert (page.one("h1").text, ApiToken.objects.exists()) == (TITLE, False)
    assert page.one("main a.button")["href"] == TOKENS
    made = Page(answer(client, page))
    token = ApiToken.objects.get()
    assert made.one("#secret").text.startswith(token.prefix)
    assert (token.name, token.scopes) == ("Web <b>site</b>", ["contacts:read", "inquiries:read"])
    assert token.expires_at.isoformat() == "2999-01-31T23:00:00+00:00"


def test_it_counts_for_ten_minutes(client):
    answer(client, Page(send(client, TOKENS, *type_token(client))))
    age(client, PROOF_LASTS - 30)
    assert Page(send(client, TOKENS, *type_token(client))).one("#secret")
    age(client)
    assert Page(send(client, TOKENS, *type_token(client))).one("h1").text == TITLE
    assert ApiToken.objects.count() == 2


def test_a_sign_in_counts(user):
    client = strict_client()
    page = Page(client.get("/sign-in"))
    sign_in(client, page, user)
    assert Page(send(client, TOKENS, *type_token(client))).one("#secret")


def test_a_wrong_password_keeps_what_was_typed(client):
    page = Page(send(client, TOKENS, *type_token(client)))
    wrong = Page(answer(client, page, "wrong"), 422)
    assert wrong.texts(".errorlist li") == ["Wrong password. Passwords are case-sensitive."]
    assert Page(answer(client, Page(answer(client, wrong, ""), 422))).one("#secret")
    assert ApiToken.objects.get().name == "Web <b>site</b>"


def test_guesses_are_limited_as_at_the_sign_in(client, user):
    page = Page(send(client, TOKENS, *type_token(client)))
    answers = [answer(client, page, "wrong").status_code for _ in range(5)]
    assert (answers, answer(client, page).status_code) == ([422] * 4 + [429], 429)
    assert not ApiToken.objects.exists()
    assert strict_client().get("/sign-in").status_code == 200
    other = strict_client()
    refused = sign_in(other, Page(other.get("/sign-in")), user)
    assert refused.status_code == 429


def test_the_old_password_is_limited_too(client):
    def change(old):
        form = Page(client.get("/settings/password")).form("form.card")
        new = {"new_password1": "another good one", "new_password2": "another good one"}
        return send(client, "/settings/password", form, fill(form, old_password=old, **new)).status_code

    assert [change("wrong") for _ in range(5)] == [200] * 4 + [429]
    assert change(PASSWORD) == 429


def test_a_right_one_forgets_the_wrong_ones(client):
    page = Page(send(client, TOKENS, *type_token(client)))
    for _ in range(3):
        for _ in range(3):
            assert answer(client, page, "wrong").status_code == 422
        assert Page(answer(client, page)).one("#secret")
        age(client)


def test_an_export_goes_on_to_the_file(client, pro):
    ContactFactory(pro=pro, name="Jane")
    page = Page(client.get(EXPORT))
    assert page.one("h1").text == TITLE
    response = answer(client, page, path=EXPORT)
    assert (response.status_code, response["Location"]) == (302, EXPORT)
    assert "Jane" in client.get(response["Location"]).getvalue().decode()


def test_the_chosen_are_exported_after_it(client, pro):
    contact = ContactFactory(pro=pro, name="Jane")
    ContactFactory(pro=pro, name="Paul")
    form = Page(client.get("/contacts")).form("form:has([name=contact])")
    chosen = fill(form, contact=str(contact.pk))
    page = Page(client.post("/contacts/export-chosen.csv", chosen, headers={"Origin": "http://testserver"}))
    file = answer(client, page, path="/contacts").getvalue().decode()
    assert "Jane" in file and "Paul" not in file


@pytest.mark.parametrize("action", ["revoke", "session", "sessions"])
def test_what_ends_something_asks_for_it(client, user, pro, action):
    strict_client(user)
    make_token(pro)
    token, other = ApiToken.objects.get(), Session.objects.exclude(pk=client.cookies["sessionid"].value).get()
    paths = {
        "revoke": f"{TOKENS}/{token.pk}/revoke",
        "session": f"/settings/sessions/{other.handle}/end",
        "sessions": "/settings/sessions/end",
    }
    page_path = TOKENS if action == "revoke" else "/settings/sessions"
    form = Page(client.get(page_path)).form(f'form[action="{paths[action]}"]')
    page = Page(send(client, page_path, form, fill(form)))
    assert page.one("h1").text == TITLE
    assert (ApiToken.objects.get().revoked_at, Session.objects.filter(user=user).count()) == (None, 2)
    assert answer(client, page, path=page_path)["Location"] == page_path
    is_ended = ApiToken.objects.get().revoked_at is not None or Session.objects.filter(user=user).count() == 1
    assert is_ended


def test_a_session_that_ends_on_the_way_keeps_it_all_the_same(client, user):
    page = Page(send(client, TOKENS, *type_token(client)))
    end_sessions()
    resend = Page(sign_in(client, Page(answer(client, page)), user))
    assert PASSWORD not in resend.html
    form = resend.form("main form")
    assert Page(send(client, "/sign-in", form, fill(form))).one("#secret")
    assert ApiToken.objects.get().name == "Web <b>site</b>"


def test_htmx_has_the_form_sent_as_a_page(client):
    form, fields = type_token(client)
    response = send(client, TOKENS, form, fields, **{"HX-Request": "true"})
    assert (response.status_code, response.content) == (200, b"")
    assert (response["HX-Redirect"], response["X-Signed-Out"]) == (TOKENS, "1")


def test_the_password_stands_in_no_page_and_no_log(client, caplog):
    page = Page(send(client, TOKENS, *type_token(client)))
    with caplog.at_level("DEBUG"):
        wrong = answer(client, page, "my other secret")
        right = answer(client, page)
    for text in (wrong.content.decode(), right.content.decode(), caplog.text):
        assert "my other secret" not in text and PASSWORD not in text


def test_a_channel_is_disconnected_after_the_password(client, whatsapp):
    path = "/settings/channels/whatsapp/disconnect"
    form = Page(client.get(path)).form("main form.card")
    page = Page(send(client, path, form, fill(form)))
    assert (page.one("h1").text, type(whatsapp).objects.get().is_active) == (TITLE, True)
    answer(client, page, path=path)
    assert not type(whatsapp).objects.get().is_active
