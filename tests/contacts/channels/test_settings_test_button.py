"""Testing a connection from its settings page."""

import pytest
from django.core import mail

from contacts.channels import views
from contacts.models import ChannelConnection, ContactMessage

from ...faults.relay import SilentPeer
from ...pages import Page
from ..messaging import SECRET, connect
from .payloads import deliver, proof
from .peer import BOT_TOKEN, PHONE_ID, VERSION, WHATSAPP_TOKEN, Seen
from .settings_pages import LIST, OTHER_TOKEN, press_test


def test_whatsapp_names_the_number(browser, whatsapp, peer):
    success = "WhatsApp knows this number: Agence du Port +33 4 91 55 50 12."
    assert press_test(browser, "whatsapp") == [("success", success)]
    query = {"fields": ["display_phone_number,verified_name"]}
    assert peer.seen == [Seen("GET", f"/{VERSION}/{PHONE_ID}", query, f"Bearer {WHATSAPP_TOKEN}", None)]


def test_telegram_gets_the_webhook(browser, settings, telegram, peer):
    settings.SITE_URL = "https://desk.example.com"
    assert press_test(browser, "telegram") == [
        ("success", "Telegram knows this bot, @agence_bot, and delivers its messages here from now on.")
    ]
    webhook = {
        "url": f"https://desk.example.com/channels/telegram/{telegram.key}",
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message", "message_reaction"],
        "max_connections": 10,
    }
    assert [(seen.path, seen.body) for seen in peer.seen] == [
        (f"/bot{BOT_TOKEN}/getMe", {}),
        (f"/bot{BOT_TOKEN}/setWebhook", webhook),
    ]


def test_telegram_refuses_an_address_without_https(browser, settings, telegram, peer):
    settings.SITE_URL = "http://desk.example.com"
    reason = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    assert press_test(browser, "telegram") == [("error", f"That did not work: {reason}")]


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("whatsapp", "Invalid OAuth access token - Cannot parse access token (190)"),
        ("telegram", "Unauthorized"),
    ],
)
def test_refused_token_shows_the_providers_reason(browser, pro, peer, channel, reason):
    connect(pro, channel, token=OTHER_TOKEN[channel])
    assert press_test(browser, channel) == [("error", f"That did not work: {reason}")]


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("whatsapp", "The access token or the phone number ID is missing."),
        ("telegram", "The bot's token is missing."),
    ],
)
def test_missing_token_calls_nobody(browser, pro, peer, channel, reason):
    connect(pro, channel)
    ChannelConnection.objects.update(token="")
    assert press_test(browser, channel) == [("error", f"That did not work: {reason}")]
    assert peer.seen == []


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_broken_and_unreachable_providers(browser, pro, peer, channel):
    connect(pro, channel)
    peer.answer_with(503, b"<h1>no</h1>")
    assert press_test(browser, channel) == [("error", "That did not work: The provider answered 503.")]
    peer.stop()
    reason = "The provider cannot be reached (ConnectionRefusedError)."
    assert press_test(browser, channel) == [("error", f"That did not work: {reason}")]


@pytest.mark.parametrize(
    ("channel", "answer"),
    [
        ("whatsapp", {"verified_name": "<script>x</script>", "display_phone_number": "<b>1"}),
        ("telegram", {"ok": True, "result": {"username": "<script>x</script>"}}),
        ("whatsapp", {"error": {"message": "<script>x</script>", "code": 1}}),
        ("telegram", {"ok": False, "description": "<script>x</script>"}),
    ],
)
def test_answer_of_a_provider_stays_text(browser, pro, peer, channel, answer):
    connect(pro, channel)
    peer.answer_with(200, answer)
    [(_level, text)] = press_test(browser, channel)
    assert "<script>x</script>" in text


def test_test_mail_goes_to_the_channels_own_address_and_is_no_message(browser, nobody, letterbox, work_tasks):
    success = (
        "A test e-mail was sent to port@in.example.com. When it comes back, it shows as the last message received."
    )
    assert press_test(browser, "email") == [("success", success)]
    [sent] = mail.outbox
    address = ["port@in.example.com"]
    assert (sent.to, sent.reply_to, sent.subject) == (address, address, "Test of your e-mail channel")
    assert sent.body.strip() == ("Vestibule sent this to port@in.example.com to test the channel. No answer is needed.")
    # The mail server delivers it, as every mail to that address.
    raw = sent.message().as_bytes()
    deliver(nobody, letterbox, raw, "message/rfc822", headers=proof("mime", raw, SECRET))
    work_tasks()
    assert ContactMessage.objects.count() == 0
    assert "Last message received" in Page(browser.get(f"{LIST}/email")).text


def test_test_needs_a_post_and_a_saved_connection(browser, user, whatsapp, peer):
    assert browser.get(f"{LIST}/whatsapp/test").status_code == 405
    unsaved = [browser.post(f"{LIST}/{channel}/test").status_code for channel in ("telegram", "email", "fax")]
    assert unsaved == [404] * 3
    assert (peer.seen, mail.outbox) == ([], [])


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "email"])
def test_a_peer_that_hangs_is_not_waited_for_longer_than_a_browser_does(browser, pro, settings, monkeypatch, channel):
    monkeypatch.setattr(views, "TEST_SECONDS", 0.3)
    peer = SilentPeer()
    settings.WHATSAPP_API_URL = settings.TELEGRAM_API_URL = f"http://127.0.0.1:{peer.port}"
    options = {"host": "127.0.0.1", "port": peer.port}
    settings.MAILERS = {"default": {"BACKEND": "config.kept_smtp.KeptSmtpBackend", "OPTIONS": options}}
    connect(pro, channel)
    [(level, text)] = press_test(browser, channel)
    assert (level, text.startswith("That did not work: ")) == ("error", True)
    assert len(peer.lines) == 1
    peer.close()


def test_few_tests_run_at_once(browser, whatsapp, peer):
    with views.tested.call(), views.tested.call():
        text = "Other channels are being tested. Try again in a few seconds."
        assert press_test(browser, "whatsapp") == [("error", text)]
    assert peer.seen == []
    [(level, _text)] = press_test(browser, "whatsapp")
    assert level == "success"


def test_tests_are_limited(browser, monkeypatch, letterbox):
    """Somebody else's address could be filled with test mails otherwise."""
    monkeypatch.setattr(views.TESTS, "times", 2)
    levels = [press_test(browser, "email") for _ in range(3)]
    assert [[level for level, _text in messages] for messages in levels] == [["success"], ["success"], ["error"]]
    assert levels[2] == [("error", "Too many tries. Try again in an hour.")]
    assert len(mail.outbox) == 2
