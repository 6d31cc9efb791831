"""Passkeys at the sign-in: as the second step and alone; guesses are limited, and an answer counts once."""

import json
import time

import pytest
from django.test import Client
from fido2.utils import websafe_encode

from config.accounts.limits import PER_PLACE
from config.accounts.models import Passkey
from config.accounts.passkeys import MAX_AGE, PasskeyError, ask_new_passkey, ask_passkey, read_new_passkey
from config.audit.models import AuditEvent
from tests.pages import Page

from .authenticator import Authenticator
from .ended_session import end_sessions, fill, send, shown, strict_client
from .factors import give_app, give_passkey, give_password

pytestmark = pytest.mark.django_db
SECOND, ALONE = "/sign-in/second", "/sign-in/passkey"
REFUSED = "The passkey was not accepted. Please try again."
LATE = "This page stood open for too long. Please try again."


def asked(client, path="/sign-in"):
    return Page(client.get(path)).one("form[data-passkey]")["data-passkey"]


def answer_alone(client, device, **more):
    return client.post(ALONE, {"credential": device.use(asked(client)), **more})


def is_signed_in(client):
    return client.get("/inbox").status_code == 200


def failures():
    rows = AuditEvent.objects.filter(kind="sign_in_failed").order_by("pk")
    return list(rows.values_list("about_id", "by_user_id", "detail"))


def sign_ins():
    return list(AuditEvent.objects.filter(kind="signed_in").values_list("by_user_id", "detail"))


def test_a_passkey_follows_the_password(nobody, user, device):
    assert give_password(nobody, user, next="/inbox?status=all")["Location"] == SECOND
    page = Page(nobody.get(SECOND))
    assert page.one("script[src*='js/passkey']") and page.one("form[data-passkey][data-focus] button[hidden]")
    assert page.texts("main p")[-3:-2] == ["Without your passkey, type a recovery code."]
    options = json.loads(asked(nobody, SECOND))
    assert options["allowCredentials"] == [{"type": "public-key", "id": websafe_encode(device.id)}]
    assert (options["userVerification"], "rpId" in options) == ("preferred", False)
    answer = nobody.post(SECOND, {"credential": device.use(json.dumps(options))})
    assert (answer["Location"], is_signed_in(nobody), sign_ins()) == (
        "/inbox?status=all",
        True,
        [(user.pk, "passkey")],
    )
    row = Passkey.objects.get()
    assert (row.sign_count, row.used_at is not None) == (2, True)


def test_one_with_an_app_too_may_use_either(nobody, user, device):
    give_app(user)
    give_password(nobody, user)
    page = Page(nobody.get(SECOND))
    assert page.one("form[data-passkey]:not([data-focus])") and page.one("[name=code][autofocus]")
    nobody.post(SECOND, {"credential": device.use(asked(nobody, SECOND))})
    assert is_signed_in(nobody)


def test_a_passkey_alone_signs_in_and_leads_to_the_page(nobody, user, device):
    options = json.loads(asked(nobody))
    assert (options["userVerification"], options.get("allowCredentials")) == ("required", None)
    answer = answer_alone(nobody, device, next="/inbox?status=all")
    assert (answer["Location"], is_signed_in(nobody)) == ("/inbox?status=all", True)
    assert sign_ins() == [(user.pk, "passkey")]
    client = Client()
    assert answer_alone(client, device, next="https://evil.example/")["Location"] == "/"


def test_staff_enter_the_admin_by_a_passkey_alone(nobody, staff):
    device = give_passkey(staff)
    assert answer_alone(nobody, device, next="/admin/")["Location"] == "/admin/"
    assert Page(nobody.get("/admin/")).one("#content h1").text == "Site administration"


def test_alone_the_device_has_to_ask_who_holds_it(nobody, user):
    device = give_passkey(user, is_verifying=False)
    page = Page(answer_alone(nobody, device), 422)
    assert (page.one("main [role=alert]:not([hidden])").text, is_signed_in(nobody)) == (REFUSED, False)
    assert failures() == [(str(user.pk), None, "passkey")]
    give_password(nobody, user)
    nobody.post(SECOND, {"credential": device.use(asked(nobody, SECOND))})
    assert is_signed_in(nobody)


def test_alone_the_device_has_to_name_its_user(nobody, user, other_user, device):
    """One without a name of its user, such as an older key, is good as the second step."""
    for handle in (b"", str(other_user.pk).encode()):
        device.handle = handle
        assert answer_alone(nobody, device).status_code == 422
    device.handle = b""
    give_password(nobody, user)
    nobody.post(SECOND, {"credential": device.use(asked(nobody, SECOND))})
    assert is_signed_in(nobody)


def test_a_wrong_one_after_the_password_counts_as_a_wrong_code(nobody, user, device):
    give_password(nobody, user)
    wrong = [nobody.post(SECOND, {"credential": Authenticator().use(asked(nobody, SECOND))}) for _ in range(4)]
    assert [answer.status_code for answer in wrong] == [422] * 4
    assert Page(wrong[0], 422).texts(".errorlist li") == [REFUSED]
    assert nobody.post(SECOND, {"credential": "x"}).status_code == 429
    assert give_password(Client(), user).status_code == 429
    assert failures() == [(str(user.pk), None, "second_factor")] * 5


def test_guesses_alone_are_limited_by_place(device, monkeypatch):
    monkeypatch.setattr(PER_PLACE, "times", 3)
    client = Client()
    answers = [client.post(ALONE, {"credential": "x"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert answer_alone(client, device).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    answer_alone(elsewhere, device)
    assert is_signed_in(elsewhere)
    assert failures() == [("", None, "passkey")] * 3


@pytest.mark.parametrize("is_alone", [True, False])
def test_an_answer_counts_once(user, device, is_alone):
    given = device.use(ask_passkey(None if is_alone else user))
    for client, is_let_in in ((Client(), True), (Client(), False)):
        if not is_alone:
            give_password(client, user)
        client.post(ALONE if is_alone else SECOND, {"credential": given})
        assert is_signed_in(client) == is_let_in


def test_a_page_may_stand_open_for_an_hour(user, device, rf, monkeypatch, nobody):
    options, new, now = ask_passkey(), ask_new_passkey(user), time.time()
    monkeypatch.setattr(time, "time", lambda: now + MAX_AGE + 2)
    answer = nobody.post(ALONE, {"credential": device.use(options)})
    assert Page(answer, 422).one("main [role=alert]:not([hidden])").text == LATE
    with pytest.raises(PasskeyError, check=lambda error: error.text == LATE):
        read_new_passkey(rf.get("/"), user, "x", Authenticator().make(new))


def test_what_was_typed_before_the_session_ended_is_sent_after_it(user, device):
    client = strict_client(user)
    form = Page(client.get("/settings/profile")).form("form:has([name=person-name])")
    fields = fill(form, **{"person-name": "Olive <b>Oil</b>", "person": "1"})
    end_sessions()
    page = Page(send(client, "/settings/profile", form, fields))
    form = page.form("form[data-passkey]")
    wrong = send(client, "/settings/profile", form, fill(form, credential="x"))
    form = Page(wrong, 422).form("form[data-passkey]")
    given = device.use(Page(wrong, 422).one("form[data-passkey]")["data-passkey"])
    assert "Olive <b>Oil</b>" in shown(Page(send(client, ALONE, form, fill(form, credential=given))))


def test_an_outdated_page_shows_the_sign_in_anew(user, device):
    client = strict_client()
    given = device.use(asked(client))
    client.cookies.clear()
    origin = {"Origin": "http://testserver", "Referer": "http://testserver/sign-in"}
    page = Page(client.post(ALONE, {"credential": given, "csrfmiddlewaretoken": "x"}, headers=origin), 403)
    assert page.one('form[action="/sign-in"] [name=username]')
    assert Passkey.objects.get().used_at is None


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_answer_one_is_let_in(user, at_once):
    device = give_passkey(user, counts=False)
    given, clients = device.use(ask_passkey()), [Client(), Client()]
    at_once(2, lambda n: clients[n].post(ALONE, {"credential": given}))
    assert sorted(is_signed_in(client) for client in clients) == [False, True]
