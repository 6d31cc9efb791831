"""Every refusal of /pro, word for word: status, body and the headers that go with it."""

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from config.accounts.access import REFUSALS, REQUESTS
from config.accounts.backends import EmailBackend
from contact_requests.models import ContactRequest

from ..factories import PropertyFactory, RequestFactory

LIST = "/pro/contact-requests"
UNKNOWN = f"{LIST}/11111111-2222-4333-8444-555555555555"
NO_TOKEN = "Send a valid token as Authorization: Bearer."
NOTHING = "There is nothing here under this id."
NO_ADDRESS = "There is no such address."
FAULT = "Something went wrong on our side. Quote the request id when you ask about it."


def error(code, message, *details):
    body = {"code": code, "message": message}
    if details:
        body["details"] = [{"field": field, "message": message} for field, message in details]
    return {"error": body}


def said(response):
    assert response["Content-Type"] == "application/json"
    return response.status_code, response.json()


@pytest.fixture
def one(pro):
    return RequestFactory(property=PropertyFactory(pro=pro))


@pytest.fixture
def one_path(one):
    return f"{LIST}/{one.pk}"


# --- 400


def test_several_query_parameters_at_fault_are_named_at_once(api):
    assert said(api.get(LIST, limit="0", status="done", propertyId="7", cursor="x" * 501)) == (
        400,
        error(
            "VALIDATION_ERROR",
            "limit: Expected int >= 1; cursor: Expected str of length <= 500; status: Choose one of: "
            "new_request, read, replied.; propertyId: Invalid UUID",
            ("limit", "Expected int >= 1"),
            ("cursor", "Expected str of length <= 500"),
            ("status", "Choose one of: new_request, read, replied."),
            ("propertyId", "Invalid UUID"),
        ),
    )


def test_several_body_fields_at_fault_are_named_at_once(api, one_path):
    assert said(api.put(one_path, {"status": "done", "state": 1, "é": None})) == (
        400,
        error(
            "VALIDATION_ERROR",
            "state: This field is not known here.; é: This field is not known here.; status: Choose one of: "
            "new_request, read, replied.",
            ("state", "This field is not known here."),
            ("é", "This field is not known here."),
            ("status", "Choose one of: new_request, read, replied."),
        ),
    )


def test_a_missing_field_is_named(api, one_path):
    assert said(api.put(one_path, {})) == (
        400,
        error("VALIDATION_ERROR", "status: This field is required.", ("status", "This field is required.")),
    )


def test_a_thousand_unknown_fields_are_not_all_repeated(api, one_path):
    status, body = said(api.put(one_path, {f"field{n}": n for n in range(1000)}))
    assert status == 400
    assert [d["field"] for d in body["error"]["details"]] == [f"field{n}" for n in range(20)] + ["status"]


def test_broken_json_is_400(api, one_path):
    assert said(api.put(one_path, '{"status": ')) == (
        400,
        error("VALIDATION_ERROR", "The body is not readable as a JSON object in UTF-8."),
    )


@pytest.mark.parametrize("body", ["[]", '"read"', "1", "null", "true"])
def test_json_that_is_no_object_is_400(api, one_path, body):
    assert said(api.put(one_path, body)) == (400, error("VALIDATION_ERROR", "The body must be a JSON object."))


def test_a_made_up_cursor_is_400(api):
    assert said(api.get(LIST, cursor="made-up")) == (
        400,
        error("INVALID_CURSOR", "This cursor is not one that a page returned."),
    )


# --- 401


def is_unauthenticated(response):
    return (*said(response), response["WWW-Authenticate"]) == (401, error("UNAUTHENTICATED", NO_TOKEN), "Bearer")


def test_without_credentials_it_is_401(nobody, db, one_path):
    assert is_unauthenticated(nobody.get(LIST))
    assert is_unauthenticated(nobody.put(one_path, {"status": "read"}, "application/json"))


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


def test_the_gate_is_403_for_token_and_session(api, browser, pro, one_path):
    pro.cni_required = True
    pro.save()
    gated = error("CNI_REQUIRED", "Prove your identity first: upload your CNI in the workspace.")
    assert said(api.get(LIST)) == (403, gated)
    assert said(api.put(one_path, {"status": "read"})) == (403, gated)
    assert said(browser.get(LIST)) == (403, gated)
    assert said(browser.put(one_path, {"status": "read"}, "application/json")) == (403, gated)


def test_the_gate_is_open_once_identity_is_proven(api, pro):
    pro.cni_required, pro.cni_verified_at = True, timezone.now()
    pro.save()
    assert said(api.get(LIST)) == (200, {"data": [], "cursor": {"next": None}, "hasMore": False})


def test_a_missing_scope_is_403_and_named(api_with, one, one_path):
    reader = api_with("contact_requests:read", "contacts:write", "inquiries:write")
    lacks = "This token lacks the scope contact_requests:{}."
    assert said(reader.put(one_path, {"status": "read"})) == (403, error("FORBIDDEN", lacks.format("write")))
    assert said(api_with("contacts:write").get(LIST)) == (403, error("FORBIDDEN", lacks.format("read")))
    one.refresh_from_db()
    assert one.status == "new"


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
def test_a_session_put_without_the_csrf_token_is_403(strict_browser, settings, one, one_path, cookie, header, reason):
    if cookie:
        strict_browser.cookies[settings.CSRF_COOKIE_NAME] = cookie
    headers = {"X-CSRFToken": header} if header else {}
    response = strict_browser.put(one_path, {"status": "read"}, "application/json", headers=headers)
    assert said(response) == (403, error("FORBIDDEN", f"The CSRF token is missing or wrong ({reason})."))
    one.refresh_from_db()
    assert one.status == "new"


def test_a_session_put_from_another_site_is_403(strict_browser, settings, one_path):
    strict_browser.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32, "Origin": "https://evil.example"}
    reason = "Origin checking failed - https://evil.example does not match any trusted origins."
    assert said(strict_browser.put(one_path, {"status": "read"}, "application/json", headers=headers)) == (
        403,
        error("FORBIDDEN", f"The CSRF token is missing or wrong ({reason})."),
    )


def test_a_session_put_with_the_csrf_token_passes(strict_browser, settings, one, one_path):
    strict_browser.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    response = strict_browser.put(one_path, {"status": "read"}, "application/json", headers={"X-CSRFToken": "a" * 32})
    assert (response.status_code, response.json()["status"]) == (200, "read")


def test_a_token_needs_no_csrf_token(api, one_path):
    api.client.handler.enforce_csrf_checks = True
    response = api.put(one_path, {"status": "read"})
    assert (response.status_code, response.json()["status"]) == (200, "read")


# --- 404 and 405


def test_an_unknown_id_is_404(api):
    assert said(api.put(UNKNOWN, {"status": "read"})) == (404, error("NOT_FOUND", NOTHING))


def test_another_pros_request_is_404_and_stays_as_it_is(other_api, one, one_path):
    assert said(other_api.put(one_path, {"status": "read"})) == (404, error("NOT_FOUND", NOTHING))
    one.refresh_from_db()
    assert (one.status, list(one.events.all())) == ("new", [])


def test_a_quarantined_request_is_404(api, one, one_path):
    ContactRequest.objects.filter(pk=one.pk).update(quarantined_at=timezone.now(), quarantine_reason="honeypot")
    assert said(api.put(one_path, {"status": "read"})) == (404, error("NOT_FOUND", NOTHING))


@pytest.mark.parametrize(
    "path",
    [
        "/pro",
        "/pro/",
        "/pro/nothing",
        "/pro/nothing/",
        f"{LIST}/",
        f"{UNKNOWN}/",
        f"{LIST}/7",
        f"{LIST}/%00",
        f"{LIST}/%ff%fe",
        f"{LIST}/..%2f..%2fetc%2fpasswd",
        f"{LIST}%0A",
        "/pro/%F0%9F%8F%A0",
        "/pro//contact-requests",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_a_path_that_is_no_route_is_404_for_everybody(api, nobody, path, method):
    assert said(api.send(method, path, {"status": "read"})) == (404, error("NOT_FOUND", NO_ADDRESS))
    assert said(nobody.generic(method, path)) == (404, error("NOT_FOUND", NO_ADDRESS))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_on_the_list_is_405_with_allow(api, method):
    response = api.send(method, LIST)
    assert said(response) == (405, error("METHOD_NOT_ALLOWED", "Allowed here: GET, HEAD."))
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_on_a_request_is_405_with_allow(api, method):
    response = api.send(method, UNKNOWN)
    assert (response.status_code, response["Allow"]) == (405, "PUT")
    if method != "HEAD":
        assert said(response) == (405, error("METHOD_NOT_ALLOWED", "Allowed here: PUT."))


def test_head_answers_as_get_without_the_body(api, one):
    get, head = api.get(LIST), api.send("HEAD", LIST, "")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Type"] == get["Content-Type"] == "application/json"
    assert head["Content-Length"] == str(len(get.content))


# --- 409


@pytest.mark.parametrize(
    ("present", "wanted", "message"),
    [
        ("read", "new_request", "A request that is read cannot become new_request; allowed: replied."),
        ("replied", "read", "A request that is replied cannot become read; allowed: nothing."),
        ("replied", "new_request", "A request that is replied cannot become new_request; allowed: nothing."),
    ],
)
def test_a_way_back_is_409_and_names_what_is_allowed(api, one, one_path, present, wanted, message):
    one.mark(present, by=None)
    assert said(api.put(one_path, {"status": wanted})) == (409, error("INVALID_TRANSITION", message))


# --- 413 and 415


def test_a_body_of_one_mebibyte_and_a_byte_is_413(api, one_path):
    body = '{"status": "read"}'.ljust(1024 * 1024 + 1)
    assert said(api.put(one_path, body)) == (
        413,
        error("PAYLOAD_TOO_LARGE", "The body is larger than 1048576 bytes."),
    )


def test_a_body_of_one_mebibyte_is_read(api, one_path):
    response = api.put(one_path, '{"status": "read"}'.ljust(1024 * 1024))
    assert (response.status_code, response.json()["status"]) == (200, "read")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""]
)
def test_another_content_type_is_415(api, one_path, content_type):
    assert said(api.put(one_path, '{"status": "read"}', content_type=content_type)) == (
        415,
        error("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json."),
    )


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;"])
def test_json_by_another_spelling_is_read(api, one_path, content_type):
    response = api.put(one_path, '{"status": "read"}', content_type=content_type)
    assert (response.status_code, response.json()["status"]) == (200, "read")


# --- 429


def is_too_many(response):
    wait = int(response["Retry-After"])
    message = f"Too many requests. Try again in {wait} s."
    return 1 <= wait <= 60 and said(response) == (429, error("RATE_LIMITED", message))


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


# --- 500 and 503


@pytest.fixture(params=[False, True], ids=["production", "debug"])
def mode(request, settings):
    settings.DEBUG = request.param


def is_fault(response):
    request_id = response["X-Request-ID"]
    body = {"error": {"code": "INTERNAL_ERROR", "message": FAULT, "requestId": request_id}}
    return len(request_id) == 16 and said(response) == (500, body)


def breaking(fault):
    def broken(*args, **kwargs):
        raise fault

    return broken


def test_a_fault_in_a_model_is_500_with_the_request_id_alone(api, one_path, monkeypatch, mode):
    secret = RuntimeError("the password is hunter2")
    monkeypatch.setattr("contact_requests.models.request.ContactRequestQuerySet.page", breaking(secret))
    monkeypatch.setattr(ContactRequest, "mark", breaking(secret))
    assert is_fault(api.get(LIST))
    assert is_fault(api.put(one_path, {"status": "read"}))


def test_a_fault_before_the_view_is_500_too(browser, monkeypatch, mode):
    monkeypatch.setattr(EmailBackend, "get_user", breaking(RuntimeError("the password is hunter2")))
    assert is_fault(browser.get(LIST))


def test_a_database_that_is_gone_is_503(api, one_path, monkeypatch, mode):
    gone = OperationalError("connection to 10.0.0.5 refused")
    monkeypatch.setattr("config.accounts.models.token.ApiTokenQuerySet.authenticate", breaking(gone))
    body = error("UNAVAILABLE", "The database does not answer. Try again.")
    for response in (api.get(LIST), api.put(one_path, {"status": "read"})):
        assert (*said(response), response["Retry-After"]) == (503, body, "10")


def test_a_database_that_is_gone_before_the_view_is_503(browser, monkeypatch):
    monkeypatch.setattr(EmailBackend, "get_user", breaking(OperationalError("connection to 10.0.0.5 refused")))
    response = browser.get(LIST)
    body = error("UNAVAILABLE", "Not available at the moment. Try again.")
    assert (*said(response), response["Retry-After"]) == (503, body, "10")


# --- What Django refuses by itself


@pytest.mark.parametrize("path", [LIST, "/pro/nothing"])
def test_a_host_that_is_not_ours_is_400(api, mode, path):
    response = api.client.get(path, headers={**api.headers, "Host": "evil.example"})
    assert said(response) == (400, error("VALIDATION_ERROR", "The request could not be read."))


def test_a_thousand_query_parameters_are_400(api, mode):
    response = api.client.get(LIST + "?" + "a=1&" * 1000, headers=api.headers)
    assert said(response) == (400, error("VALIDATION_ERROR", "The request could not be read."))


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "nonsense"])
def test_a_charset_in_the_content_type_does_not_change_how_the_query_is_read(api, one, charset):
    environ = {"CONTENT_TYPE": f"application/json; charset={charset}", "QUERY_STRING": "limit=1&status=read"}
    response = api.client.generic("GET", LIST, headers=api.headers, **environ)
    assert said(response) == (200, {"data": [], "cursor": {"next": None}, "hasMore": False})
