"""The refusals common to all routes of inquiries, with their exact texts and headers."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from config.accounts.access import REFUSALS, REQUESTS
from inquiries.models import InquiryType

from ..conftest import Api

TYPES, LIST = "/api/inquiries/meta/types", "/api/inquiries/list"


def status_and_body(response):
    assert response["Content-Type"] == "application/json"
    return response.status_code, response.json()


def error(message, reason, **more):
    return {"success": False, "message": message, "error": reason, **more}


@pytest.mark.parametrize("path", [TYPES, LIST, "/api/inquiries/42", "/api/inquiries/42/history"])
def test_without_a_usable_token_it_is_401(api_with, nobody, browser, pro, path):
    expired, revoked = api_with(expires_at=timezone.now()), api_with()
    pro.tokens.order_by("pk").last().revoke()
    for response in (
        nobody.get(path),
        browser.get(path),
        Api("nonsense").get(path),
        revoked.get(path),
        expired.get(path),
    ):
        assert status_and_body(response) == (
            401,
            error("Unauthenticated", "Send a valid token as Authorization: Bearer."),
        )
        assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (TYPES, "GET, HEAD"),
        (LIST, "GET, HEAD"),
        ("/api/inquiries/42", "GET, HEAD, PATCH"),
        ("/api/inquiries/42/history", "GET, HEAD"),
        ("/api/inquiries/42/action", "POST"),
    ],
)
def test_another_method_is_405_with_allow(api, path, allowed):
    response = api.put(path, {})
    assert status_and_body(response) == (405, error("Method not allowed", f"Allowed here: {allowed}."))
    assert response["Allow"] == allowed


@pytest.mark.parametrize("path", ["/api/inquiries/nothing", "/api/inquiries/list/", "/api/inquiries/meta", TYPES + "/"])
def test_a_path_that_is_no_route_is_404_for_everybody(api, nobody, path):
    for response in (api.get(path), nobody.get(path), api.post(path, {})):
        assert status_and_body(response) == (404, error("Not found", "There is no such address."))


def test_head_answers_as_get_without_the_body(api, db):
    response = api.client.head(LIST, headers=api.headers)
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"", "application/json")


@pytest.mark.parametrize("body", ['{"action": ', "", "{'action': 1}", b"\xff"])
def test_broken_json_is_400(api, body):
    response = api.post("/api/inquiries/42/action", body, **{"Content-Type": "application/json"})
    expected = error("Unreadable request", "The body is not readable as a JSON object in UTF-8.")
    # Whether there is such an inquiry is looked at afterwards.
    assert status_and_body(response) == (400, expected)


def test_a_body_that_is_too_large_or_of_another_type(api):
    path = "/api/inquiries/42/action"
    too_large = error("Payload too large", "The body is larger than 1048576 bytes.")
    assert status_and_body(api.post(path, " " * 1_048_577)) == (413, too_large)
    other = error("Unsupported media type", "Send the body as application/json.")
    assert status_and_body(api.post(path, {"action": "close"}, content_type="text/plain")) == (415, other)


def test_too_many_requests_are_429(api, nobody, monkeypatch):
    for limit in (REQUESTS, REFUSALS):
        monkeypatch.setattr(limit, "times", 1)
    wrong = Api("nonsense")
    for program in (api, wrong):
        responses = [program.get(LIST) for _ in range(20)]
        response = responses[-1]
        wait = response["Retry-After"]
        assert status_and_body(response) == (
            429,
            error("Too many requests", f"Too many requests. Try again in {wait} s."),
        )


@pytest.fixture(params=[True, False], ids=["DEBUG", "production"])
def mode(request, settings):
    settings.DEBUG = request.param


def test_a_fault_is_500_with_a_request_id(api, shipped, monkeypatch, mode):
    def fault(*_):
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(InquiryType, "icon_display", property(fault))
    response = api.get(TYPES, include_inactive="true")
    reason = "Something went wrong on our side. Quote the request id when you ask about it."
    assert status_and_body(response) == (500, error("Server error", reason, request_id=response["X-Request-ID"]))


def test_a_database_that_is_gone_is_503(api, shipped, monkeypatch):
    def gone(*_):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(InquiryType, "icon_display", property(gone))
    response = api.get(TYPES)
    assert status_and_body(response) == (503, error("Service unavailable", "The database does not answer. Try again."))
    assert response["Retry-After"] == "10"
