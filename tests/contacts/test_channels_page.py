"""/settings/channels: who brings a Pro's messages, where they call, and what proves who they are."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core import mail
from django.utils import timezone

from contacts.channels import views as channels
from contacts.conversations.receiving import store_delivery
from contacts.models import ChannelConnection, ChannelDelivery, ContactMessage

from .channels.payloads import deliver, proof
from .channels.peer import BOT_TOKEN, PHONE_ID, VERSION, WHATSAPP_TOKEN, Seen
from .messaging import SECRET, SETTINGS, arrive, connect

LIST = "/settings/channels"
CHANNELS = ["whatsapp", "telegram", "email"]
OTHER_TOKEN = {"whatsapp": "EAAB-another", "telegram": "42:another"}


def html_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def text(html):
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<time.*?</time>", "…", html)).split()))


def rows(html):
    return [text(row) for row in re.findall(r'<li class="token">(.*?)</li>', html, re.S)]


def errors(html):
    """{field: what is wrong with it}"""
    found = re.findall(r'<ul class="errorlist" id="id_(\w+)_error"><li>(.*?)</li></ul>', html)
    return {field: words.replace("</li><li>", " ") for field, words in found}


def fields(html):
    """{name: value} of the form as it is shown; a box that is not ticked is left out."""
    form = html.split('aria-labelledby="set-up-title"')[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        known = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if known["type"] not in ("radio", "checkbox") or "checked" in tag:
            found[known["name"]] = known.get("value", "on" if known["type"] == "checkbox" else "")
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def stored(channel, pro):
    [row] = ChannelConnection.objects.for_pro(pro).filter(channel=channel).values()
    return {name: row[name] for name in ("provider", "address", "secret", "token", "is_active")}


def save(browser, channel, **given):
    return browser.post(f"{LIST}/{channel}", {"is_active": "on", **given})


def said(browser, response):
    """What the page says to which a form leads."""
    html = html_of(browser.get(response["Location"]))
    return re.findall(r'<p class="message message-(\w+)">(.*?)</p>', html)


GIVEN = {
    "whatsapp": {"address": PHONE_ID, "secret": SECRET, "token": WHATSAPP_TOKEN},
    "telegram": {"token": BOT_TOKEN},
    "email": {"provider": "mime", "address": "port@in.example.com", "secret": SECRET},
}


# --- The list


def test_without_channels_each_one_can_be_connected(browser, user):
    html = html_of(browser.get(LIST))
    assert rows(html) == [
        "WhatsApp Not connected Connect WhatsApp",
        "Telegram Not connected Connect Telegram",
        "E-mail Not connected Connect E-mail",
    ]
    assert re.findall(rf'<a class="button" href="({LIST}/\w+)"', html) == [f"{LIST}/{name}" for name in CHANNELS]
    assert f'<a href="{LIST}" aria-current="page">Channels</a>' in html
    assert ChannelConnection.objects.count() == 0


def test_how_each_channel_stands(browser, pro):
    connect(pro, "whatsapp")
    connect(pro, "telegram")
    ChannelConnection.objects.filter(channel="telegram").update(token="")
    ChannelConnection.objects.filter(channel="whatsapp").update(last_received_at=timezone.now() - timedelta(hours=1))
    connect(pro, "email", is_active=False)
    assert rows(html_of(browser.get(LIST))) == [
        f"WhatsApp Connected {PHONE_ID} · Last message received … Settings WhatsApp",
        "Telegram Receives only Nothing received yet Settings Telegram",
        "E-mail Switched off Settings E-mail",
    ]


def test_a_message_that_came_in_is_the_last_one_received(browser, whatsapp):
    assert "Nothing received yet" in html_of(browser.get(f"{LIST}/whatsapp"))
    arrive(whatsapp)
    whatsapp.note_received()
    for path in (LIST, f"{LIST}/whatsapp"):
        html = html_of(browser.get(path))
        assert ("Last message received" in html, "Nothing received yet" in html) == (True, False)


# --- Setting up


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        ("whatsapp", {"address": "", "secret": "", "token": "", "is_active": "on"}),
        ("telegram", {"token": "", "is_active": "on"}),
        ("email", {"provider": "mailgun", "address": "", "secret": "", "is_active": "on"}),
    ],
)
def test_a_new_channel_asks_for_what_the_provider_gave(browser, user, channel, shown):
    html = html_of(browser.get(f"{LIST}/{channel}"))
    assert fields(html) == shown
    assert "Webhook address" not in html and "/channels/" not in html.replace(LIST, "")
    assert browser.head(f"{LIST}/{channel}").status_code == 200
    assert ChannelConnection.objects.count() == 0


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_given_is_saved(browser, pro, channel, peer, settings):
    settings.SITE_URL = "https://desk.example.com"
    padded = {name: value if name == "provider" else f" {value} " for name, value in GIVEN[channel].items()}
    response = save(browser, channel, **padded)
    assert (response.status_code, response["Location"]) == (302, f"{LIST}/{channel}")
    tried = [("success", "Telegram knows this bot, @agence_bot, and delivers its messages here from now on.")]
    assert said(browser, response) == [("success", "Saved."), *(tried if channel == "telegram" else [])]
    found = stored(channel, pro)
    # Nobody has to think up the secret that Telegram repeats.
    secret = found["secret"] if channel == "telegram" else SECRET
    usual = {"provider": channel, "address": "", "token": "", "is_active": True}
    assert found == {**usual, **GIVEN[channel], "secret": secret}
    assert len(secret) >= 16


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_empty_secret_stays_and_neither_is_shown_again(browser, pro, channel):
    connection = connect(pro, channel)
    html = html_of(browser.get(f"{LIST}/{channel}"))
    present = {name: value for name, value in SETTINGS[channel].items() if name not in ("secret", "token")}
    assert {name: value for name, value in fields(html).items() if value} == {**present, "is_active": "on"}
    assert html.count('placeholder="Saved; type to replace it"') == (2 if channel == "whatsapp" else 1)
    response = save(browser, channel, **fields(html))
    assert response.status_code == 302
    usual = {"provider": channel, "address": "", "token": "", "is_active": True}
    assert stored(channel, pro) == {**usual, **SETTINGS[channel]}
    # The address at the provider goes on working.
    assert ChannelConnection.objects.get().key == connection.key


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_another_token_takes_the_place_of_the_present_one(browser, pro, channel):
    connect(pro, channel)
    save(browser, channel, **{**GIVEN[channel], "token": OTHER_TOKEN[channel], "secret": ""})
    found = stored(channel, pro)
    assert (found["token"], found["secret"]) == (OTHER_TOKEN[channel], SECRET)


def test_a_channel_is_switched_off_and_on(browser, pro, nobody, letterbox):
    given = {**GIVEN["email"], "secret": ""}
    browser.post(f"{LIST}/email", given)
    assert stored("email", pro) == {**SETTINGS["email"], "token": "", "is_active": False}
    html = html_of(browser.get(f"{LIST}/email"))
    assert ("is_active" in fields(html), "Switched off" in html) == (False, True)
    path = f"/channels/email/{letterbox.key}"
    assert nobody.post(path, b"", content_type="message/rfc822").status_code == 404
    browser.post(f"{LIST}/email", {**given, "is_active": "on"})
    assert stored("email", pro)["is_active"] is True
    assert nobody.post(path, b"", content_type="message/rfc822").status_code == 403


@pytest.mark.parametrize(
    ("channel", "given", "wrong"),
    [
        (
            "whatsapp",
            {"address": "+33 4 91", "secret": "pässword", "token": "two words"},
            {
                "address": "A phone number ID has only digits; Meta shows it beside the number.",
                "secret": "Use letters without accents, digits and symbols, without spaces.",
                "token": "Use letters without accents, digits and symbols, without spaces.",
            },
        ),
        (
            "whatsapp",
            {"address": "", "secret": SECRET},
            {"address": "A phone number ID has only digits; Meta shows it beside the number."},
        ),
        (
            "whatsapp",
            {"address": "1" * 255, "secret": "x" * 501, "token": "x" * 1001},
            {
                "address": "Ensure this value has at most 254 characters (it has 255).",
                "secret": "Ensure this value has at most 500 characters (it has 501).",
                "token": "Ensure this value has at most 1000 characters (it has 1001).",
            },
        ),
        (
            "telegram",
            {"token": "my bot's token"},
            {
                "token": "Use letters without accents, digits and symbols, without spaces. "
                "This is not a bot&#x27;s token. A token from BotFather begins with a number."
            },
        ),
        (
            "telegram",
            {"token": "nonsense"},
            {"token": "This is not a bot&#x27;s token. A token from BotFather begins with a number."},
        ),
        (
            "email",
            {"provider": "mime", "address": "nobody", "secret": SECRET},
            {"address": "Enter a valid email address."},
        ),
        (
            "email",
            {"provider": "fax", "address": "a@example.com", "secret": SECRET},
            {"provider": "Select a valid choice. fax is not one of the available choices."},
        ),
        ("email", {"address": "a@example.com", "secret": SECRET}, {"provider": "This field is required."}),
        (
            "email",
            {"provider": "mime", "address": "a\0@example.com", "secret": "a\0b"},
            {"address": "Null characters are not allowed.", "secret": "Null characters are not allowed."},
        ),
    ],
)
def test_faults_are_named_by_field_and_nothing_is_saved(browser, pro, channel, given, wrong):
    html = html_of(save(browser, channel, **given), 422)
    assert errors(html) == wrong
    assert ChannelConnection.objects.count() == 0
    # What was typed stays, but for what is never shown.
    assert fields(html).get("address", "").replace("\0", "") == given.get("address", "").replace("\0", "")
    assert given.get("secret", "-none-") not in html and given.get("token", "-none-") not in html


def test_a_fault_changes_nothing_of_a_connection(browser, pro, whatsapp):
    html = html_of(save(browser, "whatsapp", address="x", secret="another", token="another"), 422)
    assert errors(html) == {"address": "A phone number ID has only digits; Meta shows it beside the number."}
    assert stored("whatsapp", pro) == {**SETTINGS["whatsapp"], "provider": "whatsapp", "is_active": True}
    assert whatsapp.webhook_url in html


def test_what_is_not_asked_for_cannot_be_set(browser, pro, other_user):
    more = {"key": "k" * 48, "pro": other_user.pro.pk, "channel": "email", "last_received_at": "2026-01-01"}
    more |= {"secret": "mine", "address": "x", "provider": "mime", "is_active": "on"}
    browser.post(f"{LIST}/telegram", {**GIVEN["telegram"], **more})
    [found] = ChannelConnection.objects.all()
    assert (found.pro, found.channel, found.provider, found.address) == (pro, "telegram", "telegram", "")
    assert (found.key == "k" * 48, found.secret == "mine", found.last_received_at) == (False, False, None)


def test_of_each_channel_a_pro_has_one(browser, pro):
    for address in ("1", "2"):
        save(browser, "whatsapp", **{**GIVEN["whatsapp"], "address": address})
    assert stored("whatsapp", pro)["address"] == "2"


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_make_one(browser, pro, at_once):
    answers = at_once(4, lambda n: save(browser, "whatsapp", **{**GIVEN["whatsapp"], "address": str(n)}).status_code)
    assert answers == [302] * 4
    assert stored("whatsapp", pro)["address"] in "0123"


# --- Webhook address


def code(html, id):
    return re.search(rf'<code id="{id}"[^>]*>(.*?)</code><button class="button" type="button" data-copy="{id}"', html)[
        1
    ]


def test_the_address_and_the_verify_token_are_shown(browser, nobody, settings, whatsapp):
    html = html_of(browser.get(f"{LIST}/whatsapp"))
    assert code(html, "url") == f"{settings.SITE_URL}/channels/whatsapp/{whatsapp.key}"
    # Meta asks with these two, and gets its challenge back.
    query = {"hub.mode": "subscribe", "hub.verify_token": code(html, "verify"), "hub.challenge": "1158201444"}
    response = nobody.get(code(html, "url").removeprefix(settings.SITE_URL), query)
    assert html_of(response) == "1158201444"


@pytest.mark.parametrize(
    ("provider", "start"),
    [("mailgun", "{site}"), ("mime", "{site}"), ("postmark", "{scheme}://vestibule:PASSWORD@{host}")],
)
def test_the_address_of_each_provider_of_email(browser, pro, settings, provider, start):
    settings.SITE_URL = "https://desk.example.com"
    found = connect(pro, "email", provider=provider)
    html = html_of(browser.get(f"{LIST}/email"))
    place = start.format(site=settings.SITE_URL, scheme="https", host="desk.example.com")
    assert code(html, "url") == f"{place}/channels/email/{found.key}"


def test_the_address_of_a_telegram_bot(browser, settings, telegram):
    html = html_of(browser.get(f"{LIST}/telegram"))
    assert code(html, "url") == f"{settings.SITE_URL}/channels/telegram/{telegram.key}"
    assert "Nothing to enter: the button below gives Telegram this address" in html


@pytest.mark.parametrize("is_telegram_new", [False, True])
def test_secrets_and_tokens_are_on_no_page(browser, pro, user, whatsapp, letterbox, is_telegram_new):
    if is_telegram_new:
        save(browser, "telegram", **GIVEN["telegram"])
    else:
        connect(pro, "telegram")
    hidden = {value for row in ChannelConnection.objects.all() for value in (row.secret, row.token) if value}
    assert len(hidden) == (4 if is_telegram_new else 3)
    contact = arrive(whatsapp).contact
    pages = [LIST, "/inbox/messages", f"/inbox/messages/{contact.pk}", f"/contacts/{contact.pk}", "/settings/profile"]
    pages += [f"{LIST}/{channel}{rest}" for channel in CHANNELS for rest in ("", "/disconnect")]
    for path in pages:
        html = unescape(html_of(browser.get(path)))
        assert [value for value in hidden if value in html] == [], path
    faulty = html_of(save(browser, "whatsapp", address="x", secret=SECRET, token=WHATSAPP_TOKEN), 422)
    assert SECRET not in faulty and WHATSAPP_TOKEN not in faulty


# --- Trying it


def tried(browser, channel):
    response = browser.post(f"{LIST}/{channel}/test")
    assert (response.status_code, response["Location"]) == (302, f"{LIST}/{channel}")
    return said(browser, response)


def test_whatsapp_says_which_number_it_is(browser, whatsapp, peer):
    assert tried(browser, "whatsapp") == [("success", "WhatsApp knows this number: Agence du Port +33 4 91 55 50 12.")]
    query = {"fields": ["display_phone_number,verified_name"]}
    assert peer.seen == [Seen("GET", f"/{VERSION}/{PHONE_ID}", query, f"Bearer {WHATSAPP_TOKEN}", None)]


def test_telegram_is_told_where_to_bring_the_messages(browser, settings, telegram, peer):
    settings.SITE_URL = "https://desk.example.com"
    name = "@agence_bot"
    assert tried(browser, "telegram") == [
        ("success", f"Telegram knows this bot, {name}, and delivers its messages here from now on.")
    ]
    hook = {
        "url": f"https://desk.example.com/channels/telegram/{telegram.key}",
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message"],
        "max_connections": 10,
    }
    assert [(seen.path, seen.body) for seen in peer.seen] == [
        (f"/bot{BOT_TOKEN}/getMe", {}),
        (f"/bot{BOT_TOKEN}/setWebhook", hook),
    ]


def test_telegrams_word_on_an_address_without_https(browser, settings, telegram, peer):
    settings.SITE_URL = "http://desk.example.com"
    assert tried(browser, "telegram") == [
        (
            "error",
            "That did not work: Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
        )
    ]


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("whatsapp", "Invalid OAuth access token - Cannot parse access token (190)"),
        ("telegram", "Unauthorized"),
    ],
)
def test_a_refused_token_is_said_in_the_providers_words(browser, pro, peer, channel, reason):
    connect(pro, channel, token=OTHER_TOKEN[channel])
    assert tried(browser, channel) == [("error", f"That did not work: {reason}")]


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("whatsapp", "The access token or the phone number ID is missing."),
        ("telegram", "The bot&#x27;s token is missing."),
    ],
)
def test_without_a_token_nobody_is_called(browser, pro, peer, channel, reason):
    connect(pro, channel)
    ChannelConnection.objects.update(token="")
    assert tried(browser, channel) == [("error", f"That did not work: {reason}")]
    assert peer.seen == []


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_a_provider_that_is_broken_or_gone(browser, pro, peer, channel):
    connect(pro, channel)
    peer.answer_with(503, b"<h1>no</h1>")
    assert tried(browser, channel) == [("error", "That did not work: The provider answered 503.")]
    peer.stop()
    assert tried(browser, channel) == [
        ("error", "That did not work: The provider cannot be reached (ConnectionRefusedError).")
    ]


@pytest.mark.parametrize(
    ("channel", "answer"),
    [
        ("whatsapp", {"verified_name": "<script>x</script>", "display_phone_number": "<b>1"}),
        ("telegram", {"ok": True, "result": {"username": "<script>x</script>"}}),
        ("whatsapp", {"error": {"message": "<script>x</script>", "code": 1}}),
        ("telegram", {"ok": False, "description": "<script>x</script>"}),
    ],
)
def test_what_a_provider_says_stays_text(browser, pro, peer, channel, answer):
    connect(pro, channel)
    peer.answer_with(200, answer)
    [(_level, words)] = tried(browser, channel)
    assert "<script>" not in words and "&lt;script&gt;x" in words


def test_a_test_mail_goes_to_the_channels_own_address_and_is_no_message(browser, pro, nobody, letterbox, work_tasks):
    assert tried(browser, "email") == [
        (
            "success",
            "A test e-mail was sent to port@in.example.com. When it comes back, it shows as the last message received.",
        )
    ]
    [sent] = mail.outbox
    assert (sent.to, sent.reply_to, sent.subject) == (
        ["port@in.example.com"],
        ["port@in.example.com"],
        "Test of your e-mail channel",
    )
    assert "Vestibule sent this to port@in.example.com to test the channel." in sent.body
    # The mail server brings it, as it brings every mail to that address.
    raw = sent.message().as_bytes()
    deliver(nobody, letterbox, raw, "message/rfc822", headers=proof("mime", raw, SECRET))
    work_tasks()
    assert ContactMessage.objects.count() == 0
    assert "Last message received" in html_of(browser.get(f"{LIST}/email"))


def test_a_test_is_a_post_of_a_channel_that_there_is(browser, user, whatsapp, peer):
    assert browser.get(f"{LIST}/whatsapp/test").status_code == 405
    for channel in ("telegram", "email", "fax"):
        assert browser.post(f"{LIST}/{channel}/test").status_code == 404
    assert (peer.seen, mail.outbox) == ([], [])


# --- Disconnecting


def test_disconnecting_is_asked_first_and_forgets_the_keys(browser, pro, nobody, whatsapp):
    message = arrive(whatsapp)
    html = html_of(browser.get(f"{LIST}/whatsapp/disconnect"))
    assert "Disconnect WhatsApp?" in html and "All conversations stay." in html
    assert browser.head(f"{LIST}/whatsapp/disconnect").status_code == 200
    assert stored("whatsapp", pro)["secret"] == SECRET
    response = browser.post(f"{LIST}/whatsapp/disconnect")
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert said(browser, response) == [("success", "WhatsApp is disconnected.")]
    found = ChannelConnection.objects.get()
    assert stored("whatsapp", pro) == {
        "provider": "whatsapp",
        "address": PHONE_ID,
        "secret": "",
        "token": "",
        "is_active": False,
    }
    assert found.key != whatsapp.key
    assert rows(html_of(browser.get(LIST)))[0] == "WhatsApp Not connected Connect WhatsApp"
    for key in (whatsapp.key, found.key):
        assert nobody.post(f"/channels/whatsapp/{key}", b"{}", content_type="application/json").status_code == 404
    assert "Is it free?" in html_of(browser.get(f"/inbox/messages/{message.contact_id}"))


def test_what_was_disconnected_is_connected_anew(browser, pro, whatsapp):
    browser.post(f"{LIST}/whatsapp/disconnect")
    html = html_of(browser.get(f"{LIST}/whatsapp"))
    assert fields(html) == {"address": PHONE_ID, "secret": "", "token": "", "is_active": "on"}
    assert "Kept" not in html and "Webhook address" not in html
    save(browser, "whatsapp", **GIVEN["whatsapp"])
    assert stored("whatsapp", pro) == {**SETTINGS["whatsapp"], "provider": "whatsapp", "is_active": True}


# --- Whose they are


def everything():
    yield LIST, ["get", "head"]
    for channel in CHANNELS:
        yield f"{LIST}/{channel}", ["get", "head", "post"]
        yield f"{LIST}/{channel}/test", ["post"]
        yield f"{LIST}/{channel}/disconnect", ["get", "head", "post"]


def test_a_channel_that_there_is_not_is_404(browser, user):
    for path in ("fax", "sms", "phone"):
        for rest in ("", "/test", "/disconnect"):
            for method in ("get", "post"):
                status = getattr(browser, method)(f"{LIST}/{path}{rest}").status_code
                assert status == (405 if (rest, method) == ("/test", "get") else 404)


def test_why_the_last_call_brought_nothing_is_shown(browser, pro, whatsapp):
    store_delivery(whatsapp, b"1", "application/json")
    ChannelDelivery.objects.update(error="It is for another phone number, with the ID 777.")
    said = "last call brought no message. It is for another phone number, with the ID 777."
    assert said in html_of(browser.get(f"{LIST}/whatsapp"))
    store_delivery(whatsapp, b"2", "application/json")
    assert "brought no message" not in html_of(browser.get(f"{LIST}/whatsapp"))


def test_another_pros_channels_are_neither_shown_nor_touched(browser, other_user, pro, peer):
    for channel in CHANNELS:
        connect(other_user.pro, channel, **({"address": "42"} if channel == "whatsapp" else {}))
    before = list(ChannelConnection.objects.order_by("pk").values())
    assert [row.split()[1:3] for row in rows(html_of(browser.get(LIST)))] == [["Not", "connected"]] * 3
    for channel in CHANNELS:
        assert all(row["key"] not in html_of(browser.get(f"{LIST}/{channel}")) for row in before)
        for action in ("test", "disconnect"):
            assert browser.post(f"{LIST}/{channel}/{action}").status_code == 404
        assert save(browser, channel, **GIVEN[channel]).status_code == 302
        assert browser.post(f"{LIST}/{channel}/disconnect").status_code == 302
    assert list(ChannelConnection.objects.for_pro(other_user.pro).order_by("pk").values()) == before
    assert (ChannelConnection.objects.for_pro(pro).count(), mail.outbox) == (3, [])
    # The owner's own bot alone was told of its address.
    theirs = [row["key"] for row in before]
    (hook,) = peer.bodies("setWebhook")
    assert hook["url"].rpartition("/")[2] not in theirs


def test_nobody_is_sent_to_sign_in_and_a_gated_pro_to_the_identity_page(nobody, browser, pro, whatsapp, peer):
    pro.cni_required = True
    pro.save()
    before = list(ChannelConnection.objects.values())
    for path, methods in everything():
        for method in methods:
            data = GIVEN.get(path.rpartition("/")[2], {}) if method == "post" else None
            assert getattr(nobody, method)(path, data)["Location"].startswith("/sign-in?next=")
            assert getattr(browser, method)(path, data)["Location"] == "/settings/identity"
    assert (list(ChannelConnection.objects.values()), peer.seen) == (before, [])


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_the_pages_are_in_the_readers_language(browser, user, whatsapp, telegram, letterbox, language):
    user.language = language
    user.save()
    for path, methods in everything():
        if "get" in methods:
            assert f'<html lang="{language}">' in html_of(browser.get(path))
    assert f'<html lang="{language}">' in html_of(save(browser, "whatsapp", address="x"), 422)


def test_an_address_in_the_form_stays_text(browser, user):
    html = html_of(save(browser, "email", provider="mime", address='"><script>x</script>', secret=SECRET), 422)
    assert "<script>x" not in html and "&lt;script&gt;x" in html


def test_a_channel_is_not_tried_without_end(browser, monkeypatch, letterbox):
    """Whoever enters somebody else's address could have it filled with tests."""
    monkeypatch.setattr(channels.TESTS, "times", 2)
    answers = [tried(browser, "email") for _ in range(3)]
    assert answers[2] == [("error", "Too many tries. Try again in an hour.")] != answers[1]
    assert len(mail.outbox) == 2
