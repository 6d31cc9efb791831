"""Messages on a contact's page: the conversation in the timeline, and the form of a new message."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.channels.message import File, Media
from contacts.conversations.sending import fail_message
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactMessage, ContactNote
from contacts.timeline import SIZE

from .contact_pages import EARLIER, contact_page, earlier_query, letters
from .messaging import arrive


@pytest.fixture
def user(user):
    """The owner, whose answers leave at once."""
    user.undo_seconds = 0
    user.save()
    return user


@pytest.fixture
def jane(contact):
    return contact(name="Jane <b>", email="jane@example.org", phone="+33612345678")


def message_form(page):
    """The channel, and the form; None when no message can be written."""
    return (
        (page.one(".composer-message .composer-way").text, page.form("#message-form"))
        if page.has("#message-form")
        else None
    )


def test_the_conversation_is_part_of_the_timeline(browser, user, whatsapp, letterbox, jane):
    jane.hold_identities()
    at = timezone.now() - timedelta(hours=1)
    known = {"email": jane.email, "identities": (("email", jane.email),), "address": jane.email}
    files = (File("plan.pdf", b"%PDF-1.7\n%%EOF\n"),)
    letter = arrive(letterbox, "See here", subject="Plan", quoted="> before", files=files, sent_at=at, **known)
    ContactNote.objects.add_note(jane, "Nice voice.", by=user)
    voice = arrive(whatsapp, "", media=(Media("voice"),), phone=jane.phone, identities=(("phone", jane.phone),))
    sent = write_message(jane, "Yes", channel="whatsapp", by=user)
    fail_message(sent, "Unknown")
    arrive(whatsapp, "Secret", who="Somebody else")
    assert {letter.contact, voice.contact} == {jane}
    page = contact_page(browser, jane)
    assert letters(page) == [
        ("bubble bubble-own", "WhatsApp Olive Owner Yes Failed: Unknown Try again"),
        ("bubble", "WhatsApp Jane <b> as “Inès” 06 12 34 56 78 Voice message: open WhatsApp to view it"),
        (
            "bubble",
            "E-mail Jane <b> as “Inès” jane@example.org Plan See here plan.pdf 15 bytes Quoted history > before",
        ),
    ]
    file = page.one(f'#thread a[href="/inbox/messages/{jane.pk}/files/{letter.files.get().pk}"]')
    assert file.text == "plan.pdf"
    # A retry leads to the thread.
    assert page.one('form[action$="/again"]')["action"] == f"/inbox/{jane.pk}/{sent.pk}/again"
    kinds = [item.classes[1] for item in page.all("#thread > .thread > :is(.bubble, .request-letter, .note)")]
    assert kinds == ["bubble", "note", "bubble", "bubble"]


def test_the_contacts_page_does_not_mark_messages_as_read(browser, whatsapp):
    contact = arrive(whatsapp).contact
    assert [text for _classes, text in letters(contact_page(browser, contact))] == ["WhatsApp Inès Is it free?"]
    contact.refresh_from_db()
    assert contact.unread_count == 1


def test_a_message_is_written_from_the_contacts_page(browser, user, whatsapp):
    contact = arrive(whatsapp).contact
    page = contact_page(browser, contact)
    label, form = message_form(page)
    assert label.startswith("WhatsApp")
    response = browser.post(form.action, {**form.fields, "text": "Yes"})
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{contact.pk}#composer")
    [sent] = ContactMessage.objects.filter(state="scheduled")
    assert (sent.contact, sent.text, sent.channel, sent.author) == (contact, "Yes", "whatsapp", user)
    assert letters(contact_page(browser, contact))[0] == ("bubble bubble-own", "WhatsApp Olive Owner Yes Sending…")


def test_a_contact_with_an_email_can_be_written_to_first(browser, letterbox, jane, contact):
    label, _form = message_form(contact_page(browser, jane))
    assert label.startswith("E-mail")
    assert message_form(contact_page(browser, contact(name="Phone", email="", phone="+33612345679"))) is None
    assert message_form(contact_page(browser, contact(name="Machine", email="no-reply@example.org"))) is None


def test_one_of_several_reply_channels_is_chosen(browser, whatsapp, telegram):
    contact = arrive(whatsapp).contact
    address = contact.identities.get().external_id
    arrive(telegram, identities=(("telegram", "7"), ("whatsapp", address)), address="7")
    form = contact_page(browser, contact).form("#message-form")
    assert form.values("[name=channel] option", "value") == ["telegram", "whatsapp"]
    assert form.fields["channel"] == "telegram"


@pytest.mark.parametrize("reason", ["no channel", "disconnected", "archived"])
def test_without_a_reply_channel_there_is_no_form(browser, user, jane, whatsapp, reason):
    contact = jane if reason == "no channel" else arrive(whatsapp).contact
    # Whoever has an address can be written to.
    Contact.objects.filter(pk=jane.pk).update(email="")
    if reason == "disconnected":
        whatsapp.disconnect()
    if reason == "archived":
        contact.archive(by=user)
    page = contact_page(browser, contact)
    assert (message_form(page), "You cannot answer" in page.text) == (None, reason != "archived")
    assert len(letters(page)) == (reason != "no channel")


def test_messages_come_in_pages_of_the_timeline(browser, whatsapp):
    at = timezone.now() - timedelta(hours=1)
    for n in range(SIZE + 3):
        contact = arrive(whatsapp, f"Text {n:02}", sent_at=at + timedelta(seconds=n)).contact
    page = contact_page(browser, contact)
    earlier = contact_page(browser, contact, earlier_query(page), headers=EARLIER)
    texts = " ".join(part.one(".thread").text for part in (earlier, page))
    assert re.findall(r"Text \d\d", texts) == [f"Text {n:02}" for n in range(SIZE + 3)]


def test_the_same_queries_for_one_message_and_for_ten(browser, user, whatsapp):
    counts = []
    for more in (1, 9):
        for n in range(more):
            contact = arrive(whatsapp, f"{more} {n}", files=(File("a.txt", b"x"),)).contact
            write_message(contact, f"{more} {n}", channel="whatsapp", by=user)
        # The first view of an hour is recorded.
        contact_page(browser, contact)
        with CaptureQueriesContext(connection) as queries:
            contact_page(browser, contact)
        counts.append(len(queries))
    # Those of the thread and its composer, the files, how many wait, and the last message of the channel.
    assert counts[0] == counts[1] <= 22
