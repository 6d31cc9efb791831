"""Updates of Telegram's Bot API, and the messages they become."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from contacts.channels import telegram as provider
from contacts.channels.message import InboundMessage, Media, UnreadableError

from .payloads import AT, TOKEN, telegram, update

BOT = SimpleNamespace(token=TOKEN)
THEN = datetime.fromtimestamp(AT, UTC)


def read(payload):
    return list(provider.read_call(BOT, json.dumps(payload).encode(), "application/json"))


def usual(**more):
    return InboundMessage(
        **{
            "external_id": "123456:1111111:1365",
            "identities": (("telegram", "1111111"),),
            "address": "1111111",
            "name": "Théo Morvan",
            "sent_at": THEN,
            "language": "fr",
            **more,
        }
    )


def test_text_message():
    assert read(update(telegram())) == [usual(text="Bonjour")]


def test_edited_message():
    edited = telegram(text="Bonsoir", edit_date=AT + 60)
    assert read(update(edited, "edited_message")) == [
        usual(text="Bonsoir", edited_at=datetime.fromtimestamp(AT + 60, UTC))
    ]


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel", None, 7])
def test_groups_are_ignored(kind):
    assert read(update(telegram(text="Hi", chat={"id": -1001, "type": kind}))) == []


@pytest.mark.parametrize("name", ["channel_post", "callback_query", "my_chat_member", "inline_query", "poll"])
def test_other_updates_are_ignored(name):
    assert read(update(telegram(), name)) == []


def test_other_bots_are_ignored():
    assert read(update(telegram(text="Hi", **{"from": {"id": 5, "is_bot": True, "first_name": "B"}}))) == []


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ({"first_name": "Théo"}, "Théo"),
        ({"first_name": " ", "username": "theo"}, "@theo"),
        ({}, ""),
        ({"first_name": 7, "last_name": None}, ""),
    ],
)
def test_names_of_senders(sender, name):
    [messages] = read(update(telegram(text="Hi", **{"from": {"id": 1111111, **sender}})))
    assert messages.name == name


@pytest.mark.parametrize(("code", "language"), [("nl", "nl"), ("pt-br", "pt"), ("FR", "fr"), ("xx", ""), (7, "")])
def test_languages_of_senders(code, language):
    [messages] = read(update(telegram(text="Hi", **{"from": {"id": 1, "first_name": "T", "language_code": code}})))
    assert messages.language == language


KINDS = {
    "photo": (
        [{"file_id": "s", "file_size": 10, "width": 90}, {"file_id": "l", "file_size": 900, "width": 1280}],
        Media("image", "l", "", "", 900),
    ),
    "document": (
        {"file_id": "d", "file_name": "plan.pdf", "mime_type": "application/pdf", "file_size": 12},
        Media("document", "d", "plan.pdf", "application/pdf", 12),
    ),
    "voice": ({"file_id": "v", "duration": 3, "mime_type": "audio/ogg"}, Media("voice", "v", "", "audio/ogg")),
    "video": ({"file_id": "v"}, Media("video", "v")),
    "video_note": ({"file_id": "v"}, Media("video_note", "v")),
    "audio": ({"file_id": "a", "file_name": "a.mp3"}, Media("audio", "a", "a.mp3")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_media_are_references(kind):
    content, media = KINDS[kind]
    assert read(update(telegram(caption="Look", **{kind: content}))) == [usual(text="Look", media=(media,))]


def test_animation_is_not_a_document():
    both = {"animation": {"file_id": "a"}, "document": {"file_id": "a"}}
    assert read(update(telegram(**both))) == [usual(media=(Media("animation", "a"),))]


def test_sticker_has_its_emoji_as_text():
    assert read(update(telegram(sticker={"file_id": "s", "emoji": "👋"}))) == [
        usual(text="👋", media=(Media("sticker", "s"),))
    ]


def test_locations_are_text():
    venue = {"title": "Vieux-Port", "address": "Marseille"}
    place = {"latitude": 43.29, "longitude": 5.37}
    assert read(update(telegram(location=place, venue=venue))) == [
        usual(text="Vieux-Port\nMarseille\n43.29, 5.37", media=(Media("location"),))
    ]


def test_own_contact_card_gives_the_senders_number():
    card = {"phone_number": "33612345678", "first_name": "Théo", "user_id": 1111111}
    assert read(update(telegram(contact=card))) == [
        usual(text="Théo 33612345678", media=(Media("contact"),), phone="+33612345678")
    ]
    other = {**card, "user_id": 2222222}
    assert read(update(telegram(contact=other)))[0].phone == ""
    assert read(update(telegram(contact={"phone_number": "1", "user_id": 1111111})))[0].phone == ""


@pytest.mark.parametrize("kind", ["poll", "dice", "game", "story", "anything_new"])
def test_unsupported_content_is_noted(kind):
    assert read(update(telegram(**{kind: {"id": 1}}))) == [usual(media=(Media("unsupported"),))]


ODD = [None, True, -1, 2**63, 2**80, 1e400, "", "\0", "\ud800", "x" * 100_000, [], {}, {"a": {}}, [None]]


@pytest.mark.parametrize(
    "name", ["message_id", "from", "chat", "date", "text", "photo", "document", "contact", "location"]
)
def test_odd_values_are_harmless(name):
    for value in ODD:
        for messages in read(update({**telegram(), name: value})):
            assert isinstance(messages, InboundMessage) and messages.identities == (("telegram", "1111111"),)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"null", b"\xff\xfe", b"[" * 200_000])
def test_other_bodies_are_unreadable(body):
    with pytest.raises(UnreadableError):
        list(provider.read_call(BOT, body, "application/json"))
