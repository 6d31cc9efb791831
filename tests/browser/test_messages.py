"""From a message that somebody writes by WhatsApp to the pro's answer on their phone, in a real browser."""

import json
import re
import time

import pytest
import requests
from playwright.sync_api import expect

from contacts.models import ChannelConnection, Contact, ContactMessage
from tests.contacts.channels.payloads import path, proof, text, whatsapp
from tests.contacts.channels.peer import PHONE_ID, WHATSAPP_TOKEN, fault
from tests.contacts.messaging import SECRET, arrive, connect, peer

from .conftest import WIDE, on_both_widths, on_one_width, with_and_without_javascript

__all__ = ["peer"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user(user):
    """The owner, whose answers leave at once."""
    user.undo_seconds = 0
    user.save()
    return user


@pytest.fixture
def channel(user):
    return connect(user.pro, "whatsapp")


def bring(live_server, channel, words, number):
    """Meta's call about a message that somebody has just written."""
    payload = whatsapp(text(words, id=f"wamid.in.{number}", timestamp=str(int(time.time()))))
    body = json.dumps(payload).encode()
    headers = {"Content-Type": "application/json", **proof("whatsapp", body, SECRET)}
    answer = requests.post(live_server.url + path(channel), body, headers=headers, timeout=20)
    assert (answer.status_code, answer.text) == (200, "OK")


def letter(page, words):
    return page.locator("#thread .bubble", has_text=words)


def look_again(page):
    """Do now what happens every 15 seconds, until it has settled: before that htmx knows nothing of its buttons."""
    source = "{source: '#thread', target: '#thread', swap: 'outerHTML'}"
    ask = f"htmx.ajax('GET', htmx.find('#thread').getAttribute('hx-get'), {source})"
    page.evaluate(
        f"new Promise((done) => {{ addEventListener('htmx:afterSettle', () => done(), {{once: true}}); {ask}; }})"
    )


@with_and_without_javascript
def test_from_a_message_to_the_answer(enter, live_server, channel, peer, work_tasks, size, has_javascript):
    bring(live_server, channel, "Bonjour, c'est libre ?", 1)
    work_tasks()
    page = enter("/inbox", java_script_enabled=has_javascript, **size)
    row = page.locator(".row", has_text="Inès Marchand")
    expect(row).to_contain_text("Bonjour, c'est libre ?")
    row.click()
    page.get_by_role("heading", name="Inès Marchand").wait_for()
    contact = Contact.objects.get()
    expect(page).to_have_url(re.compile(str(contact.pk)))
    expect(letter(page, "Bonjour, c'est libre ?")).to_be_visible()

    page.get_by_label("Your message").fill("Oui, à dix heures.")
    page.get_by_role("button", name="Send", exact=True).click()
    answer = letter(page, "Oui, à dix heures.")
    expect(answer).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("")
    work_tasks()
    assert [(body["to"], body["text"]["body"]) for body in peer.bodies("messages")] == [
        ("33612345678", "Oui, à dix heures.")
    ]
    look_again(page) if has_javascript else page.reload()
    expect(answer).to_contain_text("Sent")
    found = ContactMessage.objects.get(state="sent")
    assert (found.text, found.external_id) == ("Oui, à dix heures.", "wamid.1")


@on_one_width
def test_an_answer_that_fails_is_sent_again(enter, channel, peer, work_tasks, has_javascript):
    contact = arrive(channel).contact
    peer.answer_with(400, fault(131047, "(#131047) Re-engagement message", "More than 24 hours have passed"))
    page = enter(f"/inbox/{contact.pk}", java_script_enabled=has_javascript, **WIDE)
    page.get_by_label("Your message").fill("Yes.")
    page.get_by_role("button", name="Send", exact=True).click()
    answer = letter(page, "Yes.")
    expect(answer).to_contain_text("Sending…")
    work_tasks()
    look_again(page) if has_javascript else page.reload()
    expect(answer).to_contain_text("Failed: They last wrote more than 24 hours ago.")
    peer.recover()
    answer.get_by_role("button", name="Try again").click()
    expect(answer).to_contain_text("Sending…")
    work_tasks()
    look_again(page) if has_javascript else page.reload()
    expect(answer).to_contain_text("Sent")
    assert [message.text for message in ContactMessage.objects.filter(state="sent")] == ["Yes."]
    expect(letter(page, "Yes.")).to_have_count(1)


def test_an_open_conversation_shows_what_comes_in_by_itself(enter, live_server, channel, work_tasks):
    bring(live_server, channel, "First", 1)
    work_tasks()
    contact = Contact.objects.get()
    page = enter("/inbox", **WIDE)
    page.clock.install()
    page.goto(f"/inbox/{contact.pk}")
    page.get_by_label("Your message").fill("Half a sentence")
    for number, words in enumerate(("Second", "Third"), start=2):
        bring(live_server, channel, words, number)
        work_tasks()
        page.clock.fast_forward(15_000)  # milliseconds
        expect(letter(page, words)).to_be_visible()
    expect(page.locator("#thread .words")).to_have_text(["First", "Second", "Third"])
    expect(page.get_by_label("Your message")).to_have_value("Half a sentence")


def test_what_is_refused_stays_typed(enter, channel):
    contact = arrive(channel).contact
    page = enter(f"/inbox/{contact.pk}", **WIDE)
    page.get_by_label("Your message").fill("x" * 4097)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Use at most 4096 characters for this channel.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value("x" * 4097)


def test_by_keyboard_an_answer_is_sent_and_the_next_one_begun(enter, channel, peer, work_tasks):
    contact = arrive(channel).contact
    peer.answer_with(400, fault(131026, "Message undeliverable"))
    page = enter(f"/inbox/{contact.pk}", **WIDE)
    page.get_by_label("Your message").fill("Yes.")
    page.get_by_label("Your message").press("Control+Enter")
    expect(letter(page, "Yes.")).to_contain_text("Sending…")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("Sent to Inès.")
    work_tasks()
    look_again(page)
    letter(page, "Yes.").get_by_role("button", name="Try again").press("Enter")
    expect(letter(page, "Yes.")).to_contain_text("Sending…")
    expect(page.get_by_role("heading", name="Inès")).to_be_focused()
    assert ContactMessage.objects.filter(text="Yes.").count() == 1


def test_a_lost_connection_is_said_and_keeps_what_was_typed(enter, channel):
    contact = arrive(channel).contact
    page = enter(f"/inbox/{contact.pk}", **WIDE)
    page.get_by_label("Your message").fill("A long answer")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("Something went wrong.").wait_for()
    expect(page.get_by_label("Your message")).to_have_value("A long answer")
    page.context.set_offline(False)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(letter(page, "A long answer")).to_contain_text("Sending…")
    expect(page.get_by_text("Something went wrong.")).to_be_hidden()
    assert ContactMessage.objects.filter(state="scheduled").count() == 1


@on_one_width
def test_a_message_is_written_from_the_contacts_page(enter, channel, has_javascript):
    contact = arrive(channel).contact
    page = enter(f"/contacts/{contact.pk}", java_script_enabled=has_javascript, **WIDE)
    page.get_by_label("Your message").fill("Yes.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#thread .bubble", has_text="Yes.")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/contacts/{contact.pk}(#composer)?$"))


@on_both_widths()
def test_a_channel_is_set_up_tried_and_disconnected(enter, user, live_server, peer, work_tasks, size, has_javascript):
    page = enter("/settings/profile", java_script_enabled=has_javascript, **size)
    page.get_by_role("link", name="Channels", exact=True).click()
    page.get_by_role("link", name="Connect WhatsApp").click()
    page.get_by_label("Phone number ID").fill("+33 4 91 55 50 12")
    page.get_by_label("App secret").fill(SECRET)
    page.get_by_role("button", name="Save").click()
    field = page.get_by_label("Phone number ID")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("A phone number ID has only digits")).to_be_visible()

    field.fill(PHONE_ID)
    page.get_by_label("App secret").fill(SECRET)
    page.get_by_label("Access token").fill("EAAB-another")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    found = ChannelConnection.objects.get()
    expect(page.locator("#url")).to_have_text(found.webhook_url)
    expect(page.get_by_label("App secret")).to_have_value("")

    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("That did not work: Invalid OAuth access token")).to_be_visible()
    page.get_by_label("Access token").fill(WHATSAPP_TOKEN)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("WhatsApp knows this number: Agence du Port +33 4 91 55 50 12.")).to_be_visible()
    expect(page.get_by_text("Nothing received yet")).to_be_visible()

    bring(live_server, found, "Bonjour", 1)
    work_tasks()
    page.reload()
    expect(page.get_by_text("Last message received")).to_be_visible()
    page.get_by_role("link", name="Disconnect").click()
    page.get_by_role("heading", name="Disconnect WhatsApp?").wait_for()
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_text("WhatsApp is disconnected.").wait_for()
    page.get_by_role("link", name="Connect WhatsApp").wait_for()
    assert ChannelConnection.objects.get().secret == ""
    assert Contact.objects.get().name == "Inès Marchand"


def test_the_address_is_copied(enter, channel):
    page = enter("/settings/channels/whatsapp", permissions=["clipboard-read", "clipboard-write"], **WIDE)
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == channel.webhook_url
