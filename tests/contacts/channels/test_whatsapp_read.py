"""Calls of WhatsApp's Cloud API are read into messages and receipts."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from contacts.channels import whatsapp as provider
from contacts.channels.message import IgnoredPart, InboundMessage, Media, Receipt, UnreadableError

from .payloads import AT, text, whatsapp
from .peer import PHONE_ID

NUMBER = SimpleNamespace(address=PHONE_ID)
THEN = datetime.fromtimestamp(AT, UTC)
BSUID = "FR.13491208655302741918"


def read(payload):
    return list(provider.read_call(NUMBER, json.dumps(payload).encode(), "application/json"))


def one(message, **more):
    [item] = read(whatsapp({"from": "33612345678", "id": "wamid.1", "timestamp": str(AT), **message}, **more))
    return item


def usual(**more):
    return InboundMessage(
        **{
            "external_id": "wamid.1",
            "identities": (("whatsapp", BSUID), ("whatsapp", "33612345678")),
            "address": "33612345678",
            "name": "Inès Marchand",
            "sent_at": THEN,
            "phone": "+33612345678",
            **more,
        }
    )


def test_text_message():
    assert read(whatsapp(text("Bonjour\r\nÀ demain"))) == [usual(text="Bonjour\nÀ demain")]


def test_sender_without_a_user_id():
    contacts = [{"profile": {"name": "Inès"}, "wa_id": "33612345678"}]
    assert read(whatsapp(text("Hi"), contacts=contacts)) == [
        usual(text="Hi", name="Inès", identities=(("whatsapp", "33612345678"),))
    ]


@pytest.mark.parametrize(
    "sender",
    [
        {"from_user_id": BSUID},
        {"from_user_id": BSUID, "from": ""},
        # The id may stand where the number was.
        {"from": BSUID},
        {},
    ],
)
def test_sender_without_a_phone(sender):
    contacts = [{"profile": {"name": "Inès", "username": "ines.m"}, "user_id": BSUID}]
    message = {**text("Hi"), "from": None, **sender}
    assert read(whatsapp(message, contacts=contacts)) == [
        usual(text="Hi", name="Inès", identities=(("whatsapp", BSUID),), address=BSUID, phone="")
    ]


def test_username_replaces_a_missing_name():
    contacts = [{"profile": {"username": "ines.m"}, "user_id": BSUID}]
    [message] = read(whatsapp({**text("Hi"), "from": None}, contacts=contacts))
    assert message.name == "@ines.m"


def test_ids_are_not_rewritten():
    """Brazil, Argentina and Mexico have numbers in two forms; the id is the one that WhatsApp gives."""
    for number in ("5511987654321", "551187654321", "5491123456789", "5215512345678"):
        [message] = read(whatsapp({**text("Hi"), "from": number}, contacts=[{"wa_id": number}]))
        assert (message.identities, message.address) == ((("whatsapp", number),), number)


def test_call_with_several_senders_and_receipts():
    people = [
        {"profile": {"name": "Anna"}, "wa_id": "33600000001", "user_id": "FR.1"},
        {"profile": {"name": "Bruno"}, "wa_id": "33600000002", "user_id": "FR.2"},
    ]
    first = {**text("One"), "from": "33600000001", "id": "wamid.a"}
    second = {**text("Two"), "from": "33600000002", "id": "wamid.b"}
    payload = whatsapp(second, first, contacts=people)
    payload["entry"] += whatsapp(statuses=[{"id": "wamid.out", "status": "delivered"}])["entry"]
    payload["entry"][0]["changes"] += whatsapp({**text("Three"), "id": "wamid.c"})["entry"][0]["changes"]
    message = read(payload)
    assert [(m.name, m.text, m.identities[0]) for m in message[:3]] == [
        ("Bruno", "Two", ("whatsapp", "FR.2")),
        ("Anna", "One", ("whatsapp", "FR.1")),
        ("Inès Marchand", "Three", ("whatsapp", BSUID)),
    ]
    assert message[3:] == [Receipt("wamid.out", "delivered")]


def test_messages_to_another_number_of_the_app_are_ignored():
    payload = whatsapp(text("Hi"), statuses=[{"id": "1", "status": "sent"}])
    metadata = payload["entry"][0]["changes"][0]["value"]["metadata"]
    metadata["phone_number_id"] = "1055599999"
    assert read(payload) == [IgnoredPart("It is for another phone number, with the ID 1055599999.")]
    del metadata["phone_number_id"]
    assert len(read(payload)) == 2


def test_receipts_only():
    error = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "More than 24 hours passed."}}
    statuses = [
        {"id": "wamid.1", "status": "sent", "timestamp": str(AT), "recipient_id": "33612345678"},
        {"id": "wamid.1", "status": "read"},
        {"id": "wamid.2", "status": "failed", "errors": [error]},
        {"id": "wamid.3", "status": "failed", "errors": [{"code": 1, "title": "Unknown"}]},
        {"id": "wamid.4", "status": "failed"},
        {"id": "wamid.5", "status": "warned"},
    ]
    assert read(whatsapp(statuses=statuses)) == [
        Receipt("wamid.1", "sent"),
        Receipt("wamid.1", "read"),
        Receipt("wamid.2", "failed", "More than 24 hours passed. (131047)"),
        Receipt("wamid.3", "failed", "Unknown (1)"),
        Receipt("wamid.4", "failed"),
    ]


KINDS = {
    "image": (
        {"caption": "The door", "id": "7", "mime_type": "image/jpeg"},
        "The door",
        Media("image", "7", "", "image/jpeg"),
    ),
    "video": ({"id": "7", "mime_type": "video/mp4"}, "", Media("video", "7", "", "video/mp4")),
    "audio": ({"id": "7", "mime_type": "audio/ogg", "voice": True}, "", Media("voice", "7", "", "audio/ogg")),
    "sticker": ({"id": "7", "mime_type": "image/webp"}, "", Media("sticker", "7", "", "image/webp")),
    "document": (
        {"id": "7", "filename": "plan.pdf", "mime_type": "application/pdf", "caption": "Plan"},
        "Plan",
        Media("document", "7", "plan.pdf", "application/pdf"),
    ),
    "location": (
        {"latitude": 43.29, "longitude": 5.37, "name": "Vieux-Port", "address": "Marseille"},
        "Vieux-Port\nMarseille\n43.29, 5.37",
        Media("location"),
    ),
    "order": ({"catalog_id": "1"}, "", Media("unsupported")),
    "unsupported": ({}, "", Media("unsupported")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_other_types_of_messages(kind):
    content, expected_text, media = KINDS[kind]
    assert one({"type": kind, kind: content}) == usual(text=expected_text, media=(media,))


def test_contact_cards_are_text():
    card = {"name": {"formatted_name": "Jan Lievens"}, "phones": [{"phone": "+32 9 255 01 23"}, {"phone": "1"}]}
    assert one({"type": "contacts", "contacts": [card, {}]}) == usual(
        text="Jan Lievens +32 9 255 01 23 1\n", media=(Media("contact"),)
    )


def test_buttons_have_the_choice_as_text():
    assert one({"type": "button", "button": {"text": "Yes", "payload": "y"}}).text == "Yes"
    reply = {"type": "button_reply", "button_reply": {"id": "1", "title": "Saturday"}}
    assert one({"type": "interactive", "interactive": reply}).text == "Saturday"
    reply = {"type": "list_reply", "list_reply": {"id": "1", "title": "Sunday", "description": "x"}}
    assert one({"type": "interactive", "interactive": reply}).text == "Sunday"


@pytest.mark.parametrize("kind", ["system", "request_welcome", "ephemeral"])
def test_metas_own_notices_are_ignored(kind):
    assert read(whatsapp({"from": "33612345678", "id": "wamid.1", "type": kind, "system": {"body": "x"}})) == []


def change(kind="user_changed_number", **system):
    system = {"body": "User Inès changed from 33612345678 to 33755555555", "type": kind, **system}
    message = {"from": "33612345678", "id": "wamid.9", "timestamp": str(AT), "type": "system", "system": system}
    return whatsapp(message, contacts=[])


def test_changed_number_has_both_identities_and_the_new_address():
    new = {"wa_id": "33755555555", "user_id": "FR.2", "previous_user_id": "FR.1"}
    assert read(change(**new)) == [
        InboundMessage(
            external_id="wamid.9",
            identities=tuple(("whatsapp", id) for id in ("FR.1", "33612345678", "FR.2", "33755555555")),
            address="33755555555",
            name="",
            text="User Inès changed from 33612345678 to 33755555555",
            sent_at=THEN,
            phone="+33755555555",
            is_automatic=True,
            is_silent=True,
        )
    ]


def test_changed_user_id_without_a_number():
    [message] = read(change("user_changed_user_id", user_id="FR.2", previous_user_id="FR.1"))
    assert (message.address, message.phone) == ("FR.2", "")
    assert message.identities == tuple(("whatsapp", id) for id in ("FR.1", "33612345678", "FR.2"))


def test_other_notices_are_ignored():
    assert read(change("customer_identity_changed", wa_id="33755555555")) == read(change()) == []
    payload = change(wa_id="33755555555")
    del payload["entry"][0]["changes"][0]["value"]["messages"][0]["from"]
    assert read(payload) == []


# --- Malformed calls

ODD = [None, True, 0, -1, 2**63, 2**80, 1e400, "", "\0", "\ud800", "x" * 100_000, [], [[]], {}, {"a": {}}, [None, 7]]


@pytest.mark.parametrize("name", ["id", "from", "from_user_id", "timestamp", "type", "text", "image"])
def test_odd_values_are_harmless(name):
    for value in ODD:
        for payload in (text("Hi"), {**text("Hi"), "type": "image"}):
            for message in read(whatsapp({**payload, name: value})):
                assert isinstance(message, InboundMessage) and len(message.external_id) <= 255 and message.identities


@pytest.mark.parametrize("path", ["object", "entry", "changes", "value", "contacts", "messages", "statuses"])
def test_odd_shapes_hold_no_messages(path):
    for value in ODD:
        payload = whatsapp(text("Hi"), statuses=[{"id": "1", "status": "sent"}])
        places = {"object": payload, "entry": payload, "changes": payload["entry"][0]}
        places["value"] = payload["entry"][0]["changes"][0]
        places.get(path, places["value"]["value"])[path] = value
        assert all(isinstance(item, InboundMessage | Receipt) for item in read(payload))


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"7", b"null", b"\xff\xfe", b"[" * 200_000, b'{"a":' * 9000])
def test_other_bodies_are_unreadable(body):
    with pytest.raises(UnreadableError):
        list(provider.read_call(NUMBER, body, "application/json"))


def test_text_is_storable_in_every_database():
    assert one({"type": "text", "text": {"body": "a\0b\ud800c\x07\u202ed"}}).text == "abc\u202ed"
