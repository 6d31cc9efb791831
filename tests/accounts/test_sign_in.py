import pytest
from django.test import Client

from config.accounts.limits import PER_ADDRESS, PER_PLACE
from tests.factories import PASSWORD

WRONG = "Wrong e-mail or password."


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


def test_another_site_is_no_way_back(nobody, user):
    assert sign_in(nobody, "owner@example.com", next="https://evil.example/")["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("owner@example.com", ""), ("a\x00b", "x")],
)
def test_a_wrong_pair_is_refused_without_saying_which(nobody, user, email, password):
    response = sign_in(nobody, email, password)
    assert response.status_code == 200
    assert not is_signed_in(nobody)
    if password and "\x00" not in email:
        assert WRONG in response.content.decode()


def test_a_closed_account_is_refused(nobody, user):
    user.is_active = False
    user.save()
    sign_in(nobody, "owner@example.com")
    assert not is_signed_in(nobody)


def test_a_session_ends_with_the_account(browser, user):
    user.is_active = False
    user.save()
    assert not is_signed_in(browser)


def test_five_wrong_passwords_close_the_door_for_that_place(nobody, user):
    for _ in range(5):
        response = sign_in(nobody, "Owner@example.com", "wrong")
    assert response.status_code == 429
    response = sign_in(nobody, "owner@example.com")
    assert (response.status_code, response["Retry-After"]) == (429, "900")
    assert "locked for 15 minutes" in response.content.decode()
    assert not is_signed_in(nobody)


def test_a_forged_forwarding_header_opens_no_second_door(nobody, user):
    for n in range(5):
        sign_in(nobody, "owner@example.com", "wrong", headers={"X-Forwarded-For": f"198.51.100.{n}"})
    response = sign_in(nobody, "owner@example.com", headers={"X-Forwarded-For": "203.0.113.1"})
    assert response.status_code == 429


def test_the_door_is_open_from_elsewhere_and_for_others(nobody, user, other_user):
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
    assert [sign_in(c, "owner@example.com", "wrong").status_code for c in clients] == [200, 200, 200, 429]


def test_signing_out_takes_a_post(browser):
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out")["Location"] == "/sign-in"
    assert not is_signed_in(browser)


def test_forms_need_the_csrf_token(user):
    client = Client(enforce_csrf_checks=True)
    response = sign_in(client, "owner@example.com")
    assert (response.status_code, "Please send that again" in response.content.decode()) == (403, True)


def test_an_ended_session_sends_the_whole_page_to_sign_in(nobody):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox?status=read"}
    response = nobody.get("/inbox/arrivals", headers=headers)
    assert (response.status_code, response["HX-Redirect"], response.content) == (
        200,
        "/sign-in?next=/inbox%3Fstatus%3Dread",
        b"",
    )


def test_staff_without_a_pro_are_led_to_the_admin(staff_browser):
    assert staff_browser.get("/inbox")["Location"] == "/admin/"


def test_a_user_who_is_neither_is_refused_politely(nobody, user):
    user.pro = None
    user.save()
    nobody.force_login(user, backend="config.accounts.backends.EmailBackend")
    response = nobody.get("/inbox")
    assert (response.status_code, "That is not open to you" in response.content.decode()) == (403, True)


def test_the_admin_has_the_same_door(nobody, staff):
    assert nobody.get("/admin/")["Location"] == "/sign-in?next=/admin/"
    assert sign_in(nobody, "staff@example.com", next="/admin/")["Location"] == "/admin/"
    assert nobody.get("/admin/").status_code == 200


def test_a_pro_at_the_admins_door_is_told_why(browser):
    response = browser.get("/admin/", follow=True)
    assert "You are signed in as owner@example.com, who may not open that page." in response.content.decode()


@pytest.mark.parametrize("who", ["a gated pro", "nobody's user", "staff"])
def test_everybody_who_is_signed_in_can_sign_out(nobody, user, staff, who):
    if who == "a gated pro":
        user.pro.cni_required = True
        user.pro.save()
    elif who == "nobody's user":
        user.pro = None
        user.save()
    nobody.force_login(staff if who == "staff" else user, backend="config.accounts.backends.EmailBackend")
    assert nobody.post("/sign-out")["Location"] == "/sign-in"
    assert nobody.get("/")["Location"] == "/sign-in"


def test_one_place_cannot_use_up_the_tries_of_an_address(nobody, user, monkeypatch):
    monkeypatch.setattr(PER_PLACE, "times", 2)
    monkeypatch.setattr(PER_ADDRESS, "times", 3)
    for n in range(2):
        sign_in(nobody, f"guess{n}@example.com", "wrong")
    for _ in range(5):
        assert sign_in(nobody, "owner@example.com", "wrong").status_code == 429
    sign_in(elsewhere := Client(REMOTE_ADDR="198.51.100.7"), "owner@example.com")
    assert is_signed_in(elsewhere)
