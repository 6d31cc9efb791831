"""/settings/channels: the channels and the states of their connections."""

from datetime import timedelta

from django.utils import timezone

from contacts.models import ChannelConnection

from ...pages import Page
from ..messaging import connect
from .peer import PHONE_ID
from .settings_pages import CHANNELS, LIST, rows


def test_without_connections_each_channel_can_be_connected(browser, user):
    page = Page(browser.get(LIST))
    assert rows(page) == [
        "WhatsApp Not connected Connect WhatsApp",
        "Telegram Not connected Connect Telegram",
        "E-mail Not connected Connect E-mail",
    ]
    assert page.values("ul.rows a.button", "href") == [f"{LIST}/{name}" for name in CHANNELS]
    assert page.texts('a[aria-current="page"]') == ["Me", "Channels"]
    assert ChannelConnection.objects.count() == 0


def test_states_of_connections(browser, pro):
    connect(pro, "whatsapp")
    connect(pro, "telegram")
    ChannelConnection.objects.filter(channel="telegram").update(token="")
    ChannelConnection.objects.filter(channel="whatsapp").update(last_received_at=timezone.now() - timedelta(hours=1))
    connect(pro, "email", is_active=False)
    assert rows(Page(browser.get(LIST))) == [
        f"WhatsApp Connected {PHONE_ID} · Last message received Settings WhatsApp",
        "Telegram Receives only Nothing received yet Settings Telegram",
        "E-mail Switched off Settings E-mail",
    ]


def test_received_message_is_the_last_one_received(browser, whatsapp):
    def received(path):
        lines = [line.text for line in Page(browser.get(path)).without("time").all("p.soft")]
        return [line for line in lines if "received" in line]

    assert received(f"{LIST}/whatsapp") == ["Nothing received yet"]
    whatsapp.note_received()
    assert received(f"{LIST}/whatsapp") == ["Last message received"]
    assert received(LIST) == [f"{PHONE_ID} · Last message received"]
