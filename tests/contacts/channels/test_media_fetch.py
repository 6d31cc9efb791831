"""Media are fetched from WhatsApp and Telegram: id, address, bytes."""

import pytest

from contacts.channels import telegram_media, whatsapp_media
from contacts.channels.calling import MAX_MEDIUM
from contacts.channels.message import FetchedMedium, MediumGoneError, MediumRefusedError, SendFailedError

from .peer import BOT_TOKEN, WHATSAPP_TOKEN

FETCH = {"whatsapp": whatsapp_media.fetch_medium, "telegram": telegram_media.fetch_medium}
both = pytest.mark.parametrize("channel", ["whatsapp", "telegram"])


@pytest.fixture
def fetch(peer, connect_channel):
    """Fetches the medium 77 by a channel."""
    peer.media["77"] = (b"bytes", "image/jpeg")

    def run(channel, id="77", **more):
        return FETCH[channel](connect_channel(channel, **more), id)

    return run


@both
def test_medium_is_fetched(fetch, peer, channel):
    assert fetch(channel) == FetchedMedium(b"bytes", "image/jpeg")
    token = f"Bearer {WHATSAPP_TOKEN}" if channel == "whatsapp" else None
    assert [(seen.method, seen.token) for seen in peer.seen] == [
        ("GET" if channel == "whatsapp" else "POST", token),
        ("GET", token),
    ]
    assert BOT_TOKEN in peer.seen[1].path or channel == "whatsapp"


@both
def test_expired_address_is_asked_for_again(fetch, peer, channel):
    peer.expired = 1
    assert fetch(channel).content == b"bytes"
    assert len(peer.seen) == 4
    peer.expired = 2
    with pytest.raises(SendFailedError) as raised:
        fetch(channel)
    assert (raised.value.reason, raised.value.is_final) == ("The provider answered 404.", False)


@both
def test_unknown_medium_is_gone(fetch, channel):
    for id in ("78", "../78?x", "é"):
        with pytest.raises(MediumGoneError):
            fetch(channel, id)


@both
def test_larger_medium_is_refused(fetch, peer, channel):
    peer.media["77"] = (b"x" * (MAX_MEDIUM + 1), "video/mp4")
    with pytest.raises(MediumRefusedError) as raised:
        fetch(channel)
    assert raised.value.reason == f"It is larger than {25 if channel == 'whatsapp' else 20} MB."
    if channel == "whatsapp":
        assert len(peer.seen) == 1


@both
@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_refusal_is_tried_again(fetch, peer, channel, status):
    peer.answer_with(status, {"ok": False})
    with pytest.raises(SendFailedError) as raised:
        fetch(channel)
    assert raised.value.reason == f"The provider answered {status}."
    assert WHATSAPP_TOKEN not in str(raised.value)


@both
def test_provider_that_hangs_up_is_tried_again(fetch, peer, channel):
    peer.is_hanging_up = True
    with pytest.raises(SendFailedError):
        fetch(channel)


def test_address_of_another_host_gets_no_token(fetch, peer):
    for host in (
        "https://evil.example",
        "http://lookaside.fbsbx.com",
        "https://lookaside.fbsbx.com@evil.example",
        "https://lookaside.fbsbx.com:8443",
        "https://xfbcdn.net",
        "https://evil.example/.fbcdn.net",
        "https://evil.example\\.fbcdn.net",
        "https://[::1",
        f"http://127.0.0.1:{peer.port}.evil.example",
        f"http://localhost:{peer.port}",
        "file:///etc/passwd#",
    ):
        peer.address_host = host
        with pytest.raises(SendFailedError) as raised:
            fetch("whatsapp")
        assert raised.value.reason == "The provider gave an address that is not its own.", host
    assert all(seen.path.endswith("/77") for seen in peer.seen)


def test_hosts_of_meta_are_known():
    known = ("https://lookaside.fbsbx.com/a?b", "https://scontent.xx.fbcdn.net/v", "https://graph.facebook.com:443/x")
    assert [whatsapp_media._is_of_meta(url) for url in known] == [True] * 3


def test_connection_without_a_token(fetch):
    with pytest.raises(SendFailedError):
        fetch("whatsapp", token="")
