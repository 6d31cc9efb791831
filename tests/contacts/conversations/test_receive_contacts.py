"""An inbound message joins the conversation of the known contact that it identifies."""

import time
from datetime import timedelta

import pytest
from django.db.models import Max

from contacts.book.duplicates import likely_duplicates
from contacts.book.merging import merge_contacts, undo_merge
from contacts.conversations.reply_channels import find_reply_channels
from contacts.models import Contact, ContactEvent, ContactMessage
from tests.factories import ContactFactory

from ..channels.payloads import AT, BSUID, THEN, connect, mime, telegram, text, update, whatsapp

pytestmark = pytest.mark.django_db


def conversations(pro):
    """As [(name, how many are unread, when the newest message was written)…]."""
    rows = Contact.objects.for_pro(pro).filter(last_message_at__isnull=False).order_by("created_at")
    return list(rows.annotate(newest=Max("messages__created_at")).values_list("name", "unread_count", "newest"))


def identities(contact):
    return sorted(contact.identities.held().values_list("channel", "external_id"))


def test_known_e_mail_address_joins_its_contact(pro, receive_call):
    known = ContactFactory(pro=pro, name="Mme Fontanel", email="LEA@example.org")
    known.hold_identities()
    message = receive_call(connect(pro, "mime"), mime(), "message/rfc822")
    assert (message.contact, Contact.objects.get().name) == (known, "Mme Fontanel")


def test_known_phone_joins_its_contact_which_gets_the_ids(pro, receive_call):
    known = ContactFactory(pro=pro, name="Mme Marchand", email="", phone="+33612345678")
    known.hold_identities()
    assert receive_call(connect(pro, "whatsapp")).contact == known
    assert identities(known) == [("phone", "+33612345678"), ("whatsapp", "33612345678"), ("whatsapp", BSUID)]
    # From then on the id alone is enough.
    alone = whatsapp({**text("Encore"), "id": "wamid.2", "from": None}, contacts=[{"user_id": BSUID}])
    assert receive_call(connect(pro, "whatsapp"), alone).contact == known
    assert Contact.objects.count() == 1


def test_sender_without_and_later_with_a_number_is_one_contact(pro, receive_call):
    connection = connect(pro, "whatsapp")
    person = {"profile": {"name": "Inès Marchand"}, "user_id": BSUID}
    first = receive_call(connection, whatsapp({**text("Hi"), "from": None}, contacts=[person])).contact
    assert (first.reached_by, first.phone, identities(first)) == ("whatsapp", "", [("whatsapp", BSUID)])
    assert receive_call(connection, whatsapp({**text("Encore"), "id": "wamid.2"})).contact == first
    message = Contact.objects.get()
    assert (message.phone, message.unread_count) == ("+33612345678", 2)
    assert identities(message) == [("phone", "+33612345678"), ("whatsapp", "33612345678"), ("whatsapp", BSUID)]
    assert list(ContactEvent.objects.order_by("pk").values_list("kind", "changes")) == [
        ("created", {}),
        ("changed", {"phone": ["", "+33612345678"]}),
    ]
    # And by the number alone it is still the same one.
    alone = whatsapp({**text("Re"), "id": "wamid.3"}, contacts=[{"wa_id": "33612345678"}])
    assert receive_call(connection, alone).contact == first
    assert Contact.objects.count() == 1


def test_id_takes_precedence_over_number(pro, receive_call):
    connection = connect(pro, "whatsapp")
    first = receive_call(connection, whatsapp({**text("Hi"), "from": None}, contacts=[{"user_id": BSUID}])).contact
    other = ContactFactory(pro=pro, email="", phone="+33612345678")
    other.hold_identities()
    assert receive_call(connection, whatsapp({**text("Hi"), "id": "wamid.2"})).contact == first
    first.refresh_from_db()
    assert first.phone == ""  # That number is somebody else's.


@pytest.mark.parametrize(
    ("known", "id"),
    [
        ("+5511987654321", "551187654321"),
        ("+551187654321", "5511987654321"),
        ("+541123456789", "5491123456789"),
        ("+525512345678", "5215512345678"),
    ],
)
def test_other_form_of_a_number_is_only_suggested_as_duplicate(pro, receive_call, known, id):
    there = ContactFactory(pro=pro, name="Somebody", email="", phone=known)
    there.hold_identities()
    person = {"profile": {"name": "Ana"}, "wa_id": id}
    message = receive_call(connect(pro, "whatsapp"), whatsapp({**text("Olá"), "from": id}, contacts=[person]))
    assert message.contact != there
    assert [(one.contact, one.reasons) for one in likely_duplicates(message.contact)] == [(there, ["phone"])]


def test_number_of_an_archived_contact_is_not_recognised(pro, user, receive_call):
    known = ContactFactory(pro=pro, email="", phone="+33612345678")
    known.hold_identities()
    known.archive(by=user)
    assert receive_call(connect(pro, "whatsapp")).contact != known
    known.refresh_from_db()
    assert (known.unread_count, known.messages.count()) == (0, 0)


def test_message_to_an_archived_contact_creates_a_new_one(pro, user, receive_call):
    connection = connect(pro, "whatsapp")
    first = receive_call(connection).contact
    first.archive(by=user)
    receive_call(connection, whatsapp({**text("Again"), "id": "wamid.2"}))
    second = ContactMessage.objects.get(external_id="wamid.2").contact
    assert first != second
    assert conversations(pro) == [("Inès Marchand", 1, THEN)]


def test_merge_joins_conversations_and_undo_splits_them(pro, user, receive_call):
    one = receive_call(connect(pro, "whatsapp"), whatsapp(text("One"))).contact
    later = telegram(text="Two")
    later["date"] = AT + 60
    other = receive_call(connect(pro, "telegram"), update(later)).contact
    merge = merge_contacts(one, other, by=user)
    one.refresh_from_db()
    assert (one.unread_count, one.last_message_at) == (2, THEN + timedelta(seconds=60))
    assert [(reply_channel.channel, reply_channel.address) for reply_channel in find_reply_channels(one)] == [
        ("telegram", "1111111"),
        ("whatsapp", "33612345678"),
    ]
    third = telegram(text="Three")
    third["message_id"] = 2
    assert receive_call(connect(pro, "telegram"), update(third)).contact == one
    undo_merge(merge, by=user)
    assert sorted(conversations(pro)) == sorted(
        [("Inès Marchand", 2, THEN + timedelta(microseconds=1)), ("Théo Morvan", 1, THEN + timedelta(seconds=60))]
    )


def test_changed_number_and_user_id_stay_the_same_contact(pro, receive_call):
    connection = connect(pro, "whatsapp")
    first = receive_call(connection, whatsapp(text("Bonjour", timestamp=str(AT))))
    new = {"wa_id": "33755555555", "user_id": "FR.2", "previous_user_id": BSUID}
    system = {"body": "Inès changed", "type": "user_changed_number", **new}
    at = str(int(time.time()) - 60)
    notice = {"from": "33612345678", "id": "wamid.2", "timestamp": at, "type": "system", "system": system}
    message = receive_call(connection, whatsapp(notice, contacts=[]))
    assert (message.contact, message.text, message.is_automatic) == (first.contact, "Inès changed", True)
    # Free text may be sent for a day after what a person wrote.
    [reply_channel] = find_reply_channels(message.contact)
    assert (reply_channel.address, reply_channel.is_window_closed) == ("33755555555", True)

    person = {"profile": {"name": "Inès Marchand"}, "wa_id": "33755555555", "user_id": "FR.2"}
    again = text("Me again", id="wamid.3", **{"from": "33755555555", "timestamp": str(int(time.time()))})
    assert receive_call(connection, whatsapp(again, contacts=[person])).contact == first.contact
    assert Contact.objects.count() == 1
    [reply_channel] = find_reply_channels(message.contact)
    assert (reply_channel.address, reply_channel.is_window_closed) == ("33755555555", False)
