"""Signing in with a second factor: the codes of an app, recovery codes, and the limits on guessing them."""

import time

import pytest
from django.core import mail
from django.test import Client

from config.accounts.limits import CODES_PER_USER
from config.accounts.models import CodeApp, RecoveryCode, Session
from config.accounts.models.session import SessionStore
from config.accounts.views.entering import PENDING, SECOND_STEP_LASTS
from config.audit.models import AuditEvent
from tests.pages import Page

from .ended_session import end_sessions, fill, send, shown, sign_in, strict_client
from .factors import SECRET, code_of, give_app, give_password

pytestmark = pytest.mark.django_db
SECOND = "/sign-in/second"
WRONG = ["Wrong code, or one that was used already."]


@pytest.fixture
def codes(user):
    """The recovery codes of the owner, who has an app."""
    return give_app(user)


def give_code(client, code, **more):
    return client.post(SECOND, {"code": code}, **more)


def is_signed_in(client):
    return client.get("/inbox").status_code == 200


def errors(response):
    return Page(response, 422).texts(".errorlist li")


def test_a_code_follows_the_password_and_leads_to_the_page(nobody, user, codes):
    answer = give_password(nobody, user, next="/inbox?status=all")
    assert (answer["Location"], is_signed_in(nobody)) == (SECOND, False)
    between = nobody.cookies["sessionid"].value
    assert Page(nobody.get(SECOND)).texts("main p")[0] == "Type the six digits that your app shows, or a recovery code."
    code = code_of()
    answer = give_code(nobody, f" {code[:3]} {code[3:]} ")
    assert (answer.status_code, answer["Location"], is_signed_in(nobody)) == (302, "/inbox?status=all", True)
    assert nobody.cookies["sessionid"].value != between
    assert not Session.objects.filter(session_key=between).exists()
    assert nobody.get(SECOND)["Location"] == "/sign-in"
    event = AuditEvent.objects.filter(kind="signed_in").get()
    assert (event.by_user_id, event.about_id, event.detail) == (user.pk, str(user.pk), "code_app")
    assert CodeApp.objects.get().used_at is not None


def test_whoever_has_none_signs_in_by_password_alone(nobody, user):
    assert give_password(nobody, user)["Location"] == "/"
    assert is_signed_in(nobody)
    assert AuditEvent.objects.filter(kind="signed_in").get().detail == ""


def test_a_code_works_once(user, codes):
    code = code_of()
    for client, is_let_in in ((Client(), True), (Client(), False)):
        give_password(client, user)
        answer = give_code(client, code)
        assert is_signed_in(client) == is_let_in
    assert errors(answer) == WRONG


def test_a_clock_may_be_thirty_seconds_wrong(user, codes, case):
    for steps, is_let_in in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        with case(f"{steps} steps"):
            CodeApp.objects.update(last_step=0)
            give_password(client := Client(), user)
            give_code(client, code_of(steps=steps))
            assert is_signed_in(client) == is_let_in


def test_what_is_no_code_is_refused(user, codes, case):
    for text in ("", "000000 ", "0" * 51, "a\x00b", "١٢٣٤٥٦", codes[0][:-1], "x" * 10, f"{codes[0]}-", "🗝" * 6):
        with case(repr(text)):
            give_password(client := Client(), user)
            client.post(SECOND, {"code": text})
            is_recovery_code = text.startswith(codes[0])
            assert is_signed_in(client) == is_recovery_code


def test_a_recovery_code_works_once_and_its_user_is_told(user, codes, work_tasks):
    assert (len(codes), len(set(codes)), RecoveryCode.objects.count()) == (10, 10, 10)
    work_tasks()
    mail.outbox.clear()
    typed = codes[3].upper().replace("-", " ")
    for client, is_let_in in ((Client(), True), (Client(), False)):
        give_password(client, user)
        give_code(client, typed)
        assert is_signed_in(client) == is_let_in
    assert RecoveryCode.objects.count() == 9
    assert AuditEvent.objects.filter(kind="signed_in").get().detail == "recovery_code"
    work_tasks()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["owner@example.com"], "The second factor of your Vestibule account")
    assert "Somebody signed in to your account with a recovery code. 9 codes are left." in message.body
    assert codes[3] not in message.body


def test_recovery_codes_and_secrets_are_not_stored_as_they_are(user, codes):
    rows = str(list(RecoveryCode.objects.values_list()))
    assert not any(code in rows or code.replace("-", "") in rows for code in codes)
    (stored,) = CodeApp.objects.extra(select={"stored": "CAST(secret AS text)"}).values_list("stored", flat=True)
    assert stored.startswith("gAAAA") and SECRET not in stored
    assert CodeApp.objects.get().secret == SECRET


def test_five_wrong_codes_lock_that_place_for_the_password_too(nobody, user, codes):
    give_password(nobody, user)
    assert [give_code(nobody, "000000").status_code for _ in range(5)] == [422] * 4 + [429]
    assert give_code(nobody, code_of()).status_code == 429
    assert give_password(Client(), user).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    give_password(elsewhere, user)
    give_code(elsewhere, code_of())
    assert (is_signed_in(nobody), is_signed_in(elsewhere)) == (False, True)
    failures = AuditEvent.objects.filter(kind="sign_in_failed").values_list("about_id", "by_user_id", "detail")
    assert list(failures) == [(str(user.pk), None, "second_factor")] * 5


def test_guesses_from_many_places_are_limited_until_there_is_a_new_password(user, codes, monkeypatch):
    monkeypatch.setattr(CODES_PER_USER, "times", 3)
    places = [Client(REMOTE_ADDR=f"198.51.100.{n}") for n in range(5)]
    for client in places:
        give_password(client, user)
    answers = [give_code(client, "000000") for client in places[:4]]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert 0 < int(answers[3]["Retry-After"]) <= 86_400
    assert give_code(places[4], code_of()).status_code == 429
    user.set_password("another good one")
    user.save()
    client = Client(REMOTE_ADDR="198.51.100.9")
    client.post("/sign-in", {"username": user.email, "password": "another good one"})
    give_code(client, code_of())
    assert is_signed_in(client)


def test_the_password_waits_for_ten_minutes_and_ends_with_itself(user, codes, case):
    def age(client):
        session = SessionStore(client.cookies["sessionid"].value)
        session[PENDING] = {**session[PENDING], "at": int(time.time()) - SECOND_STEP_LASTS - 1}
        session.save()

    def change(**fields):
        for name, value in fields.items():
            setattr(user, name, value)
        user.save()

    ends = {
        "too late": age,
        "another password": lambda client: change(password="x"),
        "closed": lambda client: change(is_active=False),
        "signed out everywhere": lambda client: end_sessions(),
    }
    for label, end in ends.items():
        with case(label):
            give_password(client := Client(), user)
            end(client)
            answer = give_code(client, code_of())
            assert (answer["Location"], is_signed_in(client)) == ("/sign-in", False)


def test_nothing_but_the_code_is_asked_of_nobody(nobody):
    assert (nobody.get(SECOND)["Location"], give_code(nobody, "000000")["Location"]) == ("/sign-in", "/sign-in")


def test_a_next_page_of_another_site_is_not_followed(nobody, user, codes):
    give_password(nobody, user, next="https://evil.example/")
    assert give_code(nobody, code_of())["Location"] == "/"


def test_staff_pass_it_on_their_way_to_the_admin(nobody, staff):
    give_app(staff)
    assert give_password(nobody, staff, next="/admin/")["Location"] == SECOND
    assert nobody.get("/admin/")["Location"] == "/sign-in?next=/admin/"
    assert give_code(nobody, code_of())["Location"] == "/admin/"
    assert Page(nobody.get("/admin/")).one("#content h1").text == "Site administration"


def test_what_was_typed_before_the_session_ended_is_sent_after_both(user, codes):
    client = strict_client(user)
    form = Page(client.get("/settings/profile")).form("form:has([name=person-name])")
    fields = fill(form, **{"person-name": "Olive <b>Oil</b>", "person": "1"})
    end_sessions()
    page = Page(send(client, "/settings/profile", form, fields))
    assert sign_in(client, page, user)["Location"] == SECOND
    form = Page(client.get(SECOND)).form("main form")
    resend = Page(send(client, SECOND, form, fill(form, code=code_of())))
    assert "Olive <b>Oil</b>" in shown(resend)


def test_somebody_who_is_signed_in_stays_so_until_the_second_step(browser, user, staff):
    give_app(staff)
    give_password(browser, staff)
    assert is_signed_in(browser)
    give_code(browser, code_of())
    assert Page(browser.get("/admin/")).one("#content h1").text == "Site administration"


def test_a_link_to_a_new_password_does_not_bypass_it(nobody, user, codes):
    user.set_password("another good one")
    user.save()
    nobody.post("/sign-in", {"username": user.email, "password": "another good one"})
    assert (nobody.get(SECOND).status_code, is_signed_in(nobody)) == (200, False)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_code_one_is_let_in(user, codes, at_once):
    for code in (code_of(), codes[0]):
        clients = [Client(), Client()]
        for client in clients:
            give_password(client, user)
        at_once(2, lambda n, clients=clients, code=code: give_code(clients[n], code))
        assert sorted(is_signed_in(client) for client in clients) == [False, True]
