"""Webhooks: calls are stored and answered at once; unknown addresses, limits, Meta's check, unreadable calls."""

import json
from urllib.parse import urlencode

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from config.web.logs import LineFormatter
from contacts.channels.providers import provider_of
from contacts.conversations import webhooks
from contacts.models import ChannelConnection, ChannelDelivery, ContactMessage

from ...pages import Page
from ..channels.payloads import SECRET, connect, deliver, mailgun_form, mime, path, proof, usual
from . import webhook_calls
from .webhook_calls import FORBIDDEN, answer_of, assert_nothing_stored

pytestmark = pytest.mark.django_db
provider = webhook_calls.provider
connection = webhook_calls.connection
NOT_FOUND = (404, "Not Found", "text/plain; charset=utf-8")


def test_call_is_stored_as_it_came_and_read_by_a_job(nobody, connection, work_tasks):
    body, content_type = usual(connection.provider)
    assert answer_of(deliver(nobody, connection, body, content_type)) == (200, "OK", "text/plain; charset=utf-8")
    delivery = ChannelDelivery.objects.get()
    assert (bytes(delivery.body), delivery.content_type, delivery.read_at) == (body, content_type, None)
    assert ContactMessage.objects.count() == 0
    work_tasks()
    delivery.refresh_from_db()
    assert (bytes(delivery.body), delivery.read_at is not None) == (b"", True)
    assert ContactMessage.objects.count() == 1
    connection.refresh_from_db()
    assert connection.last_received_at is not None


# --- Keys


@pytest.mark.parametrize("key", ["x", "0" * 48, "é" * 48, "%00" * 48, "a" * 5000])
@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "email"])
def test_unknown_key_is_404(nobody, channel, key, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        response = nobody.post(f"/channels/{channel}/{key}", b"{}", "application/json")
    assert answer_of(response) == NOT_FOUND
    assert_nothing_stored()


def test_malformed_key_takes_no_query(nobody, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = nobody.post("/channels/whatsapp/guess", b"{}", "application/json")
    assert answer_of(response) == NOT_FOUND
    assert_nothing_stored()


def test_key_belongs_to_its_channel(nobody, connection):
    body, content_type = usual(connection.provider)
    for channel in {"whatsapp", "telegram", "email"} - {connection.channel}:
        address = f"/channels/{channel}/{connection.key}"
        headers = proof(connection.provider, body)
        assert answer_of(nobody.generic("POST", address, body, content_type, headers=headers)) == NOT_FOUND
    assert_nothing_stored()


def test_switched_off_or_ended_connection_is_404(nobody, connection):
    before = path(connection)
    ChannelConnection.objects.update(is_active=False)
    assert answer_of(deliver(nobody, connection)) == NOT_FOUND
    ChannelConnection.objects.update(is_active=True)
    connection.refresh_from_db()
    connection.disconnect()
    assert answer_of(nobody.post(before, b"{}", "application/json")) == NOT_FOUND
    assert_nothing_stored()


def test_other_methods_are_405(nobody, connection):
    allowed = {"GET", "HEAD", "POST"} if connection.channel == "whatsapp" else {"POST"}
    for method in ("get", "put", "patch", "delete"):
        if method.upper() not in allowed:
            response = getattr(nobody, method)(path(connection))
            assert (response.status_code, set(response["Allow"].split(", "))) == (405, allowed)
    assert_nothing_stored()


# --- Limits


def test_too_large_body_is_413(nobody, pro):
    for provider in ("whatsapp", "telegram", "mime"):
        connection = connect(pro, provider)
        body = b"x" * (provider_of(connection).MAX_BODY + 1)
        answer = answer_of(deliver(nobody, connection, body, "message/rfc822"))
        assert answer == (413, "Content Too Large", "text/plain; charset=utf-8")
    # A much larger one is refused by its Content-Length, unread.
    length = {"CONTENT_LENGTH": str(36 * 1024 * 1024 + 1)}
    response = deliver(nobody, connection, b"x", "message/rfc822", **length)
    assert Page(response, 413).one("h1").text == "That is too large"
    assert_nothing_stored()


def test_mail_of_15_megabytes_is_stored(nobody, pro):
    connection = connect(pro, "mime")
    body = mime("x" * 15 * 1024 * 1024)
    assert deliver(nobody, connection, body, "message/rfc822").status_code == 200
    assert len(ChannelDelivery.objects.get().body) == len(body)


@pytest.mark.parametrize("content_type", [MULTIPART_CONTENT, "application/x-www-form-urlencoded"])
def test_form_fields_may_be_as_long_as_an_e_mail(nobody, pro, content_type):
    connection, form = connect(pro, "mailgun"), mailgun_form(body_html="x" * 20_000_000)
    is_multipart = content_type == MULTIPART_CONTENT
    body = encode_multipart(BOUNDARY, form) if is_multipart else urlencode(form).encode()
    assert deliver(nobody, connection, body, content_type).status_code == 200
    assert bytes(ChannelDelivery.objects.get().body) == body


def test_client_with_many_refused_calls_has_to_wait(nobody, pro, monkeypatch):
    monkeypatch.setattr(webhooks.REFUSALS, "times", 2)
    connection = connect(pro, "telegram")
    answers = [deliver(nobody, connection, headers={}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [403, 403, 429, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    # Verified calls and other clients are not limited.
    assert deliver(nobody, connection).status_code == 200
    assert deliver(nobody, connection, headers={}, REMOTE_ADDR="192.0.2.7").status_code == 403


def test_calls_of_a_connection_are_limited(nobody, pro, monkeypatch):
    monkeypatch.setattr(webhooks.CALLS, "times", 2)
    monkeypatch.setattr(webhooks.CALLS, "batch", 1)
    connection, other = connect(pro, "telegram"), connect(pro, "whatsapp")
    body = {"update_id": 1}
    answers = [deliver(nobody, connection, {**body, "update_id": n}) for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert deliver(nobody, other).status_code == 200
    assert ChannelDelivery.objects.count() == 3


# --- Meta's check of the address


def ask(client, connection, **query):
    usual = {"hub.mode": "subscribe", "hub.verify_token": connection.verify_token, "hub.challenge": "1158201444"}
    return client.get(path(connection), usual | {name.replace("_", ".", 1): value for name, value in query.items()})


def test_metas_address_check_is_answered(nobody, pro):
    assert answer_of(ask(nobody, connect(pro, "whatsapp"))) == (200, "1158201444", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "query",
    [
        {"hub_verify_token": "wrong"},
        {"hub_verify_token": ""},
        {"hub_verify_token": "é"},
        {"hub_verify_token": SECRET},
        {"hub_mode": "unsubscribe"},
        {"hub_mode": ""},
    ],
)
def test_address_check_with_another_token_is_refused(nobody, pro, query):
    response = ask(nobody, connect(pro, "whatsapp"), **query)
    assert answer_of(response) == FORBIDDEN


def test_address_check_of_an_unknown_address_is_404(nobody, pro):
    connection = connect(pro, "whatsapp")
    query = {"hub.mode": "subscribe", "hub.verify_token": connection.verify_token, "hub.challenge": "1"}
    for key in ("guess", "0" * 48):
        assert answer_of(nobody.get(f"/channels/whatsapp/{key}", query)) == NOT_FOUND
    ChannelConnection.objects.update(is_active=False)
    assert answer_of(ask(nobody, connection)) == NOT_FOUND


def test_client_with_many_refused_address_checks_has_to_wait(nobody, pro, monkeypatch):
    monkeypatch.setattr(webhooks.REFUSALS, "times", 2)
    connection = connect(pro, "whatsapp")
    answers = [ask(nobody, connection, hub_verify_token="wrong").status_code for _ in range(3)]
    assert answers == [403, 403, 429]


def test_challenge_is_plain_text(nobody, pro):
    response = ask(nobody, connect(pro, "whatsapp"), hub_challenge="<script>alert(1)</script>" * 99)
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("text/plain; charset=utf-8", "nosniff")
    assert len(response.content) == 200


# MIME is missing: any text is an e-mail.
UNREADABLE = {
    "whatsapp": (b"[" * 100_000, "application/json"),
    "telegram": (b"[" * 100_000, "application/json"),
    "postmark": (b"[" * 100_000, "application/json"),
    "mailgun": (
        encode_multipart(BOUNDARY, {**mailgun_form("u" * 50), "message-headers": "no JSON"}),
        MULTIPART_CONTENT,
    ),
}


@pytest.mark.parametrize("provider", UNREADABLE)
def test_unreadable_call_is_stored_for_staff_and_blocks_nothing(nobody, pro, provider, work_tasks):
    connection = connect(pro, provider)
    body, content_type = UNREADABLE[provider]
    assert deliver(nobody, connection, body, content_type).status_code == 200
    work_tasks()
    delivery = ChannelDelivery.objects.get()
    assert (bytes(delivery.body), delivery.read_at) == (body, None)
    assert ContactMessage.objects.count() == 0
    assert deliver(nobody, connection).status_code == 200
    work_tasks()
    assert ContactMessage.objects.count() == 1


def test_secrets_are_not_in_responses_or_logs(nobody, connection, caplog):
    caplog.handler.setFormatter(LineFormatter())
    with caplog.at_level("DEBUG"):
        response = deliver(nobody, connection)
        refused = deliver(nobody, connection, headers={}, content_type="application/json", body={"a": 1})
    texts = caplog.text + json.dumps([dict(response.headers), dict(refused.headers)])
    assert SECRET not in texts and connection.key not in texts
