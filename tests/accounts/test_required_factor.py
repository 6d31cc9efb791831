"""A second factor that an office requires of everybody, or the site of its staff, from a day on."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from config.accounts.models import Session
from config.accounts.second_factor import FactorError, require_second_factor
from tests.conftest import new_session
from tests.factories import UserFactory, make_token
from tests.pages import Page

from .ended_session import fill, send, shown, sign_in, strict_client
from .factors import changes, code_of, give_app, give_passkey, give_password

pytestmark = pytest.mark.django_db
PATH, OWN, APP = "/settings/security", "/settings/second-factor", "/settings/second-factor/app"


def require(client, *, is_required=True, **typed):
    form = Page(client.get(PATH)).form("form:has([name=is_required])")
    fields = {**fill(form, **typed), "is_required": "on" if is_required else ""}
    return send(client, PATH, form, fields)


def in_days(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def begins(pro, user, days=-1):
    """It is required, since yesterday."""
    give_passkey(user)
    require_second_factor(pro, timezone.now() + timedelta(days=days), by=user)


def is_in(client):
    return client.get("/inbox").status_code == 200


def test_it_begins_on_the_day_that_an_owner_chooses(owner, user, member, pro, monkeypatch, work_tasks):
    form = Page(owner.get(PATH)).form("form:has([name=is_required])")
    assert form.fields == {"first_day": in_days(7)}
    assert require(owner, first_day=in_days(3))["Location"] == PATH
    pro.refresh_from_db()
    starts_at = pro.second_factor_required_from
    assert timezone.localtime(starts_at).isoformat()[:19] == f"{in_days(3)}T00:00:00"
    assert changes() == [(user.pk, str(pro.pk), "second_factor_required")]
    early = Client()
    answer = give_password(early, member)
    assert (answer["Location"], is_in(early)) == ("/", True)
    told = Page(early.get("/inbox")).texts(".message") + Page(early.get(OWN)).texts(".message p")
    assert re.match(r"From .+ on, Agence du Port requires a second factor\.$", told[-1])
    monkeypatch.setattr(timezone, "now", lambda: starts_at)
    assert early.get("/contacts?q=a")["Location"] == "/sign-in?next=/contacts%3Fq%3Da"
    late = Client()
    assert give_password(late, member, next="/contacts?q=a")["Location"] == OWN
    assert late.get("/inbox")["Location"] == OWN


def test_whoever_has_none_is_told_by_mail(owner, member, user, pro, work_tasks):
    UserFactory(pro=pro, email="gone@example.com", is_active=False)
    give_app(UserFactory(pro=pro, email="has@example.com"))
    work_tasks()
    mail.outbox.clear()
    require(owner, first_day=in_days(3))
    work_tasks()
    (message,) = mail.outbox
    day = (timezone.localdate() + timedelta(days=3)).strftime("%B %Y")
    assert (message.to, message.subject) == (["member@example.com"], "Agence du Port requires a second factor")
    assert message.body.startswith("From ") and f" {day} on, Agence du Port requires a second factor" in message.body
    assert "\nhttp://" in message.body and message.body.count("/settings/second-factor\n") == 1


def test_who_has_one_meanwhile_or_need_not_is_told_nothing(owner, member, pro, user, work_tasks):
    require(owner, first_day=in_days(3))
    require(owner, is_required=False)
    work_tasks()
    assert [message.to for message in mail.outbox if "requires" in message.subject] == []
    assert [detail for *_who, detail in changes()] == ["second_factor_required", "second_factor_optional"]
    pro.refresh_from_db()
    assert (pro.second_factor_required, pro.second_factor_required_from) == (False, None)


def test_the_same_again_changes_nothing(owner, pro):
    for _ in range(2):
        require(owner, first_day=in_days(0))
    assert len(changes()) == 1


def test_days_that_are_refused(owner, pro, case):
    for day, error in (
        (in_days(-1), "Choose today or a day in the next three months."),
        (in_days(93), "Choose today or a day in the next three months."),
        ("", "Choose a day."),
        ("x", "Enter a valid date."),
        ("9999-12-31", "Choose today or a day in the next three months."),
    ):
        with case(day):
            page = Page(require(owner, first_day=day), 422)
            assert page.texts(".errorlist li") == [error]
            pro.refresh_from_db()
            assert not pro.second_factor_required


def test_an_owner_has_one_first(user, pro):
    client = strict_client(user)
    page = Page(client.get(PATH))
    assert page.all("[name=is_required]") == []
    assert page.one(f'.settings-body a.button[href="{OWN}"]')
    form = page.form("form:has(#required-title)")
    refused = send(client, PATH, form, fill(form, is_required="on", first_day=in_days(0)))
    assert Page(refused, 422).texts(".message-error li") == ["Set up a second factor of your own first."]
    pro.refresh_from_db()
    assert not pro.second_factor_required
    with pytest.raises(FactorError):
        require_second_factor(pro, timezone.now(), by=user)


def test_nothing_but_its_page_is_open_until_it_is_set_up(user, member, pro):
    begins(pro, user)
    client = strict_client()
    page = Page(client.get("/sign-in?next=/contacts"))
    assert sign_in(client, page, member)["Location"] == OWN
    for path in ("/inbox", "/settings/profile", "/docs/api", "/sign-in/go-on", "/settings/password"):
        assert client.get(path)["Location"] == OWN
    assert client.get("/pro/contact-requests").status_code == 403
    page = Page(client.get(OWN))
    assert page.texts(".message p") == [
        "Agence du Port requires a second factor. Set one up, and you go on to where you were going."
    ]
    assert page.all("nav.settings-nav, .rail") == []
    form_page = Page(client.get(APP))
    form, secret = form_page.form("form:has([name=code])"), form_page.one("#app-secret").text.replace(" ", "")
    page = Page(send(client, APP, form, fill(form, name="Phone", code=code_of(secret, 0))))
    assert client.get(page.one(".button-main")["href"])["Location"] == "/contacts"
    assert is_in(client)


def test_what_is_typed_as_it_begins_is_sent_once_one_is_set_up(user, member, pro):
    client = strict_client(member)
    form = Page(client.get("/settings/profile")).form("form:has([name=person-name])")
    fields = fill(form, **{"person-name": "Mia <b>M</b>", "person": "1"})
    begins(pro, user)
    page = Page(send(client, "/settings/profile", form, fields))
    assert sign_in(client, page, member)["Location"] == OWN
    form_page = Page(client.get(APP))
    form, secret = form_page.form("form:has([name=code])"), form_page.one("#app-secret").text.replace(" ", "")
    page = Page(send(client, APP, form, fill(form, name="Phone", code=code_of(secret, 0))))
    assert "Mia <b>M</b>" in shown(Page(client.get(page.one(".button-main")["href"])))


def test_a_fragment_sends_the_whole_page_away_as_it_begins(browser, user, pro):
    begins(pro, UserFactory(pro=pro))
    answer = browser.get("/contacts?q=a", headers={"HX-Request": "true", "HX-Target": "book"})
    assert (answer["HX-Redirect"].partition("?")[0], answer["X-Signed-Out"]) == ("/sign-in", "1")
    assert not Session.objects.filter(user=user).exists()


def test_tokens_and_those_who_have_one_go_on(user, member, pro, nobody):
    token, headers = make_token(pro), {}
    headers["Authorization"] = f"Bearer {token}"
    give_app(member)
    theirs = Client()
    theirs.cookies["sessionid"] = new_session(member)
    begins(pro, user)
    assert nobody.get("/api/v1/contacts", headers=headers).status_code == 200
    assert is_in(theirs)


def test_staff_of_the_office_are_bound_too(user, pro):
    colleague = UserFactory(pro=pro, is_staff=True)
    begins(pro, user)
    client = Client()
    assert give_password(client, colleague, next="/admin/")["Location"] == OWN
    assert client.get("/admin/")["Location"] == OWN


def test_the_site_requires_it_of_its_staff(settings, staff, user):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    client, other = Client(), Client()
    assert give_password(client, staff, next="/admin/")["Location"] == OWN
    assert client.get("/admin/")["Location"] == OWN
    page = Page(client.get(OWN))
    assert page.texts(".message p") == [
        "This site requires a second factor of its staff. Set one up, and you go on to where you were going."
    ]
    assert page.all('main a[href="/admin/"]') == []
    give_app(staff, by=client)
    assert client.get("/sign-in/go-on")["Location"] == "/admin/"
    assert Page(client.get("/admin/")).one('#user-tools a[href="/settings/second-factor"]')
    give_password(other, user)
    assert is_in(other)


def test_an_owner_who_takes_theirs_away_sets_up_another(user, pro):
    begins(pro, user)
    client = strict_client(user)
    form = Page(client.get(OWN)).form("form[action$='/remove']")
    send(client, OWN, form, fill(form))
    assert client.get("/inbox")["Location"] == "/sign-in?next=/inbox"
