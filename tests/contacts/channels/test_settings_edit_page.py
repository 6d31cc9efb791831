"""/settings/channels/{channel}: setting up a connection."""

import pytest

from contacts.conversations.receiving import store_delivery
from contacts.models import ChannelConnection, ChannelDelivery

from ...pages import Page
from ..messaging import SECRET, SETTINGS, connect
from .settings_pages import CHANNELS, ENTERED, LIST, OTHER_TOKEN, errors, messages, save, set_up_form, stored

NOT_A_NUMBER_ID = "A phone number ID has only digits; Meta shows it beside the number."
NOT_PRINTABLE = "Use letters without accents, digits and symbols, without spaces."
NOT_A_TOKEN = "This is not a bot's token. A token from BotFather begins with a number."


@pytest.mark.parametrize(
    ("channel", "fields"),
    [
        ("whatsapp", {"address": "", "business_id": "", "secret": "", "token": "", "is_active": "on"}),
        ("telegram", {"token": "", "is_active": "on"}),
        ("email", {"provider": "mailgun", "address": "", "secret": "", "is_active": "on"}),
    ],
)
def test_new_channel_asks_for_the_providers_details(browser, user, channel, fields):
    page = Page(browser.get(f"{LIST}/{channel}"))
    assert set_up_form(page).fields == fields
    assert (page.texts("h3"), page.texts("code")) == (["1. Details from the provider"], [])
    head = browser.head(f"{LIST}/{channel}")
    assert (head.status_code, head.content) == (200, b"")
    assert ChannelConnection.objects.count() == 0


@pytest.mark.parametrize("channel", CHANNELS)
def test_entered_details_are_saved(browser, pro, channel, peer, settings):
    settings.SITE_URL = "https://desk.example.com"
    padded = {name: value if name == "provider" else f" {value} " for name, value in ENTERED[channel].items()}
    response = save(browser, channel, **padded)
    assert (response.status_code, response["Location"]) == (302, f"{LIST}/{channel}")
    tested = [("success", "Telegram knows this bot, @agence_bot, and delivers its messages here from now on.")]
    assert messages(browser, response) == [("success", "Saved."), *(tested if channel == "telegram" else [])]
    connection = stored(channel, pro)
    # The secret that Telegram repeats is generated.
    secret = connection["secret"] if channel == "telegram" else SECRET
    usual = {"provider": channel, "address": "", "token": "", "is_active": True}
    assert connection == {**usual, **ENTERED[channel], "secret": secret}
    assert len(secret) >= 16


@pytest.mark.parametrize("channel", CHANNELS)
def test_empty_secret_keeps_the_saved_one_which_is_not_shown(browser, pro, channel):
    connection = connect(pro, channel)
    form = set_up_form(Page(browser.get(f"{LIST}/{channel}")))
    shown = {name: value for name, value in SETTINGS[channel].items() if name not in ("secret", "token")}
    assert {name: value for name, value in form.fields.items() if value} == {**shown, "is_active": "on"}
    placeholders = ["Saved; type to replace it"] * (2 if channel == "whatsapp" else 1)
    assert form.values("input[type=password]", "placeholder") == placeholders
    response = save(browser, channel, **form.fields)
    assert (response.status_code, response["Location"]) == (302, f"{LIST}/{channel}")
    usual = {"provider": channel, "address": "", "token": "", "is_active": True}
    assert stored(channel, pro) == {**usual, **SETTINGS[channel]}
    # The address at the provider stays valid.
    assert ChannelConnection.objects.get().key == connection.key


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_another_token_replaces_the_saved_one(browser, pro, channel):
    connect(pro, channel)
    save(browser, channel, **{**ENTERED[channel], "token": OTHER_TOKEN[channel], "secret": ""})
    connection = stored(channel, pro)
    assert (connection["token"], connection["secret"]) == (OTHER_TOKEN[channel], SECRET)


def test_channel_is_switched_off_and_on(browser, pro, nobody, letterbox):
    entered = {**ENTERED["email"], "secret": ""}
    browser.post(f"{LIST}/email", entered)
    assert stored("email", pro) == {**SETTINGS["email"], "token": "", "is_active": False}
    page = Page(browser.get(f"{LIST}/email"))
    assert ("is_active" in set_up_form(page).fields, page.texts(".tag")) == (False, ["Switched off"])
    path = f"/channels/email/{letterbox.key}"
    assert nobody.post(path, b"", content_type="message/rfc822").status_code == 404
    browser.post(f"{LIST}/email", {**entered, "is_active": "on"})
    assert stored("email", pro)["is_active"] is True
    assert nobody.post(path, b"", content_type="message/rfc822").status_code == 403


@pytest.mark.parametrize(
    ("channel", "entered", "expected"),
    [
        (
            "whatsapp",
            {"address": "+33 4 91", "secret": "pässword", "token": "two words"},
            {"address": NOT_A_NUMBER_ID, "secret": NOT_PRINTABLE, "token": NOT_PRINTABLE},
        ),
        ("whatsapp", {"address": "", "secret": SECRET}, {"address": NOT_A_NUMBER_ID}),
        (
            "whatsapp",
            {"address": "1" * 255, "secret": "x" * 501, "token": "x" * 1001},
            {
                "address": "Ensure this value has at most 254 characters (it has 255).",
                "secret": "Ensure this value has at most 500 characters (it has 501).",
                "token": "Ensure this value has at most 1000 characters (it has 1001).",
            },
        ),
        ("telegram", {"token": "my bot's token"}, {"token": f"{NOT_PRINTABLE} {NOT_A_TOKEN}"}),
        ("telegram", {"token": "nonsense"}, {"token": NOT_A_TOKEN}),
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
def test_errors_are_shown_by_field_and_nothing_is_saved(browser, pro, channel, entered, expected):
    page = Page(save(browser, channel, **entered), 422)
    assert errors(page) == expected
    assert ChannelConnection.objects.count() == 0
    # Entered values stay, except secrets.
    fields = set_up_form(page).fields
    if "\0" not in entered.get("address", ""):
        assert fields.get("address", "") == entered.get("address", "")
    assert (fields.get("secret", ""), fields.get("token", "")) == ("", "")


def test_error_changes_nothing_of_a_connection(browser, pro, whatsapp):
    page = Page(save(browser, "whatsapp", address="x", secret="another", token="another"), 422)
    assert errors(page) == {"address": NOT_A_NUMBER_ID}
    assert page.one("#url").text == whatsapp.webhook_url
    assert stored("whatsapp", pro) == {**SETTINGS["whatsapp"], "provider": "whatsapp", "is_active": True}


def test_other_fields_cannot_be_set(browser, pro, other_user):
    more = {"key": "k" * 48, "pro": other_user.pro.pk, "channel": "email", "last_received_at": "2026-01-01"}
    more |= {"secret": "mine", "address": "x", "provider": "mime", "is_active": "on"}
    browser.post(f"{LIST}/telegram", {**ENTERED["telegram"], **more})
    [connection] = ChannelConnection.objects.all()
    assert (connection.pro, connection.channel, connection.provider) == (pro, "telegram", "telegram")
    assert (connection.address, connection.last_received_at) == ("", None)
    assert connection.key != "k" * 48 and connection.secret != "mine"


def test_pro_has_one_connection_of_a_channel(browser, pro):
    for address in ("1", "2"):
        save(browser, "whatsapp", **{**ENTERED["whatsapp"], "address": address})
    assert stored("whatsapp", pro)["address"] == "2"


@pytest.mark.django_db(transaction=True)
def test_concurrent_saves_create_one_connection(browser, pro, at_once):
    answers = at_once(4, lambda n: save(browser, "whatsapp", **{**ENTERED["whatsapp"], "address": str(n)}).status_code)
    assert answers == [302] * 4
    assert stored("whatsapp", pro)["address"] in "0123"


def test_entered_markup_stays_text(browser, user):
    entered = '"><script>x</script>'
    page = Page(save(browser, "email", provider="mime", address=entered, secret=SECRET), 422)
    assert set_up_form(page).fields["address"] == entered
    assert [script for script in page.texts("script") if script == "x"] == []


def test_error_of_the_last_call_is_shown(browser, whatsapp):
    def shown():
        return Page(browser.get(f"{LIST}/whatsapp")).one('section[aria-labelledby="address-title"]').texts(".message")

    store_delivery(whatsapp, b"1", "application/json")
    ChannelDelivery.objects.update(error="It is for another phone number, with the ID 777.")
    assert shown() == ["The provider's last call brought no message. It is for another phone number, with the ID 777."]
    store_delivery(whatsapp, b"2", "application/json")
    assert shown() == []


# --- The address at the provider


def test_address_and_verify_token_are_those_that_meta_checks(browser, nobody, settings, whatsapp):
    page = Page(browser.get(f"{LIST}/whatsapp"))
    url, verify_token = page.one("#url").text, page.one("#verify").text
    assert url == f"{settings.SITE_URL}/channels/whatsapp/{whatsapp.key}"
    assert page.values("button[data-copy]", "data-copy") == ["url", "verify"]
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": "1158201444"}
    response = nobody.get(url.removeprefix(settings.SITE_URL), query)
    assert (response.status_code, response.content) == (200, b"1158201444")


@pytest.mark.parametrize(
    ("provider", "site"),
    [
        ("mailgun", "https://desk.example.com"),
        ("mime", "https://desk.example.com"),
        ("postmark", "https://vestibule:PASSWORD@desk.example.com"),
    ],
)
def test_address_of_each_provider_of_e_mail(browser, pro, settings, provider, site):
    settings.SITE_URL = "https://desk.example.com"
    connection = connect(pro, "email", provider=provider)
    assert Page(browser.get(f"{LIST}/email")).one("#url").text == f"{site}/channels/email/{connection.key}"


def test_address_of_a_telegram_bot(browser, settings, telegram):
    section = Page(browser.get(f"{LIST}/telegram")).one('section[aria-labelledby="address-title"]')
    assert section.one("#url").text == f"{settings.SITE_URL}/channels/telegram/{telegram.key}"
    assert "Nothing to enter: the button below gives Telegram this address" in section.text
