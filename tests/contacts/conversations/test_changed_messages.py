"""Edits, deletions and reactions change the message that they are about, in whatever order they arrive."""

from datetime import UTC, datetime, timedelta

import pytest

from contacts.conversations.rereading import reread_delivery
from contacts.models import ChannelDelivery, ContactMessage

from ...pages import Page
from ..channels.payloads import AT, connect, telegram, text, update, whatsapp
from ..messaging import ANA
from .pages import letters, path_of, polled_path

pytestmark = pytest.mark.django_db
THEN = datetime.fromtimestamp(AT, UTC)


def change(kind, id, at=60, **content):
    content = {"original_message_id": "wamid.1", **content}
    return whatsapp({"from": "33612345678", "id": id, "timestamp": str(AT + at), "type": kind, kind: content})


def edit(body, id="wamid.2", at=60):
    return change("edit", id, at, message={"type": "text", "text": {"body": body}})


def reaction(emoji, id="wamid.3", at=60, about="wamid.1"):
    content = {"message_id": about, "emoji": emoji}
    return whatsapp(
        {"from": "33612345678", "id": id, "timestamp": str(AT + at), "type": "reaction", "reaction": content}
    )


def shown(browser):
    """Texts of the letters, newest first, without channel and name."""
    contact = ContactMessage.objects.first().contact
    page = Page(browser.get(path_of(contact)))
    return [text.removeprefix("WhatsApp ").removeprefix("Inès Marchand ") for _own, text in letters(page)]


def test_edit_replaces_the_text_and_keeps_the_former_one(browser, pro, receive_call):
    connection = connect(pro, "whatsapp")
    for call in (whatsapp(text("Mondey?")), edit("Monday?"), edit("Monday?", "wamid.4"), edit("Old", "wamid.5", 30)):
        receive_call(connection, call)
    message = ContactMessage.objects.get()
    assert (message.text, message.former, message.edited_at, message.contact.unread_count) == (
        "Monday?",
        [[THEN.isoformat(), "Mondey?"]],
        THEN + timedelta(seconds=60),
        1,
    )
    assert shown(browser) == ["06 12 34 56 78 · edited Monday? Earlier text Mondey? More Original Read again"]


def test_edit_in_the_second_of_writing_counts(pro, receive_call):
    connection = connect(pro, "whatsapp")
    receive_call(connection, whatsapp(text("First", id="wamid.0")))
    receive_call(connection, whatsapp(text("Mondey?")))
    receive_call(connection, edit("Monday?", at=0))
    assert ContactMessage.objects.get(external_id="wamid.1").text == "Monday?"


def test_own_message_is_not_edited_by_the_other_end(pro, received, receive_call):
    own = received("whatsapp")
    own.state, own.external_id = "sent", "wamid.1"
    own.save()
    connection = own.connection
    connection.address, connection.secret = "106540352242922", "s3cret-of-the-tests"
    connection.save()
    for call in (edit("Changed"), change("revoke", "wamid.3")):
        receive_call(connection, call)
    own.refresh_from_db()
    assert (own.text, own.deleted_at, own.former) == ("Is it free?", None, [])


def test_deletion_marks_the_message_and_keeps_its_words(browser, pro, receive_call):
    connection = connect(pro, "whatsapp")
    receive_call(connection, whatsapp(text("Secret")))
    receive_call(connection, change("revoke", "wamid.2"))
    receive_call(connection, change("revoke", "wamid.3", at=90))
    message = ContactMessage.objects.get()
    assert (message.text, message.deleted_at) == ("Secret", THEN + timedelta(seconds=60))
    assert shown(browser) == ["06 12 34 56 78 The sender deleted this message Secret More Original Read again"]


def test_deletion_may_arrive_before_the_original(pro, receive_call):
    connection = connect(pro, "whatsapp")
    receive_call(connection, change("revoke", "wamid.2"))
    receive_call(connection, whatsapp(text("Secret", context={"id": "wamid.0"})))
    message = ContactMessage.objects.get()
    assert (message.text, message.answers_to, message.deleted_at) == (
        "Secret",
        "wamid.0",
        THEN + timedelta(seconds=60),
    )


def test_changes_are_read_again_without_losing_words(pro, receive_call):
    connection = connect(pro, "whatsapp")
    for call in (whatsapp(text("Mondey?")), edit("Monday?"), change("revoke", "wamid.3")):
        receive_call(connection, call)
    before = ContactMessage.objects.values().get()
    for delivery in ChannelDelivery.objects.all():
        reread_delivery.func(delivery.pk)
    assert ContactMessage.objects.values().get() == before


def test_the_last_reaction_stands_at_its_message(browser, pro, receive_call):
    connection = connect(pro, "whatsapp")
    receive_call(connection, whatsapp(text("Free?")))
    receive_call(connection, reaction("👍"))
    page = Page(browser.get(path_of(ContactMessage.objects.first().contact)))
    assert page.texts(".reactions") == ["Reactions: 👍"]
    receive_call(connection, reaction("❤", "wamid.4", at=90))
    more = " More Original Read again"
    replaced = f"06 12 34 56 78 In answer to Inès Marchand: Free? This reaction was taken back or replaced 👍{more}"
    assert shown(browser) == [
        f"06 12 34 56 78 In answer to Inès Marchand: Free? ❤ Reaction{more}",
        replaced,
        f"06 12 34 56 78 Free? Reactions: ❤{more}",
    ]
    seen = polled_path(Page(browser.get(path_of(ContactMessage.objects.first().contact))))
    # It came before the one that it follows here.
    receive_call(connection, reaction("", "wamid.6", at=80))
    assert "Reactions: ❤" in shown(browser)[3]
    receive_call(connection, reaction("", "wamid.5", at=120))
    assert shown(browser)[0] == f"06 12 34 56 78 In answer to Inès Marchand: Free? Took back the reaction{more}"
    assert shown(browser)[-1] == f"06 12 34 56 78 Free?{more}"
    headers = {"HX-Request": "true", "HX-Target": "thread"}
    assert browser.get(seen, headers=headers).status_code == 200


def test_quotation_of_the_message_that_is_answered(browser, received):
    first = received("whatsapp", text="Which flat?")
    second = received("whatsapp", "in.2", text="That one", answers_to="in.1")
    received("whatsapp", "in.3", text="What?", answers_to="in.99")
    # Somebody else's message is no quotation here.
    other = {**ANA["whatsapp"], "identities": (("whatsapp", "31600000000"),), "address": "31600000000", "phone": ""}
    received("whatsapp", "in.4", text="Private", name="Bo", **{k: v for k, v in other.items() if k not in ANA})
    page = Page(browser.get(path_of(first.contact)))
    quotation = page.one(f"#message-{second.pk} .answered")
    assert (quotation.text, quotation.one("a")["href"]) == ("In answer to Ana: Which flat?", f"#message-{first.pk}")
    assert [text for _own, text in letters(page)][-3:-1] == [
        "WhatsApp Ana +31 6 12345678 In answer to a message that is not here What?",
        "WhatsApp Ana +31 6 12345678 In answer to Ana: Which flat? That one",
    ]


def test_ad_stands_beside_the_message(browser, pro, receive_call):
    ad = {"source_url": "https://ad.example/2", "headline": "Loft <b>", "body": "At the canal"}
    message = receive_call(connect(pro, "whatsapp"), whatsapp(text("More?", referral=ad)))
    page = Page(browser.get(path_of(message.contact)))
    box = page.one(".referral")
    assert box.text == "Came by an ad Loft <b> At the canal https://ad.example/2"
    assert (box.one("a")["href"], box.one("a")["rel"]) == ("https://ad.example/2", "noopener noreferrer nofollow")


def test_reactions_and_answers_of_telegram(browser, pro, receive_call):
    connection = connect(pro, "telegram")
    receive_call(connection, update(telegram(text="Free?")))
    chat, user = telegram()["chat"], telegram()["from"]
    for number, new in (
        (2, [{"type": "emoji", "emoji": "👍"}, {"type": "custom_emoji", "custom_emoji_id": "5"}]),
        (3, []),
    ):
        changed = {"chat": chat, "message_id": 1365, "user": user, "date": AT + number, "new_reaction": new}
        receive_call(connection, update({**changed, "old_reaction": []}, "message_reaction", number))
        page = Page(browser.get(path_of(ContactMessage.objects.first().contact)))
        assert page.texts(".reactions") == (["Reactions: 👍 ⭐"] if new else [])
    answer = {**telegram(text="Well?"), "message_id": 1366, "reply_to_message": {"message_id": 1365}}
    message = receive_call(connection, update(answer, number=9))
    assert message.answers_to == "123456:1111111:1365"
    assert ContactMessage.objects.count() == 4
