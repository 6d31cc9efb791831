"""Answering from a thread, and sending a failed message again."""

import pytest
from django_tasks_db.models import DBTaskResult

from contacts.conversations.sending import fail_message
from contacts.conversations.writing import write_message

from ...factories import UserFactory
from ...pages import Page
from ..messaging import arrive, send_jobs, state
from .pages import (
    CANNOT_ANSWER,
    EVIL,
    answer,
    is_whole,
    letters,
    outbound,
    path_of,
    with_and_without_htmx,
)


@with_and_without_htmx
def test_answer_is_stored_at_once_and_sent(browser, user, pro, whatsapp, peer, work_tasks, headers):
    contact = arrive(whatsapp).contact
    response = browser.post(f"{path_of(contact)}/send", answer(" Yes.\r\nAt ten. "), headers=headers)
    [message] = outbound()
    assert (message.pro, message.contact, message.connection, message.author) == (pro, contact, whatsapp, user)
    assert (message.text, message.channel) == ("Yes.\nAt ten.", "whatsapp")
    assert send_jobs() == ["READY"]
    if headers:
        page = Page(response)
        assert not is_whole(page)
    else:
        assert (response.status_code, response["Location"]) == (302, f"{path_of(contact)}#thread-end")
        page = Page(browser.get(path_of(contact)))
    assert [text for text in page.texts(".toast p") if "Inès" in text] == ["Sent to Inès."]
    assert page.form("#message-form").fields["text"] == ""
    assert letters(page)[0] == (True, "WhatsApp Olive Owner Yes. At ten. Sending…")
    work_tasks()
    assert peer.bodies("messages")[0]["text"]["body"] == "Yes.\nAt ten."
    page = Page(browser.get(path_of(contact)))
    assert letters(page)[0] == (True, "WhatsApp Olive Owner Yes. At ten. Sent")


@with_and_without_htmx
def test_form_submitted_twice_is_one_message(browser, whatsapp, headers):
    contact = arrive(whatsapp).contact
    data = answer()
    for _n in range(2):
        response = browser.post(f"{path_of(contact)}/send", data, headers=headers)
        assert response.status_code == (200 if headers else 302)
    assert ([message.text for message in outbound()], send_jobs()) == (["Yes."], ["READY"])
    # Another text in the same form is another message.
    browser.post(f"{path_of(contact)}/send", {**data, "text": "No."}, headers=headers)
    assert ([message.text for message in outbound()], send_jobs()) == (["Yes.", "No."], ["READY"] * 2)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Write something first."),
        (" \n\t ", "Write something first."),
        ("\u200b\u2060", "Write something first."),
        ("x" * 4097, "Use at most 4096 characters for this channel."),
        ("😀" * 2049, "Use at most 4096 characters for this channel."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
@with_and_without_htmx
def test_unsendable_text_is_refused_and_stays_typed(browser, whatsapp, text, error, headers):
    contact = arrive(whatsapp).contact
    page = Page(browser.post(f"{path_of(contact)}/send", answer(text), headers=headers), 422)
    assert (is_whole(page), outbound(), send_jobs()) == (not headers, [], [])
    assert page.one("#id_text_error").text == error
    if text.strip() and "\0" not in text:
        assert page.form("#message-form").fields["text"] == text


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048, "ok\u202e", EVIL])
def test_longest_and_odd_texts_are_accepted(browser, whatsapp, text):
    contact = arrive(whatsapp).contact
    response = browser.post(f"{path_of(contact)}/send", answer(text))
    assert (response.status_code, response["Location"]) == (302, f"{path_of(contact)}#thread-end")
    assert [message.text for message in outbound()] == [text]


@pytest.mark.parametrize("channel", ["telegram", "email", "", "fax", "a\0b", "x" * 5000])
@with_and_without_htmx
def test_other_channel_is_refused_and_the_reply_channel_is_offered(browser, whatsapp, channel, headers):
    contact = arrive(whatsapp).contact
    response = browser.post(f"{path_of(contact)}/send", answer("A long text", channel), headers=headers)
    form = Page(response, 422).form("#message-form")
    assert form.one("#id_channel_error").text
    assert [option.value for option in form.all("select[name=channel] option")] == ["whatsapp"]
    assert (form.fields["text"], outbound(), send_jobs()) == ("A long text", [], [])


@with_and_without_htmx
def test_text_stays_typed_when_the_only_channel_is_gone(browser, whatsapp, headers):
    contact = arrive(whatsapp).contact
    whatsapp.disconnect()
    page = Page(browser.post(f"{path_of(contact)}/send", answer("A long text"), headers=headers), 422)
    form = page.form("#message-form")
    assert (form.fields["text"], form.texts("button")) == ("A long text", [])
    assert CANNOT_ANSWER in page.text
    assert (outbound(), send_jobs()) == ([], [])


@pytest.mark.parametrize(("id", "count"), [("", 1), ("x", 0), ("a\0b", 0)])
def test_unusable_form_id(browser, whatsapp, id, count):
    contact = arrive(whatsapp).contact
    response = browser.post(f"{path_of(contact)}/send", answer(id=id))
    assert response.status_code == (302 if count else 422)
    assert [message.text for message in outbound()] == ["Yes."] * count


def test_colleagues_share_the_conversations(pro, user, client, whatsapp):
    contact = arrive(whatsapp).contact
    write_message(contact, "Mine", channel="whatsapp", by=user)
    client.force_login(UserFactory(pro=pro, name="Carl Colleague"), backend="config.accounts.backends.EmailBackend")
    client.post(f"{path_of(contact)}/send", answer("Carl's"))
    assert [text for own, text in letters(Page(client.get(path_of(contact)))) if own] == [
        "WhatsApp Carl Colleague Carl's Sending…",
        "WhatsApp Olive Owner Mine Sending…",
    ]


# --- Sending again


@pytest.fixture
def failed(user, whatsapp):
    """A failed answer without a job."""
    message = write_message(arrive(whatsapp).contact, "Yes.", channel="whatsapp", by=user)
    fail_message(message, "Recipient is not known (131026)")
    DBTaskResult.objects.all().delete()
    return message


def test_failure_is_shown_with_its_reason(browser, failed):
    page = Page(browser.get(path_of(failed.contact)))
    assert letters(page)[0] == (
        True,
        "WhatsApp Olive Owner Yes. Failed: WhatsApp cannot reach this number. "
        "Perhaps it has no WhatsApp; answer another way. Recipient is not known (131026) Try again",
    )
    assert page.form("form.state").action == f"{path_of(failed.contact)}/{failed.pk}/again"


@with_and_without_htmx
def test_failed_message_is_sent_again(browser, failed, peer, work_tasks, headers):
    path = f"{path_of(failed.contact)}/{failed.pk}/again"
    response = browser.post(path, headers=headers)
    assert (state(failed), send_jobs()) == (("sending", "", ""), ["READY"])
    if headers:
        page = Page(response)
        assert letters(page)[0] == (True, "WhatsApp Olive Owner Yes. Sending…")
    else:
        assert (response.status_code, response["Location"]) == (302, f"{path_of(failed.contact)}#thread-end")
        browser.get(response["Location"])
    # The second time it is being sent already.
    response = browser.post(path, headers=headers)
    page = Page(response if headers else browser.get(response["Location"]))
    assert page.texts("#messages p") == ["This message has not failed, or is being sent already."]
    assert (state(failed), send_jobs()) == (("sending", "", ""), ["READY"])
    work_tasks()
    assert (state(failed), len(peer.bodies("messages"))) == (("sent", "", "wamid.1"), 1)


def test_inbound_message_is_not_sent(browser, whatsapp):
    message = arrive(whatsapp)
    response = browser.post(f"{path_of(message.contact)}/{message.pk}/again")
    assert (response.status_code, response["Location"]) == (302, f"{path_of(message.contact)}#thread-end")
    assert (state(message), send_jobs()) == (("received", "", message.external_id), [])


def test_message_of_another_conversation_is_404(browser, failed, whatsapp):
    other = arrive(whatsapp, who="Other").contact
    assert browser.post(f"{path_of(other)}/{failed.pk}/again").status_code == 404
    assert (state(failed), send_jobs()) == (("failed", "Recipient is not known (131026)", ""), [])
