"""Webhooks: a call without the connection's signature or secret is refused and leaves no row, whoever sends it."""

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from contacts.models import ChannelConnection, ChannelDelivery, ContactMessage

from ..channels.payloads import SECRET, connect, deliver, mailgun_form, path, proof, usual
from . import webhook_calls
from .webhook_calls import FORBIDDEN, answer_of, assert_nothing_stored

pytestmark = pytest.mark.django_db
provider = webhook_calls.provider
connection = webhook_calls.connection


# --- Unverified calls


def wrong_proofs(provider, body):
    """Name -> (headers, body) of unverified calls."""
    if provider == "mailgun":
        form = mailgun_form()
        forged = {
            "missing": {**form, "signature": ""},
            "wrong": {**form, "signature": "0" * 64},
            "truncated": {**form, "signature": form["signature"][:-1]},
            "of another call": {**form, "token": "u" * 50},
            "non-ASCII": {**form, "signature": "é" * 64},
            "non-ASCII token": {**form, "token": "é" * 50},
            "out of date": mailgun_form(at=1_700_000_000),
            "of the future": mailgun_form(at=9_000_000_000),
            "without a time": {**form, "timestamp": ""},
        }
        calls = {name: ({}, encode_multipart(BOUNDARY, one)) for name, one in forged.items()}
        return {**calls, "no form": ({}, b"nonsense"), "empty": ({}, b"")}
    [(name, value)] = proof(provider, body).items()
    other = proof(provider, body + b" ") if provider in ("whatsapp", "mime") else proof(provider, body, "another")
    calls = {
        "missing": ({}, body),
        "empty": ({name: ""}, body),
        "wrong": (proof(provider, body, "wrong"), body),
        "truncated": ({name: value[:-1]}, body),
        "of another body": (other, body),
        "non-ASCII": ({name: "sha256=é" + value}, body),
        "longer": (proof(provider, body, SECRET + "0"), body),
    }
    if provider in ("whatsapp", "mime"):
        calls["the body changed"] = ({name: value}, body.replace(b"Bonjour", b"Bonsoir"))
        calls["without its kind"] = ({name: value.removeprefix("sha256=")}, body)
    return calls


def test_unverified_calls_are_refused_and_not_stored(nobody, connection, work_tasks):
    body, content_type = usual(connection.provider)
    for name, (headers, sent) in wrong_proofs(connection.provider, body).items():
        response = deliver(nobody, connection, sent, content_type, headers=headers)
        assert (name, *answer_of(response)) == (name, *FORBIDDEN)
    work_tasks()
    assert_nothing_stored()


def test_connection_without_a_secret_refuses_calls(nobody, connection):
    body, content_type = usual(connection.provider)
    ChannelConnection.objects.update(secret="")
    for headers in (proof(connection.provider, body), proof(connection.provider, body, ""), {}):
        assert answer_of(deliver(nobody, connection, body, content_type, headers=headers)) == FORBIDDEN
    assert_nothing_stored()


def test_secret_of_another_pro_is_refused(nobody, connection, other_user):
    connect(other_user.pro, connection.provider, secret="of-another-pro")
    if connection.provider == "mailgun":
        form = mailgun_form()
        form["signature"] = "1" * 64
        body, content_type, headers = encode_multipart(BOUNDARY, form), MULTIPART_CONTENT, {}
    else:
        body, content_type = usual(connection.provider)
        headers = proof(connection.provider, body, "of-another-pro")
    assert answer_of(deliver(nobody, connection, body, content_type, headers=headers)) == FORBIDDEN
    assert_nothing_stored()


# --- Mailgun signs its token, not the body


def test_mailgun_token_belongs_to_one_body(nobody, pro, work_tasks):
    connection = connect(pro, "mailgun")
    first, other = (encode_multipart(BOUNDARY, mailgun_form(body_plain=text)) for text in ("Bonjour", "Forged"))
    answers = [
        deliver(nobody, connection, body, MULTIPART_CONTENT).status_code for body in (first, first, other, first)
    ]
    assert answers == [200, 200, 403, 200]
    work_tasks()
    assert deliver(nobody, connection, other, MULTIPART_CONTENT).status_code == 403
    assert ContactMessage.objects.get().text == "Bonjour"


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'{"signature": 1}', b"[" * 100_000, b"\xff", b""])
@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", ""]
)
def test_mailgun_calls_must_be_forms(nobody, pro, body, kind):
    connection = connect(pro, "mailgun")
    assert answer_of(nobody.generic("POST", path(connection), body, kind)) == FORBIDDEN
    assert_nothing_stored()


# --- Callers


def test_calls_need_no_session_and_no_csrf_token(connection):
    strict = Client(enforce_csrf_checks=True)
    # One body: Mailgun's holds the time, and another body with the same token is refused.
    body, content_type = usual(connection.provider)
    assert answer_of(deliver(strict, connection, body, content_type)) == (200, "OK", "text/plain; charset=utf-8")
    foreign = {**proof(connection.provider, body), "Origin": "https://elsewhere.example"}
    assert deliver(strict, connection, body, content_type, headers=foreign).status_code == 200
    assert ChannelDelivery.objects.count() == 1


def test_session_does_not_verify_a_call(browser, staff_browser, connection):
    body, content_type = usual(connection.provider)
    if connection.provider == "mailgun":
        body = encode_multipart(BOUNDARY, {**mailgun_form(), "signature": ""})
    for client in (browser, staff_browser):
        assert answer_of(deliver(client, connection, body, content_type, headers={})) == FORBIDDEN
    assert_nothing_stored()
