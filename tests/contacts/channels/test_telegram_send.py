"""Answers by Telegram, to a server that speaks the Bot API."""

import pytest

from contacts.channels import telegram
from contacts.channels.message import SendFailedError
from contacts.conversations.writing import write_message
from contacts.models import ChannelConnection

from ..messaging import SECRET, send_jobs, state
from .peer import BOT_TOKEN, Seen, bot_fault

DOUBT = "The message may have been sent all the same."


@pytest.fixture
def answer(received, user):
    """An answer whose job waits."""
    return write_message(received("telegram").contact, "Yes.\n<b>Come</b> *on* Saturday.", channel="telegram", by=user)


def test_answer_is_sent_as_plain_text(peer, answer, work_tasks):
    work_tasks()
    assert peer.seen == [
        Seen(
            "POST",
            f"/bot{BOT_TOKEN}/sendMessage",
            {},
            None,
            # Without `parse_mode` nothing in it is markup.
            {"chat_id": 42, "text": "Yes.\n<b>Come</b> *on* Saturday.", "link_preview_options": {"is_disabled": True}},
        )
    ]
    assert state(answer) == ("sent", "", "110201543:42:1")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, bot_fault(403, "Forbidden: bot was blocked by the user"), "Forbidden: bot was blocked by the user"),
        (400, bot_fault(400, "Bad Request: chat not found"), "Bad Request: chat not found"),
        (401, bot_fault(401, "Unauthorized"), "Unauthorized"),
        (404, b"<h1>no</h1>", "The provider answered 404."),
        (200, b"no JSON", "The provider answered 200. " + DOUBT),
        (200, b"[" * 300_000, "The provider gave no answer (AnswerTooLargeError). " + DOUBT),
        (200, {"ok": False}, "The provider answered 200."),
        (200, {"ok": "true", "result": {}}, "The provider answered 200."),
        (302, b"", "The provider answered 302."),
    ],
)
def test_final_failure_has_the_providers_reason(peer, answer, work_tasks, status, body, reason):
    peer.answer_with(status, body)
    work_tasks()
    assert (state(answer), send_jobs()) == (("failed", reason, ""), ["SUCCESSFUL"])


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (429, bot_fault(429, "Too Many Requests: retry after 7", retry_after=7), "The provider answered 429."),
        (502, b"<h1>Bad Gateway</h1>", "The provider answered 502."),
    ],
)
def test_temporary_failure_is_retried(peer, answer, work_tasks, retry_failed_jobs, status, body, reason):
    peer.answer_with(status, body)
    work_tasks()
    assert (state(answer), send_jobs()) == (("sending", reason, ""), ["FAILED"])

    peer.recover()
    retry_failed_jobs()
    work_tasks()
    assert (state(answer), send_jobs()) == (("sent", "", "110201543:42:1"), ["SUCCESSFUL"])


@pytest.mark.parametrize("result", [{}, {"chat": "none", "message_id": True}, "sent"])
def test_success_without_an_id_is_sent(peer, answer, work_tasks, result):
    peer.answer_with(200, {"ok": True, "result": result})
    work_tasks()
    assert (state(answer), send_jobs()) == (("sent", "", ""), ["SUCCESSFUL"])


# --- The test of a connection


def test_connection_test_registers_the_webhook(peer, connect_channel, settings):
    settings.SITE_URL = "https://desk.example.com"
    connection = connect_channel("telegram")
    assert telegram.check_connection(connection) == "@agence_bot"
    hook = {
        "url": f"https://desk.example.com/channels/telegram/{connection.key}",
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message", "message_reaction"],
        "max_connections": 10,
    }
    assert peer.seen == [
        Seen("POST", f"/bot{BOT_TOKEN}/getMe", {}, None, {}),
        Seen("POST", f"/bot{BOT_TOKEN}/setWebhook", {}, None, hook),
    ]


def test_generated_secret_is_accepted_by_telegram(peer, pro, settings):
    settings.SITE_URL = "https://desk.example.com"
    telegram.check_connection(ChannelConnection.objects.connect(pro, "telegram", {"token": BOT_TOKEN}))
    (hook,) = peer.bodies("setWebhook")
    assert 1 <= len(hook["secret_token"]) <= 256
    assert set(hook["secret_token"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("110201543:another", "Unauthorized"),
        (BOT_TOKEN, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
    ],
)
def test_failed_connection_test_has_a_reason(peer, connect_channel, token, reason):
    with pytest.raises(SendFailedError) as caught:
        telegram.check_connection(connect_channel("telegram", token=token))
    assert (caught.value.reason, caught.value.is_final) == (reason, True)


def test_missing_token_calls_nobody(peer, pro):
    with pytest.raises(SendFailedError) as caught:
        telegram.check_connection(ChannelConnection(pro=pro, channel="telegram", provider="telegram", secret=SECRET))
    assert (caught.value.reason, peer.seen) == ("The bot's token is missing.", [])
