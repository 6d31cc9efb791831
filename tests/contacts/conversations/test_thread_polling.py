"""An open thread polls for new entries and states."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.channels.message import InboundMessage, Receipt
from contacts.conversations.receiving import apply_receipt, receive_message
from contacts.conversations.writing import write_message
from contacts.models import Draft

from ...factories import UserFactory
from ...pages import Page
from ..messaging import arrive
from .pages import THREAD, ago, is_whole, letters, path_of, polled_path


def test_open_page_gets_new_messages_states_and_edits(browser, user, whatsapp):
    contact = arrive(whatsapp, external_id="in.1").contact
    path = polled_path(Page(browser.get(path_of(contact))))

    def poll():
        """Bubbles of the thread as the open page gets it, None when nothing is new."""
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
    assert poll()[0] == (True, "WhatsApp Olive Owner Yes Sending…")
    message.update_state("sent", external_id="out.1")
    assert poll()[0] == (True, "WhatsApp Olive Owner Yes Sent")
    for state, shown in (("delivered", "Delivered"), ("read", "Read")):
        apply_receipt(whatsapp, Receipt("out.1", state))
        assert poll()[0] == (True, f"WhatsApp Olive Owner Yes {shown}")
    assert poll() is None
    edited = InboundMessage("in.1", (("whatsapp", "1"),), "1", "Inès", text="Is it?", edited_at=timezone.now())
    receive_message(whatsapp, edited)
    assert poll()[-1] == (False, "WhatsApp Inès · edited Is it? Earlier text Is it free?")


def test_what_a_page_shows_stays_when_more_comes(browser, whatsapp):
    for n in range(30):
        contact = arrive(whatsapp, f"No {n:02}", sent_at=ago(minutes=60 - n)).contact
    page = Page(browser.get(path_of(contact)))
    shown, path = letters(page), polled_path(page)
    for n in range(5):
        arrive(whatsapp, f"New {n}")
    polled = letters(Page(browser.get(path, headers=THREAD)))
    assert polled[5:] == shown
    assert [text for _own, text in polled[:5]] == [f"WhatsApp Inès New {n}" for n in reversed(range(5))]


@pytest.mark.parametrize("version", ["", "x", "a\0b", "x" * 5000])
def test_unknown_version_gets_the_thread(browser, whatsapp, version):
    contact = arrive(whatsapp).contact
    for first in ("", version):
        response = browser.get(path_of(contact), {"seen": version, "first": first}, headers=THREAD)
        assert letters(Page(response)) == [(False, "WhatsApp Inès Is it free?")]


def test_a_colleague_who_is_answering_is_shown(browser, pro, whatsapp):
    contact = arrive(whatsapp).contact
    page = Page(browser.get(path_of(contact)))
    assert page.one("#presence").text == ""
    colleague = UserFactory(pro=pro, name="Carl Colleague")
    draft = Draft.objects.create(pro=pro, user=colleague, contact=contact, text="Dear")
    polled = Page(browser.get(polled_path(page), headers=THREAD))
    assert (polled.one("#presence").text, polled.one("#presence")["hx-swap-oob"]) == (
        "Carl Colleague is answering",
        "true",
    )
    assert browser.get(polled_path(polled), headers=THREAD).status_code == 204
    Draft.objects.filter(pk=draft.pk).update(updated_at=ago(minutes=5))
    assert Page(browser.get(polled_path(polled), headers=THREAD)).one("#presence").text == ""


def test_number_of_queries_of_a_poll_does_not_grow(browser, user, whatsapp):
    contact = arrive(whatsapp).contact

    def count_queries():
        path = polled_path(Page(browser.get(path_of(contact))))
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(path, headers=THREAD)
        assert (response.status_code, response.content) == (204, b"")
        return len(queries)

    few = count_queries()
    for n in range(20):
        write_message(contact, f"{n}", channel="whatsapp", by=user)
    assert count_queries() == few
