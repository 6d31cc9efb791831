"""The settings pages of the channels, as tests read them."""

from typing import Any

from config.accounts.models import Pro
from contacts.models import ChannelConnection

from ...pages import Form, Page
from ..messaging import SECRET
from .peer import BOT_TOKEN, PHONE_ID, WHATSAPP_TOKEN

LIST = "/settings/channels"
CHANNELS = ["whatsapp", "telegram", "email"]
# What a Pro enters for each channel.
ENTERED = {
    "whatsapp": {"address": PHONE_ID, "secret": SECRET, "token": WHATSAPP_TOKEN},
    "telegram": {"token": BOT_TOKEN},
    "email": {"provider": "mime", "address": "port@in.example.com", "secret": SECRET},
}
OTHER_TOKEN = {"whatsapp": "EAAB-another", "telegram": "42:another"}


def rows(page: Page) -> list[str]:
    """Texts of the channels in the list, without times."""
    return page.without("time").texts("ul.rows > li")


def set_up_form(page: Page) -> Form:
    return page.form('form[aria-labelledby="set-up-title"]')


def errors(page: Page) -> dict[str, str]:
    """{field: its errors}"""
    lists = set_up_form(page).all("ul.errorlist")
    return {item["id"].removeprefix("id_").removesuffix("_error"): item.text for item in lists}


def save(browser: Any, channel: str, **fields: Any) -> Any:
    return browser.post(f"{LIST}/{channel}", {"is_active": "on", **fields})


def stored(channel: str, pro: Pro) -> dict[str, Any]:
    [row] = ChannelConnection.objects.for_pro(pro).filter(channel=channel).values()
    return {name: row[name] for name in ("provider", "address", "secret", "token", "is_active")}


def messages(browser: Any, response: Any) -> list[tuple[str, str]]:
    """(level, text) of each message on the page that a response leads to."""
    shown = Page(browser.get(response["Location"])).one("#messages").all("p")
    return [(message.classes[-1].removeprefix("message-"), message.text) for message in shown]


def press_test(browser: Any, channel: str) -> list[tuple[str, str]]:
    """Press the button that tests a connection; returns the messages."""
    response = browser.post(f"{LIST}/{channel}/test")
    assert (response.status_code, response["Location"]) == (302, f"{LIST}/{channel}")
    return messages(browser, response)
