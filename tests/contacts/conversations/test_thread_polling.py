"""An open conversation polls for new messages and states."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.channels.message import InboundMessage, Receipt
from contacts.conversations.receiving import apply_receipt, receive_message
from contacts.conversations.writing import write_message

from ...pages import Page
from ..messaging import arrive
from .pages import THREAD, is_whole, letters, path_of, polled_path, rows, tabs


def test_open_page_gets_new_messages_states_and_edits(browser, user, whatsapp):
    contact = arrive(whatsapp, external_id="in.1").contact
    path = polled_path(Page(browser.get(path_of(contact))))

    def poll():
        """Letters of the thread as the open page gets it, None when nothing is new."""
        nonlocal path
        response = browser.get(path, headers=THREAD)
        if response.status_code == 204:
            assert response.content == b""
            return None
        page = Page(response)
        assert (is_whole(page), page.one("#thread")["role"]) == (False, "log")
        path = polled_path(page)
        return letters(page)

    assert poll() is None
    arrive(whatsapp, "Hello?")
    assert poll() == [(False, "WhatsApp Inès Hello?"), (False, "WhatsApp Inès Is it free?")]
    assert poll() is None
    message = write_message(contact, "Yes", channel="whatsapp", by=user)
    assert poll()[0] == (True, "WhatsApp Olive Owner Yes Sending…")
    message.update_state("sending")
    message.note_failure("The provider answered 503.")
    assert poll()[0] == (True, "WhatsApp Olive Owner Yes Not sent yet, trying again: The provider answered 503.")
    message.update_state("sent", external_id="out.1")
    assert poll()[0] == (True, "WhatsApp Olive Owner Yes Sent")
    for state, shown in (("delivered", "Delivered"), ("read", "Read")):
        apply_receipt(whatsapp, Receipt("out.1", state))
        assert poll()[0] == (True, f"WhatsApp Olive Owner Yes {shown}")
    assert poll() is None
    edited = InboundMessage("in.1", (("whatsapp", "1"),), "1", "Inès", text="Is it?", edited_at=timezone.now())
    receive_message(whatsapp, edited)
    assert poll()[-1] == (False, "WhatsApp Inès · edited Is it? Earlier text Is it free?")


@pytest.mark.parametrize("version", ["", "x", "a\0b", "x" * 5000])
def test_unknown_version_gets_the_thread(browser, whatsapp, version):
    contact = arrive(whatsapp).contact
    response = browser.get(path_of(contact), {"seen": version}, headers=THREAD)
    assert letters(Page(response)) == [(False, "WhatsApp Inès Is it free?")]


def test_new_message_updates_row_and_tabs_too(browser, whatsapp):
    contact = arrive(whatsapp).contact
    path = polled_path(Page(browser.get(path_of(contact))))
    arrive(whatsapp, "Hello?")
    page = Page(browser.get(path, headers=THREAD))
    assert page.one(f"#row-{contact.pk}")["hx-swap-oob"] == "true"
    assert (rows(page), tabs(page)[-1]) == (["Inès Hello? WhatsApp 1 unread"], ("Messages", 1, True))


def test_poll_takes_seven_queries(browser, user, whatsapp):
    contact = arrive(whatsapp).contact
    for n in range(20):
        write_message(contact, f"{n}", channel="whatsapp", by=user)
    path = polled_path(Page(browser.get(path_of(contact))))
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(path, headers=THREAD)
    # Session, user with its Pro; the contact; the messages, their files and media, answers and reactions.
    assert (response.status_code, response.content, len(queries)) == (204, b"", 7)
