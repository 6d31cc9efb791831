"""Answers by WhatsApp, to a server that speaks the Cloud API."""

import time

import pytest

from contacts.channels import whatsapp
from contacts.channels.message import SendFailedError
from contacts.conversations.sending import resend_message
from contacts.conversations.writing import write_message

from ..messaging import send_jobs, state
from .peer import PHONE_ID, VERSION, WHATSAPP_TOKEN, Seen, fault


@pytest.fixture
def answer(received, user):
    """An answer whose job waits."""
    return write_message(received("whatsapp").contact, "Yes.\nCome on Saturday.", channel="whatsapp", by=user)


def test_answer_is_sent_as_text_to_the_senders_number(peer, answer, work_tasks):
    work_tasks()
    assert peer.seen == [
        Seen(
            "POST",
            f"/{VERSION}/{PHONE_ID}/messages",
            {},
            f"Bearer {WHATSAPP_TOKEN}",
            {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "31612345678",
                "type": "text",
                "text": {"preview_url": False, "body": "Yes.\nCome on Saturday."},
            },
        )
    ]
    assert state(answer) == ("sent", "", "wamid.1")
    answer.refresh_from_db()
    assert answer.sent_at >= answer.created_at


def test_sender_without_a_number_is_answered_by_user_id(peer, received, user, work_tasks):
    id = "US.13491208655302741918"
    contact = received("whatsapp", identities=(("whatsapp", id),), address=id, phone="").contact
    answer = write_message(contact, "Yes", channel="whatsapp", by=user)
    work_tasks()
    (body,) = peer.bodies("messages")
    assert (body["recipient"], "to" in body) == (id, False)
    assert state(answer) == ("sent", "", "wamid.1")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (
            400,
            fault(131047, "(#131047) Re-engagement message", "More than 24 hours have passed since they last replied"),
            "More than 24 hours have passed since they last replied (131047)",
        ),
        (400, fault(131026, "(#131026) Message undeliverable"), "(#131026) Message undeliverable (131026)"),
        (401, fault(190, "Error validating access token"), "Error validating access token (190)"),
        (400, fault(100, "Invalid\r\nparameter\0", ""), "Invalid\nparameter (100)"),
        (404, {"error": "gone"}, "The provider answered 404."),
        (403, b"<h1>no</h1>", "The provider answered 403."),
    ],
)
def test_final_failure_has_the_providers_reason(peer, answer, work_tasks, status, body, reason):
    peer.answer_with(status, body)
    work_tasks()
    assert (state(answer), send_jobs()) == (("failed", reason, ""), ["SUCCESSFUL"])


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, fault(130429, "(#130429) Rate limit hit", "Message failed to send"), "Message failed to send (130429)"),
        (400, fault(131056, "(#131056) Pair rate limit hit"), "(#131056) Pair rate limit hit (131056)"),
        (400, fault(131016, "(#131016) Service unavailable"), "(#131016) Service unavailable (131016)"),
        (400, fault(4, "(#4) Application request limit reached"), "(#4) Application request limit reached (4)"),
        (429, fault(80007, "rate limit"), "The provider answered 429."),
        (408, b"", "The provider answered 408."),
        (500, fault(131000, "Something went wrong"), "The provider answered 500."),
        (503, b"<h1>busy</h1>", "The provider answered 503."),
    ],
)
def test_temporary_failure_is_retried(peer, answer, work_tasks, retry_failed_jobs, status, body, reason):
    peer.answer_with(status, body)
    work_tasks()
    assert (state(answer), send_jobs()) == (("sending", reason, ""), ["FAILED"])

    peer.recover()
    retry_failed_jobs()
    work_tasks()
    assert (state(answer), send_jobs()) == (("sent", "", "wamid.1"), ["SUCCESSFUL"])
    assert len(peer.seen) == 2


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b"no JSON", "The provider answered 200."),
        (200, {"messages": [{"id": 5}]}, "The provider answered 200."),
        (200, {"messages": "none"}, "The provider answered 200."),
        (200, b" " * 300_000, "The provider gave no answer (AnswerTooLargeError)."),
        (504, b"<h1>Gateway Timeout</h1>", "The provider answered 504."),
        # Hangs up.
        (200, None, "The provider gave no answer (RemoteDisconnected)."),
    ],
)
def test_doubtful_failure_is_resent_only_by_the_pro(peer, answer, work_tasks, retry_failed_jobs, status, body, reason):
    peer.is_hanging_up = body is None
    peer.answer_with(status, body)
    work_tasks()
    retry_failed_jobs()
    work_tasks()
    error = f"{reason} The message may have been sent all the same."
    assert (state(answer), send_jobs(), len(peer.seen)) == (("failed", error, ""), ["SUCCESSFUL"], 1)

    peer.recover()
    assert resend_message(answer) is True
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")


def test_unreachable_provider_is_retried(peer, answer, work_tasks, retry_failed_jobs):
    peer.stop()
    work_tasks()
    assert state(answer) == ("sending", "The provider cannot be reached (ConnectionRefusedError).", "")
    peer.start()
    retry_failed_jobs()
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")


def test_provider_without_an_answer_times_out(peer, answer, work_tasks, settings):
    settings.CHANNEL_TIMEOUT = 1
    peer.may_answer.clear()
    work_tasks()
    doubt = "The provider gave no answer (TimeoutError). The message may have been sent all the same."
    assert state(answer) == ("failed", doubt, "")


def test_dripping_answer_times_out(peer, answer, work_tasks, settings):
    settings.CHANNEL_TIMEOUT = 1
    peer.is_dripping = True
    peer.answer_with(200, b" " * 60)  # six seconds
    began = time.monotonic()
    work_tasks()
    assert time.monotonic() - began < 4
    assert state(answer) == (
        "failed",
        "The provider gave no answer (TimeoutError). The message may have been sent all the same.",
        "",
    )


def test_redirect_is_not_followed(peer, answer, work_tasks):
    peer.answer_with(302, b"", Location=f"http://127.0.0.1:{peer.port}/elsewhere")
    work_tasks()
    assert len(peer.seen) == 1
    assert state(answer) == ("failed", "The provider answered 302.", "")


def test_missing_token_calls_nobody(peer, received):
    message = received("whatsapp")
    message.connection.token = ""
    with pytest.raises(SendFailedError, match="access token or the phone number ID") as caught:
        whatsapp.send_text(message.connection, message)
    assert (caught.value.is_final, peer.seen) == (True, [])


# --- The test of a connection


def test_connection_test_returns_the_numbers_name(peer, connect_channel):
    assert whatsapp.check_connection(connect_channel("whatsapp")) == "Agence du Port +33 4 91 55 50 12"
    fields = {"fields": ["display_phone_number,verified_name"]}
    assert peer.seen == [Seen("GET", f"/{VERSION}/{PHONE_ID}", fields, f"Bearer {WHATSAPP_TOKEN}", None)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token": "another"}, "Invalid OAuth access token - Cannot parse access token (190)"),
        ({"address": "12345"}, "Unsupported request. Object with this ID does not exist (100)"),
    ],
)
def test_failed_connection_test_has_a_reason(peer, connect_channel, changes, reason):
    with pytest.raises(SendFailedError) as caught:
        whatsapp.check_connection(connect_channel("whatsapp", **changes))
    assert caught.value.reason == reason


def test_connection_test_reports_an_unreachable_provider(peer, connect_channel):
    peer.stop()
    with pytest.raises(SendFailedError) as caught:
        whatsapp.check_connection(connect_channel("whatsapp"))
    assert (caught.value.reason, caught.value.is_final) == (
        "The provider cannot be reached (ConnectionRefusedError).",
        False,
    )
    peer.start()
