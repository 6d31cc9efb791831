"""Answers by Telegram, to a server that speaks the Bot API."""

import pytest

from contacts.channels import telegram
from contacts.channels.message import SendFailedError
from contacts.conversations.sending import write_message
from contacts.models import ChannelConnection

from .conftest import SECRET, jobs, state
from .peer import BOT_TOKEN, Seen, bot_fault

DOUBT = "The message may have been sent all the same."


@pytest.fixture
def answer(received, user):
    """An answer that is on its way."""
    return write_message(received("telegram").contact, "Yes.\n<b>Come</b> *on* Saturday.", channel="telegram", by=user)


def test_an_answer_is_one_text_as_it_was_written(peer, answer, work_tasks):
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
    ("status", "said", "reason"),
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
def test_what_will_not_work_later_has_failed_with_the_providers_words(peer, answer, work_tasks, status, said, reason):
    peer.say(status, said)
    work_tasks()
    assert (state(answer), jobs()) == (("failed", reason, ""), ["SUCCESSFUL"])


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (429, bot_fault(429, "Too Many Requests: retry after 7", retry_after=7), "The provider answered 429."),
        (502, b"<h1>Bad Gateway</h1>", "The provider answered 502."),
    ],
)
def test_what_passes_is_tried_again(peer, answer, work_tasks, try_again, status, said, reason):
    peer.say(status, said)
    work_tasks()
    assert (state(answer), jobs()) == (("sending", reason, ""), ["FAILED"])

    peer.recover()
    try_again()
    work_tasks()
    assert (state(answer), jobs()) == (("sent", "", "110201543:42:1"), ["SUCCESSFUL"])


@pytest.mark.parametrize("result", [{}, {"chat": "none", "message_id": True}, "sent"])
def test_an_answer_without_an_id_has_still_been_sent(peer, answer, work_tasks, result):
    peer.say(200, {"ok": True, "result": result})
    work_tasks()
    assert (state(answer), jobs()) == (("sent", "", ""), ["SUCCESSFUL"])


# --- Trying the connection


def test_trying_a_connection_has_the_bots_messages_brought_here(peer, connect, settings):
    settings.SITE_URL = "https://desk.example.com"
    connection = connect("telegram")
    assert telegram.test(connection) == "@agence_bot"
    hook = {
        "url": f"https://desk.example.com/channels/telegram/{connection.key}",
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message"],
        "max_connections": 10,
    }
    assert peer.seen == [
        Seen("POST", f"/bot{BOT_TOKEN}/getMe", {}, None, {}),
        Seen("POST", f"/bot{BOT_TOKEN}/setWebhook", {}, None, hook),
    ]


def test_a_secret_that_vestibule_made_up_is_one_that_telegram_takes(peer, pro, settings):
    settings.SITE_URL = "https://desk.example.com"
    telegram.test(ChannelConnection.objects.connect(pro, "telegram", {"token": BOT_TOKEN}))
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
def test_a_connection_that_does_not_work_says_why(peer, connect, token, reason):
    with pytest.raises(SendFailedError) as caught:
        telegram.test(connect("telegram", token=token))
    assert (caught.value.reason, caught.value.is_final) == (reason, True)


def test_without_a_token_nothing_is_asked(peer, pro):
    with pytest.raises(SendFailedError) as caught:
        telegram.test(ChannelConnection(pro=pro, channel="telegram", provider="telegram", secret=SECRET))
    assert (caught.value.reason, peer.seen) == ("The bot's token is missing.", [])
