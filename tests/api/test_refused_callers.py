"""Refusals of callers by /pro, in full: without credentials, gated, out of scope or limit, without the CSRF token."""

import pytest
from django.test import Client
from django.utils import timezone

from config.accounts.access import REFUSALS, REQUESTS

from .refusals import LIST, error, is_unauthenticated, status_and_body

# --- 401


def test_without_credentials_it_is_401(nobody, db, path):
    assert is_unauthenticated(nobody.get(LIST))
    assert is_unauthenticated(nobody.put(path, {"status": "read"}, "application/json"))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer vst_00000000_nonsense",
        "Bearer null",
        "Token abc",
        "Basic b3duZXI6cGFzc3dvcmQ=",
        "Bearer é",
        "Bearer a\x00b",
        "Bearer " + "x" * 8000,
    ],
)
def test_a_header_that_is_no_token_is_401(nobody, db, header):
    assert is_unauthenticated(nobody.get(LIST, headers={"Authorization": header}))


def test_another_scheme_with_a_real_token_is_401(api):
    api.headers["Authorization"] = api.headers["Authorization"].replace("Bearer", "Token")
    assert is_unauthenticated(api.get(LIST))


def test_a_bad_token_is_401_even_beside_a_session(browser):
    assert is_unauthenticated(browser.get(LIST, headers={"Authorization": "Bearer nonsense"}))


def test_a_changed_secret_is_401(api):
    api.headers["Authorization"] = api.headers["Authorization"][:-1] + "!"
    assert is_unauthenticated(api.get(LIST))


def test_an_expired_token_is_401(api_with):
    assert is_unauthenticated(api_with(expires_at=timezone.now()).get(LIST))


def test_a_revoked_token_is_401(api, pro):
    pro.tokens.get().revoke()
    assert is_unauthenticated(api.get(LIST))


def test_a_session_without_a_pro_is_401(staff_browser):
    assert is_unauthenticated(staff_browser.get(LIST))


def test_a_session_of_somebody_who_may_not_sign_in_any_more_is_401(browser, user):
    user.is_active = False
    user.save()
    assert is_unauthenticated(browser.get(LIST))


# --- 403


def test_the_gate_is_403_for_token_and_session(api, browser, pro, path):
    pro.cni_required = True
    pro.save()
    gated = error("CNI_REQUIRED", "Prove your identity first: upload your CNI in the workspace.")
    assert status_and_body(api.get(LIST)) == (403, gated)
    assert status_and_body(api.put(path, {"status": "read"})) == (403, gated)
    assert status_and_body(browser.get(LIST)) == (403, gated)
    assert status_and_body(browser.put(path, {"status": "read"}, "application/json")) == (403, gated)


def test_the_gate_is_open_once_identity_is_proven(api, pro):
    pro.cni_required, pro.cni_verified_at = True, timezone.now()
    pro.save()
    assert status_and_body(api.get(LIST)) == (200, {"data": [], "cursor": {"next": None}, "hasMore": False})


def test_a_missing_scope_is_403_and_named(api_with, contact_request, path):
    reader = api_with("contact_requests:read", "contacts:write", "inquiries:write")
    lacks = "This token lacks the scope contact_requests:{}."
    assert status_and_body(reader.put(path, {"status": "read"})) == (403, error("FORBIDDEN", lacks.format("write")))
    assert status_and_body(api_with("contacts:write").get(LIST)) == (403, error("FORBIDDEN", lacks.format("read")))
    contact_request.refresh_from_db()
    assert contact_request.status == "new"


@pytest.fixture
def strict_browser(user):
    """The owner's browser, with the CSRF check that the test client leaves out."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="config.accounts.backends.EmailBackend")
    return client


@pytest.mark.parametrize(
    ("cookie", "header", "reason"),
    [
        (None, None, "CSRF cookie not set."),
        (None, "a" * 32, "CSRF cookie not set."),
        ("a" * 32, None, "CSRF token missing."),
        ("a" * 32, "b" * 32, "CSRF token from the 'X-Csrftoken' HTTP header incorrect."),
    ],
)
def test_a_session_put_without_the_csrf_token_is_403(
    strict_browser, settings, contact_request, path, cookie, header, reason
):
    if cookie:
        strict_browser.cookies[settings.CSRF_COOKIE_NAME] = cookie
    headers = {"X-CSRFToken": header} if header else {}
    response = strict_browser.put(path, {"status": "read"}, "application/json", headers=headers)
    assert status_and_body(response) == (403, error("FORBIDDEN", f"The CSRF token is missing or wrong ({reason})."))
    contact_request.refresh_from_db()
    assert contact_request.status == "new"


def test_a_session_put_from_another_site_is_403(strict_browser, settings, path):
    strict_browser.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32, "Origin": "https://evil.example"}
    reason = "Origin checking failed - https://evil.example does not match any trusted origins."
    assert status_and_body(strict_browser.put(path, {"status": "read"}, "application/json", headers=headers)) == (
        403,
        error("FORBIDDEN", f"The CSRF token is missing or wrong ({reason})."),
    )


def test_a_session_put_with_the_csrf_token_passes(strict_browser, settings, contact_request, path):
    strict_browser.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    response = strict_browser.put(path, {"status": "read"}, "application/json", headers={"X-CSRFToken": "a" * 32})
    assert (response.status_code, response.json()["status"]) == (200, "read")


def test_a_token_needs_no_csrf_token(api, path):
    api.client.handler.enforce_csrf_checks = True
    response = api.put(path, {"status": "read"})
    assert (response.status_code, response.json()["status"]) == (200, "read")


# --- 429


def is_too_many(response):
    wait = int(response["Retry-After"])
    message = f"Too many requests. Try again in {wait} s."
    return 1 <= wait <= 60 and status_and_body(response) == (429, error("RATE_LIMITED", message))


def test_a_busy_token_is_429_and_leaves_the_others_alone(api, api_with, monkeypatch):
    monkeypatch.setattr(REQUESTS, "times", 2)
    assert [api.get(LIST).status_code for _ in range(2)] == [200, 200]
    assert is_too_many(api.get(LIST))
    assert api_with().get(LIST).status_code == 200


def test_a_busy_session_is_429(browser, monkeypatch):
    monkeypatch.setattr(REQUESTS, "times", 0)
    assert is_too_many(browser.get(LIST))


def test_guessing_tokens_is_429(nobody, db, monkeypatch):
    monkeypatch.setattr(REFUSALS, "times", 1)
    guess = {"Authorization": "Bearer vst_00000000_guess"}
    assert is_unauthenticated(nobody.get(LIST, headers=guess))
    assert is_too_many(nobody.get(LIST, headers=guess))
    assert is_unauthenticated(nobody.get(LIST))
