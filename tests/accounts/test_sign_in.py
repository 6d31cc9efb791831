"""Signing in and out, the limits on guessing, and where each user is led."""

import pytest
from django.test import Client

from config.accounts.limits import PER_ADDRESS, PER_PLACE

from ..factories import PASSWORD
from ..pages import Page

WRONG = "Wrong e-mail or password. Passwords are case-sensitive."


def sign_in(client, email, password=PASSWORD, next="", **more):
    return client.post("/sign-in", {"username": email, "password": password, "next": next}, **more)


def is_signed_in(client):
    return client.get("/inbox").status_code == 200


def test_nobody_is_sent_to_sign_in_and_back_to_the_page(nobody, user):
    response = nobody.get("/inbox?status=all")
    assert (response.status_code, response["Location"]) == (302, "/sign-in?next=/inbox%3Fstatus%3Dall")
    response = sign_in(nobody, "owner@example.com", next="/inbox?status=all")
    assert (response.status_code, response["Location"]) == (302, "/inbox?status=all")
    assert is_signed_in(nobody)


def test_the_start_page_leads_to_the_inbox_or_to_sign_in(nobody, browser):
    assert nobody.get("/")["Location"] == "/sign-in"
    assert browser.get("/")["Location"] == "/inbox"


@pytest.mark.parametrize("email", ["OWNER@Example.com", " owner@example.com "])
def test_capitals_and_spaces_in_the_address_do_not_matter(nobody, user, email):
    sign_in(nobody, email)
    assert is_signed_in(nobody)


def test_sign_in_never_redirects_to_another_site(nobody, user):
    assert sign_in(nobody, "owner@example.com", next="https://evil.example/")["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("owner@example.com", ""), ("a\x00b", "x")],
)
def test_a_wrong_pair_is_refused_without_saying_which(nobody, user, email, password):
    response = sign_in(nobody, email, password)
    is_complete = password and "\x00" not in email
    error = WRONG if is_complete else "Please correct the fields below."
    assert Page(response).one("form [role=alert]").text == error
    assert not is_signed_in(nobody)


def test_a_closed_account_is_refused(nobody, user):
    user.is_active = False
    user.save()
    sign_in(nobody, "owner@example.com")
    assert not is_signed_in(nobody)


def test_a_session_ends_with_the_account(browser, user):
    user.is_active = False
    user.save()
    assert not is_signed_in(browser)


def test_five_wrong_passwords_lock_the_address_for_that_place(nobody, user):
    for _ in range(5):
        response = sign_in(nobody, "Owner@example.com", "wrong")
    assert response.status_code == 429
    response = sign_in(nobody, "owner@example.com")
    assert response["Retry-After"] == "900"
    assert "locked for 15 minutes" in Page(response, 429).one("main").text
    assert not is_signed_in(nobody)


def test_a_forged_forwarding_header_does_not_lift_the_lock(nobody, user):
    for n in range(5):
        sign_in(nobody, "owner@example.com", "wrong", headers={"X-Forwarded-For": f"198.51.100.{n}"})
    response = sign_in(nobody, "owner@example.com", headers={"X-Forwarded-For": "203.0.113.1"})
    assert (response.status_code, response["Retry-After"], is_signed_in(nobody)) == (429, "900", False)


def test_the_lock_stops_neither_other_places_nor_other_users(nobody, user, other_user):
    for _ in range(5):
        sign_in(nobody, "owner@example.com", "wrong")
    sign_in(elsewhere := Client(REMOTE_ADDR="198.51.100.7"), "owner@example.com")
    sign_in(other := Client(), "other@example.net")
    assert is_signed_in(elsewhere) and is_signed_in(other)


def test_guessing_many_addresses_from_one_place_is_limited(nobody, user, monkeypatch):
    monkeypatch.setattr(PER_PLACE, "times", 3)
    answers = [sign_in(nobody, f"guess{n}@example.com", "wrong").status_code for n in range(4)]
    assert answers == [200, 200, 200, 429]
    assert 0 < int(sign_in(nobody, "owner@example.com")["Retry-After"]) <= 3600


def test_guessing_one_address_from_many_places_is_limited(user, monkeypatch):
    monkeypatch.setattr(PER_ADDRESS, "times", 3)
    clients = [Client(REMOTE_ADDR=f"198.51.100.{n}") for n in range(4)]
    answers = [sign_in(client, "owner@example.com", "wrong") for client in clients]
    assert [Page(answer).one("form [role=alert]").text for answer in answers[:3]] == [WRONG] * 3
    assert Page(answers[3], 429).one("h1").text == "Too many attempts"
    assert 0 < int(answers[3]["Retry-After"]) <= 3600
    sign_in(another_place := Client(REMOTE_ADDR="198.51.100.9"), "owner@example.com")
    assert not is_signed_in(another_place)


def test_signing_out_takes_a_post(browser):
    response = browser.get("/sign-out")
    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
    assert is_signed_in(browser)
    response = browser.post("/sign-out")
    assert (response["Location"], response["Clear-Site-Data"]) == ("/sign-in", '"cache"')
    assert not is_signed_in(browser)


def test_forms_need_the_csrf_token(user):
    client = Client(enforce_csrf_checks=True)
    response = sign_in(client, "owner@example.com")
    assert Page(response, 403).one("h1").text == "Please send that again"
    assert not is_signed_in(client)


def test_an_ended_session_sends_the_whole_page_to_sign_in(nobody):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox?status=read"}
    response = nobody.get("/inbox/arrivals", headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    assert response["HX-Redirect"] == "/sign-in?next=/inbox%3Fstatus%3Dread"


def test_staff_without_a_pro_are_led_to_the_admin(staff_browser):
    assert staff_browser.get("/inbox")["Location"] == "/admin/"


def test_a_user_without_a_pro_is_refused(nobody, user):
    user.pro = None
    user.save()
    nobody.force_login(user, backend="config.accounts.backends.EmailBackend")
    assert Page(nobody.get("/inbox"), 403).one("h1").text == "That is not open to you"


def test_staff_sign_in_to_the_admin_on_the_same_page(nobody, staff):
    assert nobody.get("/admin/")["Location"] == "/sign-in?next=/admin/"
    assert sign_in(nobody, "staff@example.com", next="/admin/")["Location"] == "/admin/"
    assert Page(nobody.get("/admin/")).one("#content h1").text == "Site administration"


def test_a_pro_who_opens_the_admin_is_told_why_not(browser):
    page = Page(browser.get("/admin/", follow=True))
    assert page.texts("main .message") == ["You are signed in as owner@example.com, who may not open that page."]


@pytest.mark.parametrize("role", ["gated pro", "user without a pro", "staff"])
def test_everybody_can_sign_out(nobody, user, staff, role):
    if role == "gated pro":
        user.pro.cni_required = True
        user.pro.save()
    elif role == "user without a pro":
        user.pro = None
        user.save()
    nobody.force_login(staff if role == "staff" else user, backend="config.accounts.backends.EmailBackend")
    assert nobody.post("/sign-out")["Location"] == "/sign-in"
    assert nobody.get("/")["Location"] == "/sign-in"


def test_one_place_cannot_use_up_the_attempts_of_an_address(nobody, user, monkeypatch):
    monkeypatch.setattr(PER_PLACE, "times", 2)
    monkeypatch.setattr(PER_ADDRESS, "times", 3)
    for n in range(2):
        sign_in(nobody, f"guess{n}@example.com", "wrong")
    for _ in range(5):
        assert sign_in(nobody, "owner@example.com", "wrong").status_code == 429
    sign_in(elsewhere := Client(REMOTE_ADDR="198.51.100.7"), "owner@example.com")
    assert is_signed_in(elsewhere)


def test_who_is_signed_in_is_told_so_and_led_on(browser):
    notice = Page(browser.get("/sign-in")).one("main .message")
    assert (notice.text, notice.one("a")["href"]) == ("You are signed in as owner@example.com. Go on", "/")
