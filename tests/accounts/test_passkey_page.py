"""The settings page of one's own passkeys: one is added and taken away."""

import pytest
from django.core import mail

from config.accounts.models import Passkey, RecoveryCode, Session, User
from config.accounts.second_factor import MAX_FACTORS
from config.audit.models import AuditEvent
from tests.conftest import new_session
from tests.pages import Page

from .authenticator import Authenticator
from .ended_session import fill, send, strict_client
from .factors import give_app, give_passkey
from .test_password_again import TITLE, age, answer

pytestmark = pytest.mark.django_db
PATH, NEW = "/settings/second-factor", "/settings/second-factor/passkey"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"


@pytest.fixture
def client(user):
    """The owner, who signed in a moment ago."""
    return strict_client(user)


def add(client, device=None, name="Laptop", **typed):
    form = Page(client.get(NEW)).form("form[data-passkey]")
    given = (device or Authenticator()).make(Page(client.get(NEW)).one("form[data-passkey]")["data-passkey"])
    return send(client, NEW, form, fill(form, name=name, **{"credential": given, **typed}))


def remove(client):
    (row,) = Passkey.objects.all()
    form = Page(client.get(PATH)).form(f'form[action="{NEW}/{row.pk}/remove"]')
    return send(client, PATH, form, fill(form))


def events():
    rows = AuditEvent.objects.filter(kind="second_factor_changed").order_by("pk")
    return list(rows.values_list("by_user_id", "about_id", "detail"))


def test_the_first_one_brings_recovery_codes(client, user, work_tasks):
    elsewhere = new_session(user)
    response = add(client)
    row, stored = Passkey.objects.get(), User.objects.get(pk=user.pk)
    assert (row.user, row.name, row.sign_count, row.used_at) == (user, "Laptop", 1, None)
    assert stored.second_factor_at is not None
    shown = Page(response).texts(".recovery-codes code")
    assert (len(set(shown)), RecoveryCode.objects.filter(user=user).count()) == (10, 10)
    assert not Session.objects.filter(session_key=elsewhere).exists()
    assert Page(client.get(PATH)).texts(".rows strong") == ["Laptop"]
    assert events() == [(user.pk, str(user.pk), "passkey_added")]
    work_tasks()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["owner@example.com"], "The second factor of your Vestibule account")
    assert message.body.startswith("A passkey was added to your account.\n\nName: Laptop\nAccount: owner@example.com\n")


def test_the_page_names_the_device_and_says_what_it_needs(client):
    page = Page(client.get(NEW, headers={"User-Agent": AGENT}))
    assert page.one("[name=name]")["value"] == "Chrome on Linux"
    assert page.one("noscript p").text == "Passkeys need JavaScript, which is switched off here."
    assert page.one("form[data-passkey] button[hidden]").text == "Add the passkey"


def test_a_device_adds_one_passkey_alone(client, user):
    device = give_passkey(user)
    client.cookies["sessionid"] = new_session(user)
    options = Page(client.get(NEW)).one("form[data-passkey]")["data-passkey"]
    assert f'"excludeCredentials": [{{"type": "public-key", "id": "{Passkey.objects.get().credential_id}"}}]' in options
    page = Page(add(client, device), 422)
    assert page.texts(".message-error li") == ["This passkey is on your account already, or there are too many."]
    assert Passkey.objects.count() == 1


def test_nobody_takes_over_the_passkey_of_another(client, user, other_user):
    device = give_passkey(other_user)
    assert add(client, device).status_code == 422
    assert Passkey.objects.get().user == other_user


def test_what_is_refused_keeps_the_name(client, user, other_user):
    for given in ("", "x", "{}", Authenticator(origin="https://evil.example").make(_ask(other_user))):
        page = Page(add(client, credential=given), 422)
        assert page.texts(".message-error li") == ["The passkey was not accepted. Please try again."]
        assert page.one("[name=name]")["value"] == "Laptop"
    page = Page(add(client, credential=Authenticator().make(_ask(other_user))), 422)
    assert page.texts(".message-error li") == ["The passkey was not accepted. Please try again."]
    assert add(client, name="").status_code == 422
    assert not Passkey.objects.exists()


def _ask(user):
    return Page(strict_client(user).get(NEW)).one("form[data-passkey]")["data-passkey"]


def test_there_are_twenty_at_most(client, user):
    Passkey.objects.bulk_create(Passkey(user=user, name=f"{n}", credential_id=f"{n}aa") for n in range(MAX_FACTORS))
    form = Page(client.get(NEW)).form("form[data-passkey]")
    given = Authenticator().make(Page(client.get(NEW)).one("form[data-passkey]")["data-passkey"])
    assert send(client, NEW, form, fill(form, name="x", credential=given)).status_code == 422
    assert Passkey.objects.count() == MAX_FACTORS


def test_the_last_factor_takes_the_recovery_codes_along(client, user):
    add(client)
    assert remove(client)["Location"] == PATH
    assert not Passkey.objects.exists() and not RecoveryCode.objects.exists()
    assert User.objects.get(pk=user.pk).second_factor_at is None
    assert [event[2] for event in events()] == ["passkey_added", "passkey_removed"]
    give_app(user, by=client)
    add(client)
    remove(client)
    assert RecoveryCode.objects.count() == 10 and User.objects.get(pk=user.pk).second_factor_at is not None


def test_all_of_it_asks_for_the_password(client, user):
    add(client)
    row = Passkey.objects.get()
    form = Page(client.get(PATH)).form(f'form[action="{NEW}/{row.pk}/remove"]')
    age(client)
    assert Page(send(client, PATH, form, fill(form))).one("h1").text == TITLE
    page = Page(client.get(NEW))
    assert (page.one("h1").text, page.all("[data-passkey]")) == (TITLE, [])
    assert answer(client, page, path=NEW)["Location"] == NEW
    assert Passkey.objects.get() == row


def test_another_users_passkey_is_not_found(client, other_user):
    give_passkey(other_user)
    client.handler.enforce_csrf_checks = False
    assert client.post(f"{NEW}/{Passkey.objects.get().pk}/remove").status_code == 404
    assert Passkey.objects.count() == 1


def test_staff_without_a_pro_add_one_too(staff):
    client = strict_client(staff)
    assert len(Page(add(client)).texts(".recovery-codes code")) == 10
    assert Page(client.get(PATH)).texts(".rows strong") == ["Laptop"]
