"""Faults of ours and a database that is gone, as /pro answers them: 500 and 503 in full, and nothing of the inside."""

from django.db import OperationalError

from config.accounts.backends import EmailBackend
from contact_requests.models import ContactRequest

from .refusals import LIST, error, status_and_body

FAULT = "Something went wrong on our side. Quote the request id when you ask about it."


def is_fault(response):
    request_id = response["X-Request-ID"]
    body = {"error": {"code": "INTERNAL_ERROR", "message": FAULT, "requestId": request_id}}
    return len(request_id) == 16 and status_and_body(response) == (500, body)


def breaking(fault):
    def broken(*args, **kwargs):
        raise fault

    return broken


def test_a_fault_in_a_model_is_500_with_the_request_id_alone(api, path, monkeypatch, mode):
    secret = RuntimeError("the password is hunter2")
    monkeypatch.setattr("contact_requests.api._ROWS.part", breaking(secret))
    monkeypatch.setattr(ContactRequest, "mark_locked", breaking(secret))
    assert is_fault(api.get(LIST))
    assert is_fault(api.put(path, {"status": "read"}))


def test_a_fault_before_the_view_is_500_too(browser, monkeypatch, mode):
    monkeypatch.setattr(EmailBackend, "get_user", breaking(RuntimeError("the password is hunter2")))
    assert is_fault(browser.get(LIST))


def test_a_database_that_is_gone_is_503(api, path, monkeypatch, mode):
    gone = OperationalError("connection to 10.0.0.5 refused")
    monkeypatch.setattr("config.accounts.models.token.ApiTokenQuerySet.authenticate", breaking(gone))
    body = error("UNAVAILABLE", "The database does not answer. Try again.")
    for response in (api.get(LIST), api.put(path, {"status": "read"})):
        assert (*status_and_body(response), response["Retry-After"]) == (503, body, "10")


def test_a_database_that_is_gone_before_the_view_is_503(browser, monkeypatch):
    monkeypatch.setattr(EmailBackend, "get_user", breaking(OperationalError("connection to 10.0.0.5 refused")))
    response = browser.get(LIST)
    body = error("UNAVAILABLE", "The database does not answer. Try again.")
    assert (*status_and_body(response), response["Retry-After"]) == (503, body, "10")
