"""/settings/channels/{channel}/disconnect: ending a connection."""

from contacts.models import ChannelConnection

from ...pages import Page
from ..messaging import SECRET, SETTINGS, arrive
from .peer import PHONE_ID
from .settings_pages import ENTERED, LIST, messages, rows, save, set_up_form, stored


def test_disconnecting_asks_first_and_deletes_the_keys(browser, pro, nobody, whatsapp):
    message = arrive(whatsapp)
    page = Page(browser.get(f"{LIST}/whatsapp/disconnect"))
    assert page.one("form.card h2").text == "Disconnect WhatsApp?"
    assert "All conversations stay." in page.one("form.card").text
    head = browser.head(f"{LIST}/whatsapp/disconnect")
    assert (head.status_code, head.content, stored("whatsapp", pro)["secret"]) == (200, b"", SECRET)

    response = browser.post(f"{LIST}/whatsapp/disconnect")
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert messages(browser, response) == [("success", "WhatsApp is disconnected.")]
    emptied = {"secret": "", "token": "", "is_active": False}
    assert stored("whatsapp", pro) == {"provider": "whatsapp", "address": PHONE_ID, **emptied}
    assert rows(Page(browser.get(LIST)))[0] == "WhatsApp Not connected Connect WhatsApp"
    key = ChannelConnection.objects.get().key
    assert key != whatsapp.key
    paths = [f"/channels/whatsapp/{address}" for address in (whatsapp.key, key)]
    assert [nobody.post(path, b"{}", content_type="application/json").status_code for path in paths] == [404] * 2
    assert Page(browser.get(f"/inbox/{message.contact_id}")).texts(".bubble .words") == ["Is it free?"]


def test_ended_connection_is_connected_again(browser, pro, whatsapp):
    browser.post(f"{LIST}/whatsapp/disconnect")
    page = Page(browser.get(f"{LIST}/whatsapp"))
    form = set_up_form(page)
    assert form.fields == {"address": PHONE_ID, "business_id": "", "secret": "", "token": "", "is_active": "on"}
    assert (form.all("[placeholder]"), page.texts("code")) == ([], [])
    save(browser, "whatsapp", **ENTERED["whatsapp"])
    assert stored("whatsapp", pro) == {**SETTINGS["whatsapp"], "provider": "whatsapp", "is_active": True}
