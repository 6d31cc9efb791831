"""The settings page of one's own second factor: an app is added and taken away, recovery codes are made."""

import pytest
from django.core import mail

from config.accounts.models import CodeApp, RecoveryCode, Session, User
from config.audit.models import AuditEvent
from tests.conftest import new_session
from tests.pages import Page

from .ended_session import fill, send, strict_client
from .factors import SECRET, code_of, give_app
from .test_password_again import TITLE, age, answer

pytestmark = pytest.mark.django_db
PATH, APP, CODES = "/settings/second-factor", "/settings/second-factor/app", "/settings/second-factor/codes"


@pytest.fixture
def client(user):
    """The owner, who signed in a moment ago."""
    return strict_client(user)


def add_app(client, name="Phone", **typed):
    page = Page(client.get(APP))
    secret, form = page.one("#app-secret").text.replace(" ", ""), page.form("form:has([name=code])")
    return send(client, APP, form, fill(form, name=name, **{"code": code_of(secret, 0), **typed})), secret


def stored(user):
    return User.objects.get(pk=user.pk).second_factor_at


def events(kind="second_factor_changed"):
    return list(AuditEvent.objects.filter(kind=kind).order_by("pk").values_list("by_user_id", "about_id", "detail"))


def press(client, action, path=PATH):
    form = Page(client.get(path)).form(f'form[action="{action}"]')
    return send(client, path, form, fill(form))


def test_an_app_counts_once_a_code_confirms_it(client, user, work_tasks):
    elsewhere = new_session(user)
    page = Page(client.get(APP))
    assert page.one(".qr-code svg.qr path[stroke]")
    assert page.one('a[href^="otpauth://totp/Vestibule:owner%40example.com?secret="]')
    assert (CodeApp.objects.exists(), stored(user)) == (False, None)
    response, secret = add_app(client)
    app = CodeApp.objects.get()
    assert (app.user, app.name, app.secret, app.used_at) == (user, "Phone", secret, None)
    assert stored(user) is not None
    shown = Page(response).texts(".recovery-codes code")
    assert (len(set(shown)), RecoveryCode.objects.filter(user=user).count()) == (10, 10)
    download = Page(response).one("a[download]")["href"]
    assert download == "data:text/plain;charset=utf-8," + "%0D%0A".join(shown)
    assert not Session.objects.filter(session_key=elsewhere).exists()
    assert not set(shown) & set(client.get(PATH).content.decode().split())
    assert Page(client.get(PATH)).texts(".rows strong") == ["Phone"]
    assert events() == [(user.pk, str(user.pk), "code_app_added")]
    work_tasks()
    (message,) = mail.outbox
    assert message.to == ["owner@example.com"]
    assert message.body.startswith("An authenticator app was added to your account.\n\nName: Phone\n")
    assert "By:" not in message.body and secret not in message.body


def test_a_wrong_code_keeps_the_secret_and_the_name(client):
    response, secret = add_app(client, "Mine", code="000000")
    page = Page(response, 422)
    assert page.texts(".errorlist li") == ["Wrong code. Look whether the clock of the device is right."]
    assert page.one("#app-secret").text.replace(" ", "") == secret
    assert (page.one("[name=name]")["value"], CodeApp.objects.exists()) == ("Mine", False)


def test_a_secret_that_is_not_ours_is_made_anew(client, user, other_user, case):
    foreign = Page(strict_client(other_user).get(APP)).one("main [name=secret]")["value"]
    for text in ("", SECRET, foreign, "a\x00b", "x" * 400):
        with case(text[:20]):
            page = Page(add_app(client, secret=text)[0], 422)
            assert len(page.one("#app-secret").text.replace(" ", "")) == 32
            assert not CodeApp.objects.exists()


def test_an_app_sent_twice_is_one(client, user):
    page = Page(client.get(APP))
    form, code = page.form("form:has([name=code])"), code_of(page.one("#app-secret").text.replace(" ", ""), 0)
    send(client, APP, form, fill(form, name="Phone", code=code))
    assert send(client, APP, form, fill(form, name="Phone", code=code)).status_code == 422
    assert CodeApp.objects.count() == 1


def test_a_second_app_makes_no_new_codes(client, user):
    give_app(user, by=client)
    before = set(RecoveryCode.objects.values_list("pk", flat=True))
    assert add_app(client, "Tablet")[0]["Location"] == PATH
    assert Page(client.get(PATH)).texts(".rows strong") == ["Phone", "Tablet"]
    assert set(RecoveryCode.objects.values_list("pk", flat=True)) == before


def test_there_are_twenty_at_most(client, user):
    CodeApp.objects.bulk_create(CodeApp(user=user, name=f"{n}", secret=f"{n}") for n in range(20))
    assert add_app(client)[0].status_code == 422
    assert CodeApp.objects.count() == 20


def test_the_last_one_takes_the_recovery_codes_along(client, user, work_tasks):
    give_app(user, by=client)
    key = new_session(user)
    response = press(client, f"{APP}/{CodeApp.objects.get().pk}/remove")
    assert (response["Location"], stored(user)) == (PATH, None)
    assert not CodeApp.objects.exists() and not RecoveryCode.objects.exists()
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get(PATH).status_code == 200
    assert [event[2] for event in events()] == ["code_app_added", "code_app_removed"]
    work_tasks()
    assert mail.outbox[-1].body.startswith("An authenticator app was taken away from your account.\n\nName: Phone\n")


def test_new_codes_void_the_former_ones(client, user, work_tasks):
    former = give_app(user, by=client)
    shown = Page(press(client, CODES)).texts(".recovery-codes code")
    assert (len(set(shown)), set(shown) & set(former), RecoveryCode.objects.count()) == (10, set(), 10)
    assert events()[-1] == (user.pk, str(user.pk), "codes_made")
    work_tasks()
    assert "New recovery codes were made for your account. Earlier ones are void." in mail.outbox[-1].body


def test_there_are_no_codes_without_a_factor(client):
    client.handler.enforce_csrf_checks = False
    assert client.post(CODES)["Location"] == PATH
    assert not RecoveryCode.objects.exists()


def test_all_of_it_asks_for_the_password(client, user):
    give_app(user, by=client)
    remove = f"{APP}/{CodeApp.objects.get().pk}/remove"
    for action in (remove, CODES):
        age(client)
        page = Page(press(client, action))
        assert (page.one("h1").text, CodeApp.objects.count(), RecoveryCode.objects.count()) == (TITLE, 1, 10)
    age(client)
    page = Page(client.get(APP))
    assert (page.one("h1").text, page.all("#app-secret")) == (TITLE, [])
    assert answer(client, page, path=APP)["Location"] == APP


def test_another_users_app_is_not_found(client, other_user):
    give_app(other_user)
    client.handler.enforce_csrf_checks = False
    assert client.post(f"{APP}/{CodeApp.objects.get().pk}/remove").status_code == 404
    assert CodeApp.objects.count() == 1


def test_staff_without_a_pro_have_the_page_too(staff):
    client = strict_client(staff)
    page = Page(client.get(PATH))
    assert page.one("main a.button[href='/admin/']")
    response, _secret = add_app(client)
    assert len(Page(response).texts(".recovery-codes code")) == 10
