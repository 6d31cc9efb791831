"""Access to connections: seen and changed by whom; secrets are shown nowhere."""

from html import unescape

import pytest
from django.core import mail

from contacts.models import ChannelConnection

from ...pages import Page
from ..messaging import SECRET, arrive, connect
from .peer import WHATSAPP_TOKEN
from .settings_pages import CHANNELS, ENTERED, LIST, rows, save

ADDRESSES = {
    LIST: ["get", "head"],
    **{f"{LIST}/{channel}": ["get", "head", "post"] for channel in CHANNELS},
    **{f"{LIST}/{channel}/test": ["post"] for channel in CHANNELS},
    **{f"{LIST}/{channel}/disconnect": ["get", "head", "post"] for channel in CHANNELS},
}


def stored_rows():
    return list(ChannelConnection.objects.order_by("pk").values())


@pytest.mark.parametrize("channel", ["fax", "sms", "phone"])
def test_unknown_channel_is_404(browser, user, channel):
    paths = [f"{LIST}/{channel}{rest}" for rest in ("", "/test", "/disconnect")]
    assert [browser.post(path).status_code for path in paths] == [404] * 3
    assert [browser.get(path).status_code for path in paths] == [404, 405, 404]
    assert stored_rows() == []


def test_connections_of_another_pro_are_neither_shown_nor_changed(browser, other_user, pro, peer):
    for channel in CHANNELS:
        connect(other_user.pro, channel, **({"address": "42"} if channel == "whatsapp" else {}))
    before = stored_rows()
    foreign_keys = [row["key"] for row in before]
    assert [row.split()[1:3] for row in rows(Page(browser.get(LIST)))] == [["Not", "connected"]] * 3
    for channel in CHANNELS:
        html = Page(browser.get(f"{LIST}/{channel}")).html
        assert [key for key in foreign_keys if key in html] == []
        actions = [browser.post(f"{LIST}/{channel}/{action}").status_code for action in ("test", "disconnect")]
        assert actions == [404, 404]
        assert save(browser, channel, **ENTERED[channel])["Location"] == f"{LIST}/{channel}"
        assert browser.post(f"{LIST}/{channel}/disconnect")["Location"] == LIST
    assert list(ChannelConnection.objects.for_pro(other_user.pro).order_by("pk").values()) == before
    assert (ChannelConnection.objects.for_pro(pro).count(), mail.outbox) == (3, [])
    # Only the owner's bot got a webhook.
    (webhook,) = peer.bodies("setWebhook")
    assert webhook["url"].rpartition("/")[2] not in foreign_keys


def test_nobody_is_sent_to_sign_in_and_gated_pro_to_the_identity_page(nobody, browser, pro, whatsapp, peer):
    pro.cni_required = True
    pro.save()
    before = stored_rows()
    for path, methods in ADDRESSES.items():
        for method in methods:
            data = ENTERED.get(path.rpartition("/")[2], {}) if method == "post" else None
            responses = [getattr(client, method)(path, data) for client in (nobody, browser)]
            assert [response.status_code for response in responses] == [302, 302]
            assert responses[0]["Location"].startswith("/sign-in?next=")
            assert responses[1]["Location"] == "/settings/identity"
    assert (stored_rows(), peer.seen) == (before, [])


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_pages_are_in_the_readers_language(browser, user, whatsapp, telegram, letterbox, language):
    user.language = language
    user.save()
    pages = [Page(browser.get(path)) for path, methods in ADDRESSES.items() if "get" in methods]
    pages.append(Page(save(browser, "whatsapp", address="x"), 422))
    assert {page.one("html")["lang"] for page in pages} == {language}


@pytest.mark.parametrize("is_telegram_new", [False, True])
def test_secrets_and_tokens_are_on_no_page(browser, pro, user, whatsapp, letterbox, is_telegram_new):
    if is_telegram_new:
        save(browser, "telegram", **ENTERED["telegram"])
    else:
        connect(pro, "telegram")
    hidden = {value for row in ChannelConnection.objects.all() for value in (row.secret, row.token) if value}
    assert len(hidden) == (4 if is_telegram_new else 3)
    contact = arrive(whatsapp).contact
    paths = ["/inbox/all", f"/inbox/{contact.pk}", f"/contacts/{contact.pk}", "/settings/profile"]
    paths += [path for path, methods in ADDRESSES.items() if "get" in methods]
    for path in paths:
        html = unescape(Page(browser.get(path)).html)
        assert [value for value in hidden if value in html] == [], path
    refused = Page(save(browser, "whatsapp", address="x", secret=SECRET, token=WHATSAPP_TOKEN), 422).html
    assert SECRET not in refused and WHATSAPP_TOKEN not in refused
