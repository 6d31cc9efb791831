"""A user changes their own sign-in address: the password, a link to the new address, a word to the former one."""

import re
import time
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.core import mail, signing
from django.test import Client

from config.accounts.limits import LINKS_PER_ADDRESS, LINKS_PER_USER
from config.accounts.models import Session, User
from config.audit.models import AuditEvent
from config.web.logs import mask
from tests.accounts.test_password_again import age, answer
from tests.conftest import new_session
from tests.factories import PASSWORD, UserFactory
from tests.pages import Page

from .ended_session import fill, send, sign_in, strict_client

pytestmark = pytest.mark.django_db
PATH = "/settings/profile"
NEW = "olive@example.org"
ENDED = "This link is no longer valid"


@pytest.fixture
def client(user):
    """The owner, who signed in a moment ago."""
    client = strict_client()
    sign_in(client, Page(client.get("/sign-in")), user)
    return client


def ask(client, email=NEW):
    form = Page(client.get(PATH)).form("form[aria-labelledby=address-title]")
    return send(client, PATH, form, fill(form, **{"address-email": email, "address": "1"}))


def link(message):
    return re.search(r"http://testserver(\S+)", message.body)[1]


@pytest.fixture
def mailed_link(client, work_tasks):
    """Ask for a new address; returns the path of the link in the mail."""

    def ask_and_read(email=NEW):
        ask(client, email)
        work_tasks()
        return link(mail.outbox.pop())

    return ask_and_read


def confirm(client, path):
    form = Page(client.get(path)).form("main form")
    return send(client, path, form, fill(form))


def title(client, path, status=404):
    return Page(client.get(path), status).one("h1").text


def stored(user):
    return User.objects.values_list("email", "address_changes").get(pk=user.pk)


def test_the_address_changes_once_the_link_is_confirmed(client, user, nobody, work_tasks):
    elsewhere, key = new_session(user), client.cookies["sessionid"].value
    response = ask(client, " Olive@Example.org ")
    assert response["Location"] == PATH
    assert Page(client.get(PATH)).texts(".message") == [f"Check your e-mail: a link is on its way to {NEW}."]
    work_tasks()
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([NEW], "Confirm your new Vestibule address")
    assert "You sign in as owner@example.com and want to sign in with this address instead." in message.body
    assert "It works once, for 24 hours." in message.body
    mail.outbox.clear()
    page = Page(client.get(link(message)))
    assert page.one("main p").text.startswith(f"You sign in as owner@example.com. From now on it is {NEW},")
    assert stored(user) == ("owner@example.com", 0)
    assert confirm(client, link(message))["Location"] == PATH
    assert Page(client.get(PATH)).texts(".message") == [f"You now sign in as {NEW}."]
    assert stored(user) == (NEW, 1)
    keys = set(Session.objects.filter(user=user).values_list("session_key", flat=True))
    assert (key in keys, elsewhere in keys) == (True, False)
    events = AuditEvent.objects.exclude(kind="signed_in").order_by("pk")
    assert list(events.values_list("kind", "by_user_id", "about_id", "detail", "pro_id")) == [
        ("address_changed", user.pk, str(user.pk), "", user.pro_id),
        ("session_ended", user.pk, str(user.pk), "1", user.pro_id),
    ]
    work_tasks()
    (notice,) = mail.outbox
    assert (notice.to, notice.subject) == (["owner@example.com"], "Your Vestibule address was changed")
    assert f"The address of your account was changed. You now sign in as {NEW}." in notice.body
    assert "Staff" not in notice.body
    assert nobody.post("/sign-in", {"username": NEW, "password": PASSWORD})["Location"] == "/"


def test_the_password_is_asked_again_and_the_address_is_kept(client, user, work_tasks):
    age(client)
    question = Page(ask(client))
    work_tasks()
    assert (question.one("h1").text, mail.outbox) == ("Your password, please", [])
    assert answer(client, question, "wrong", path=PATH).status_code == 422
    assert answer(client, question, path=PATH)["Location"] == PATH
    work_tasks()
    assert [message.to for message in mail.outbox] == [[NEW]]


@pytest.mark.parametrize("is_active", [True, False])
def test_a_taken_address_gets_the_same_answer_and_its_owner_is_told(client, user, work_tasks, is_active):
    UserFactory(email=NEW, language="en", is_active=is_active)
    assert ask(client)["Location"] == PATH
    assert Page(client.get(PATH)).texts(".message") == [f"Check your e-mail: a link is on its way to {NEW}."]
    work_tasks()
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([NEW], "Your Vestibule address stays yours")
    assert "Somebody tried to make this the sign-in address of another account." in message.body
    assert "http" not in message.body.partition("--")[0] and user.email not in message.body


def test_an_address_that_was_taken_meanwhile_stays_with_its_owner(client, user, mailed_link):
    path = mailed_link()
    form = Page(client.get(path)).form("main form")
    UserFactory(email=NEW)
    assert Page(send(client, path, form, fill(form)), 404).one("h1").text == ENDED
    assert stored(user) == ("owner@example.com", 0)
    assert not AuditEvent.objects.filter(kind="address_changed").exists()


def test_a_link_works_once_even_when_the_address_comes_back(client, user, mailed_link):
    first = mailed_link()
    confirm(client, first)
    assert title(client, first) == ENDED
    user.refresh_from_db()
    confirm(client, mailed_link("owner@example.com"))
    assert (stored(user), title(client, first)) == (("owner@example.com", 2), ENDED)


def test_two_clicks_at_once_change_it_once(client, user, mailed_link):
    path = mailed_link()
    form = Page(client.get(path)).form("main form")
    assert [send(client, path, form, fill(form)).status_code for _ in range(2)] == [302, 404]
    assert stored(user) == (NEW, 1)


@pytest.mark.parametrize(("hours", "status", "heading"), [(23, 200, "Your sign-in address"), (25, 404, ENDED)])
def test_a_link_works_for_a_day(client, mailed_link, monkeypatch, hours, status, heading):
    with monkeypatch.context() as patch:
        patch.setattr(signing, "time", SimpleNamespace(time=lambda: time.time() - hours * 3600))
        path = mailed_link()
    assert title(client, path, status) == heading


def test_a_link_is_of_use_to_its_user_alone(client, user, other_browser, nobody, mailed_link):
    path = mailed_link()
    assert title(other_browser, path) == ENDED
    assert Page(other_browser.post(path), 404).one("h1").text == ENDED
    assert nobody.get(path)["Location"] == f"/sign-in?next={quote(path)}"
    assert stored(user) == ("owner@example.com", 0)


def test_a_new_password_ends_the_link(client, user, mailed_link):
    path = mailed_link()
    user.set_password("another long password")
    user.save()
    client.cookies["sessionid"] = new_session(user)
    assert title(client, path) == ENDED


def test_a_link_outlives_a_change_of_the_key(client, user, mailed_link, settings):
    path = mailed_link()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    client.cookies["sessionid"] = new_session(user)
    assert title(client, path, 200) == "Your sign-in address"


@pytest.mark.parametrize("key", ["x", "%00", "a:b:c", "é", "." * 3000])
def test_a_made_up_link_is_refused(browser, user, key):
    assert title(browser, f"/settings/address/{key}") == ENDED


@pytest.mark.parametrize(
    ("email", "error"),
    [
        ("", "This field is required."),
        ("owner", "Enter a valid email address."),
        ("OWNER@example.com", "You sign in with this address already."),
        ("a\0@example.com", "Null characters are not allowed."),
        (f"{'a' * 64}@{'b.' * 100}com", "Ensure this value has at most 254 characters (it has 268)."),
    ],
)
def test_an_invalid_address_is_named(browser, user, work_tasks, email, error):
    page = Page(browser.post(PATH, {"address": "1", "address-email": email}), 422)
    assert error in page.texts(".errorlist li")
    assert [field["id"] for field in page.all("[aria-invalid=true]")] == ["id_address-email"]
    work_tasks()
    assert mail.outbox == []


@pytest.mark.parametrize("limit", [LINKS_PER_USER, LINKS_PER_ADDRESS])
def test_links_are_limited(browser, user, work_tasks, monkeypatch, limit):
    monkeypatch.setattr(limit, "times", 1)
    fields = {"address": "1", "address-email": NEW}
    assert [browser.post(PATH, fields).status_code for _ in range(2)] == [302, 429]
    work_tasks()
    assert len(mail.outbox) == 1


def test_a_closed_account_gets_no_link(client, user, work_tasks):
    ask(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    work_tasks()
    assert mail.outbox == []


def test_links_to_a_new_password_end_with_the_former_address(client, user, mailed_link, work_tasks):
    path = mailed_link()
    Client().post("/password/reset", {"email": user.email})
    work_tasks()
    reset = link(mail.outbox.pop())
    confirm(client, path)
    assert Page(Client().get(reset, follow=True)).one("h1").text == ENDED


def test_no_link_is_logged(mailed_link):
    assert mask(f"GET {mailed_link()} 200") == "GET /settings/address/… 200"
