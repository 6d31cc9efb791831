"""An inbound message of an unknown sender creates a contact, as its channel knows the person."""

import pytest

from contacts.conversations.reply_channels import find_reply_channels
from contacts.models import Contact, ContactEvent, ContactMessage

from ..channels.payloads import BSUID, THEN, connect, mime, telegram, text, update, whatsapp

pytestmark = pytest.mark.django_db


def test_message_of_a_new_sender_as_stored(pro, receive_call):
    connection = connect(pro, "whatsapp")
    message = receive_call(connection, whatsapp(text("Bonjour")))
    assert ContactMessage.objects.values().get() == {
        "id": message.pk,
        "pro_id": pro.pk,
        "contact_id": message.contact_id,
        "connection_id": connection.pk,
        "channel": "whatsapp",
        "external_id": "wamid.1",
        "address": "33612345678",
        "subject": "",
        "text": "Bonjour",
        "quoted": "",
        "media": [],
        "references": [],
        "refused": [],
        "former": [],
        "template": {},
        "lead": None,
        "is_automatic": False,
        "is_silent": False,
        "is_unconfirmed": False,
        "sender": message.sender,
        "sender_name": "Inès Marchand",
        "by_way_of": "",
        "cc": [],
        "answers_to": "",
        "deleted_at": None,
        "referral": {},
        "topic": "",
        "signature": "",
        "send_at": None,
        "job_id": None,
        "variant": "",
        "delivery_id": message.delivery_id,
        "state": "received",
        "error": "",
        "author_id": None,
        "created_at": THEN,
        "edited_at": None,
        "read_at": None,
        "sent_at": None,
        "notified_at": message.notified_at,
        "search_text": "\nbonjour",
    }
    assert message.sender == [
        ["whatsapp", "FR.13491208655302741918"],
        ["whatsapp", "33612345678"],
        ["phone", "+33612345678"],
    ]


def test_new_sender_becomes_a_contact_as_stored(pro, receive_call):
    receive_call(connect(pro, "whatsapp"), whatsapp(text("Bonjour")))
    contact = Contact.objects.get()
    assert Contact.objects.values().get() == {
        "id": contact.pk,
        "pro_id": pro.pk,
        "name": "Inès Marchand",
        "email": "",
        "phone": "+33612345678",
        "external_id": "",
        "status": "prospect",
        "role": "prospect",
        "channel_preference": "whatsapp",
        "source": "whatsapp",
        "referral_source": "",
        "language": "en",
        "applied_at": None,
        "search_text": "ines marchand\n\n+33612345678\n0612345678",
        "reached_by": "",
        "last_message_at": contact.last_message_at,
        "last_word_at": contact.last_word_at,
        "unread_count": 1,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "deleted_at": None,
        "merged_into_id": None,
        "assigned_to_id": None,
        "assigned_at": None,
    }
    assert sorted(contact.identities.held().values_list("channel", "external_id")) == [
        ("phone", "+33612345678"),
        ("whatsapp", "33612345678"),
        ("whatsapp", BSUID),
    ]
    assert list(ContactEvent.objects.values_list("contact", "kind", "user", "token")) == [
        (contact.pk, "created", None, None)
    ]


@pytest.mark.parametrize(
    ("provider", "body", "name", "reached"),
    [
        ("telegram", update(telegram()), "Théo Morvan", {"language": "fr"}),
        ("whatsapp", whatsapp({**text("Hi"), "from": None}, contacts=[{"user_id": BSUID}]), f"WhatsApp {BSUID}", {}),
    ],
)
def test_sender_without_e_mail_and_phone(pro, receive_call, api, provider, body, name, reached):
    contact = receive_call(connect(pro, provider), body).contact
    assert (contact.reached_by, contact.email, contact.phone) == (provider, "", "")
    shown = api.get(f"/api/v1/contacts/{contact.pk}").json()["data"]
    assert shown == {
        "id": str(contact.pk),
        "name": name,
        "email": None,
        "phone": None,
        "status": "prospect",
        "role": "prospect",
        "channelPreference": provider,
        "source": provider,
        "referralSource": None,
        "language": "en",
        "appliedAt": None,
        "createdAt": shown["createdAt"],
        "updatedAt": shown["updatedAt"],
        **reached,
    }
    assert api.patch(f"/api/v1/contacts/{contact.pk}", {"name": "Théo", "source": "api"}).status_code == 200


def test_e_mail_creates_a_contact(pro, receive_call):
    contact = receive_call(connect(pro, "mime"), mime(), "message/rfc822").contact
    assert (contact.name, contact.email, contact.source, contact.channel_preference) == (
        "Léa Fontanel",
        "lea@example.org",
        "email",
        "email",
    )


def test_api_lists_a_contact_without_e_mail_and_phone(pro, receive_call, api):
    contact = receive_call(connect(pro, "telegram"), update(telegram())).contact
    answer = api.get("/api/v1/contacts?channel=telegram").json()
    assert [(one["id"], one["email"], one["phone"]) for one in answer["data"]] == [(str(contact.pk), None, None)]


def test_each_pro_has_its_own_contact(pro, other_user, receive_call):
    bodies = [connect(one, "whatsapp") for one in (pro, other_user.pro)]
    for connection in bodies:
        receive_call(connection)
    assert sorted(Contact.objects.values_list("pro", "name")) == sorted(
        (one.pk, "Inès Marchand") for one in (pro, other_user.pro)
    )
    assert ContactMessage.objects.count() == 2


@pytest.mark.parametrize("name", ["🌸", " ", "\u200b", "\0", "x" * 500, "a\nb"])
def test_odd_names_become_printable(pro, receive_call, name):
    contact = receive_call(
        connect(pro, "whatsapp"), whatsapp(text("Hi"), contacts=[{"profile": {"name": name}}])
    ).contact
    assert 0 < len(contact.name) <= 200 and contact.name.isprintable() and any(c.isalnum() for c in contact.name)


def test_mails_without_sender_share_no_contact(pro, receive_call):
    connection = connect(pro, "mime")
    for n in range(2):
        assert receive_call(connection, mime(From=None, Message_ID=f"<{n}@x>"), "message/rfc822")
    contacts = [
        (contact.name, contact.messages.count(), find_reply_channels(contact)) for contact in Contact.objects.all()
    ]
    assert contacts == [("E-mail", 1, []), ("E-mail", 1, [])]
