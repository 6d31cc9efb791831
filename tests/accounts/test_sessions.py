"""Sessions: a new key at each sign-in, their end, and the settings page that lists and ends them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.accounts.devices import describe_device
from config.accounts.models import Session
from config.accounts.models.session import MAX_AGE, SIGNED_IN, SessionStore
from tests.conftest import new_session
from tests.factories import PASSWORD, UserFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db
PAGE = "/settings/sessions"
HOUR = timedelta(hours=1)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
DEVICES = {
    FIREFOX: "Firefox on Windows",
    SAFARI: "Safari on iPhone",
    CHROME: "Chrome on Linux",
    f"{CHROME} Edg/140.0": "Edge on Linux",
    "curl/8": "Unknown device",
    "Windows": "Windows",
    "": "Unknown device",
}


def sign_in(user, client=None, **headers):
    client = client or Client(raise_request_exception=False)
    response = client.post("/sign-in", {"username": user.email, "password": PASSWORD}, headers=headers)
    assert response.status_code == 302
    return client


def key_of(client):
    return client.cookies["sessionid"].value


def seen(client, *, ago):
    """Have a session last seen so long ago."""
    then = timezone.now() - ago
    Session.objects.filter(pk=key_of(client)).update(seen_at=then, expire_date=then + 12 * HOUR)


def is_signed_in(client):
    return client.get(PAGE).status_code == 200


def test_every_sign_in_has_a_key_of_its_own(user, other_user):
    client = Client()
    client.cookies["sessionid"] = planted = "a" * 32
    keys = [planted, *(key_of(sign_in(each, client)) for each in (user, user, other_user))]
    assert len(set(keys)) == 4
    assert list(Session.objects.values_list("session_key", "user")) == [(keys[-1], other_user.pk)]


def test_a_session_ends_after_twelve_hours_without_use(user):
    client = sign_in(user)
    seen(client, ago=12 * HOUR - timedelta(minutes=1))
    assert is_signed_in(client)
    seen(client, ago=12 * HOUR)
    assert not is_signed_in(client)


def test_use_renews_it_with_one_write_every_few_minutes(user):
    client = sign_in(user)
    for minutes, writes in ((4, 0), (6, 1), (0, 0)):
        if minutes:
            seen(client, ago=timedelta(minutes=minutes))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(PAGE)
        changes = [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
        assert [len(changes), int("sessionid" in response.cookies)] == [writes, writes], changes
    assert response.status_code == 200
    row = Session.objects.get()
    assert timezone.now() - row.seen_at < timedelta(minutes=1)
    assert row.expire_date - row.seen_at == 12 * HOUR
    seen(client, ago=HOUR)
    cookie = client.get(PAGE).cookies["sessionid"]
    assert (cookie.value, cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (
        row.session_key,
        43200,
        True,
        "Lax",
    )


def test_a_page_that_asks_for_news_by_itself_is_no_use(user):
    client = sign_in(user)
    seen(client, ago=HOUR)
    headers = {"HX-Request": "true", "HX-Trigger": "arrivals", "HX-Target": "arrivals"}
    assert client.get("/inbox/arrivals", headers=headers).cookies == {}
    assert timezone.now() - Session.objects.get().seen_at >= HOUR


def test_it_ends_thirty_days_after_the_sign_in_however_busy(user):
    client = sign_in(user)
    session = SessionStore(key_of(client))
    session[SIGNED_IN] |= {"at": int((timezone.now() - MAX_AGE + HOUR).timestamp())}
    session.save()
    assert timezone.now() + HOUR - Session.objects.get().expire_date < timedelta(minutes=1)
    seen(client, ago=HOUR)
    assert is_signed_in(client)
    assert Session.objects.get().expire_date - timezone.now() <= HOUR


def test_an_ended_one_is_not_written_again(user):
    client = sign_in(user)
    store = SessionStore(key_of(client))
    seen(client, ago=HOUR)
    store.load()
    Session.objects.all().delete()
    assert (store.touch(), Session.objects.exists()) == (False, False)


def test_the_page_lists_where_somebody_is_signed_in(user, other_user):
    sign_in(other_user, **{"User-Agent": CHROME})
    phone = sign_in(user, Client(REMOTE_ADDR="2001:db8::1"), **{"User-Agent": SAFARI})
    seen(phone, ago=2 * HOUR)
    expired = sign_in(user, **{"User-Agent": CHROME})
    seen(expired, ago=13 * HOUR)
    here = sign_in(user, **{"User-Agent": FIREFOX})
    page = Page(here.get(PAGE))
    assert page.texts("main .rows li > div") == [
        "Firefox on Windows This one 127.0.0.1 Last used just now · signed in just now",
        "Safari on iPhone 2001:db8::1 Last used 2 h ago · signed in just now",
    ]
    assert [len(row.all("form")) for row in page.all("main .rows li")] == [0, 1]
    for client in (phone, here):
        assert key_of(client) not in page.html


def test_one_can_be_ended(user):
    phone, here = sign_in(user), sign_in(user)
    form = Page(here.get(PAGE)).form("main .rows form")
    response = here.post(form.action, form.fields, follow=True)
    assert Page(response).texts("#messages p") == ["That device is signed out."]
    assert (is_signed_in(phone), is_signed_in(here)) == (False, True)
    assert Page(here.post(form.action), 404).one("h1").text == "There is nothing here"


def test_nobody_ends_the_session_of_somebody_else(user, other_user):
    here, other = sign_in(user), sign_in(other_user)
    handle = Session.objects.get(user=other_user).handle
    assert Page(here.post(f"{PAGE}/{handle}/end"), 404).one("h1").text == "There is nothing here"
    assert here.post(f"{PAGE}/end")["Location"] == PAGE
    assert is_signed_in(other)


def test_all_others_can_be_ended(user):
    others, here = [sign_in(user) for _ in range(3)], sign_in(user)
    response = here.post(f"{PAGE}/end", follow=True)
    assert Page(response).texts("#messages p") == ["3 other devices are signed out."]
    assert [is_signed_in(client) for client in (*others, here)] == [False, False, False, True]
    assert len(Page(here.get(PAGE)).all("main .rows li")) == 1


def test_a_new_password_takes_the_others_off_the_list(user, staff, staff_browser):
    sign_in(user)
    here = sign_in(user)
    data = {"old_password": PASSWORD, "new_password1": "another good one", "new_password2": "another good one"}
    assert here.post("/settings/password", data)["Location"] == "/settings/profile"
    assert len(Page(here.get(PAGE)).all("main .rows li")) == 1
    path = f"/admin/accounts/user/{user.pk}/password/"
    data = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert staff_browser.post(path, data).status_code == 302
    assert (is_signed_in(here), Session.objects.filter(user=user).exists()) == (False, False)


def test_a_session_of_an_earlier_release_says_what_it_knows(user):
    client = Client()
    client.cookies["sessionid"] = new_session(user)
    assert Page(client.get(PAGE)).texts("main .rows li > div") == ["Unknown device This one Last used just now"]


def test_a_gated_pro_sees_the_page_too(browser, pro):
    pro.cni_required = True
    pro.save()
    assert Page(browser.get(PAGE)).one("main h2").text == "Where you are signed in"


def test_devices_in_plain_words():
    assert {agent: describe_device(agent) for agent in DEVICES} == DEVICES


def test_a_name_of_a_session_gives_nothing_away(user):
    key = new_session(UserFactory())
    row = Session.objects.get(pk=key)
    assert key not in f"{row} {row!r}" and len(row.handle) == 16


def test_staff_without_a_pro_see_and_end_their_sessions(staff):
    elsewhere, here = sign_in(staff), sign_in(staff)
    response = here.get("/settings/sessions")
    page = Page(response)
    assert Page(here.get("/admin/")).all(f"#user-tools a[href='{PAGE}']")
    assert (len(page.all("li.token")), response["Cache-Control"]) == (2, "private, no-store")
    assert page.one("main a.button")["href"] == "/admin/"
    assert here.post("/settings/sessions/end")["Location"] == "/settings/sessions"
    assert elsewhere.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200
