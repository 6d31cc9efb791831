"""The Pro is notified of new messages; strangers never get a mail."""

import pytest
from django.core import mail

from config.accounts.models import Pro
from contacts.models import Contact, ContactMessage

from ...pages import Page
from ..channels.payloads import bounce, connect, mime, telegram, update

pytestmark = pytest.mark.django_db


def test_strangers_never_get_a_mail(pro, receive_call):
    connection = connect(pro, "mime")
    for n, more in enumerate(
        [{}, {"Auto_Submitted": "auto-replied"}, {"From": "no-reply@example.org"}, {"List_Id": "<x>"}, {"From": None}]
    ):
        receive_call(connection, mime(Message_ID=f"<{n}@x>", Reply_To="stranger@example.net", **more), "message/rfc822")
    receive_call(connection, bounce(), "message/rfc822")
    receive_call(connect(pro, "whatsapp"))
    receive_call(connect(pro, "telegram"))
    assert {address for message in mail.outbox for address in message.recipients()} <= {pro.email}


def test_pro_is_notified_once_of_unread_messages(pro, receive_call):
    connection = connect(pro, "telegram")
    for n in range(3):
        receive_call(connection, update({**telegram(text=f"Nº {n}"), "message_id": n + 1}, number=n))
    [notification] = mail.outbox
    contact = Contact.objects.get()
    assert (notification.to, notification.subject) == (["port@example.com"], "Théo Morvan wrote by Telegram")
    assert notification.body == (
        f"Théo Morvan · Telegram\n\nNº 0\n\nAnswer in your inbox: http://testserver/inbox/{contact.pk}\n"
    )
    assert notification.extra_headers["Auto-Submitted"] == "auto-generated"
    ContactMessage.objects.mark_read(contact)
    receive_call(connection, update({**telegram(text="More"), "message_id": 9}, number=9))
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("address", ["port@example.com", "desk@in.example.com"])
def test_automatic_messages_and_own_mailbox_are_not_notified(pro, receive_call, address):
    Pro.objects.filter(pk=pro.pk).update(email=address)
    pro.refresh_from_db()
    connection = connect(pro, "mime")
    receive_call(connection, mime(Auto_Submitted="auto-replied"), "message/rfc822")
    assert mail.outbox == []
    receive_call(connection, mime(Message_ID="<b@x>"), "message/rfc822")
    # What goes to the channel itself would come back.
    ContactMessage.objects.mark_read(Contact.objects.get())
    receive_call(connection, mime(Message_ID="<c@x>"), "message/rfc822")
    assert len(mail.outbox) == (2 if address == "port@example.com" else 0)


def test_message_of_a_person_after_an_automatic_one_is_notified(pro, receive_call):
    connection = connect(pro, "mime")
    receive_call(connection, mime(Auto_Submitted="auto-replied"), "message/rfc822")
    receive_call(connection, mime(Message_ID="<b@x>"), "message/rfc822")
    receive_call(connection, mime(Message_ID="<c@x>"), "message/rfc822")
    assert [notification.subject for notification in mail.outbox] == ["Léa Fontanel wrote by E-mail"]


def test_who_looked_is_notified_of_the_next_message(browser, pro, receive_call):
    connection = connect(pro, "telegram")
    for number in (1, 2):
        receive_call(connection, update({**telegram(text=f"Nº {number}"), "message_id": number}, number=number))
    assert len(mail.outbox) == 1
    form = Page(browser.get(f"/inbox/{Contact.objects.get().pk}")).form(".read-mark")
    browser.post(form.action, form.fields)
    receive_call(connection, update({**telegram(text="Nº 3"), "message_id": 3}, number=3))
    assert len(mail.outbox) == 2
