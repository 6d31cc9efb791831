"""Edits, deletions, reactions, answers to forms, ads and quotations of WhatsApp's messages; groups are left alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from contacts.channels import whatsapp as provider
from contacts.channels.message import InboundMessage, Media, Referral

from .payloads import AT, text, whatsapp
from .peer import PHONE_ID

THEN = datetime.fromtimestamp(AT, UTC)
USUAL = InboundMessage(
    external_id="wamid.1",
    identities=(("whatsapp", "FR.13491208655302741918"), ("whatsapp", "33612345678")),
    address="33612345678",
    name="Inès Marchand",
    sent_at=THEN,
    phone="+33612345678",
)


def read(message, **more):
    """The messages of a call with this one, which has the usual sender."""
    usual = {"from": "33612345678", "id": "wamid.1", "timestamp": str(AT)}
    body = json.dumps(whatsapp({**usual, **message}, **more)).encode()
    return list(provider.read_call(SimpleNamespace(address=PHONE_ID), body, "application/json"))


def edit(**message):
    return {"type": "edit", "edit": {"original_message_id": "wamid.0", "message": message}}


def form(answers):
    reply = {
        "name": "flow",
        "body": "Sent",
        "response_json": answers if isinstance(answers, str) else json.dumps(answers),
    }
    return {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}


def test_edit_is_read_as_the_message_that_it_changes():
    changed = replace(USUAL, external_id="wamid.0", edited_at=THEN)
    assert read(edit(type="text", text={"body": "On Monday?"})) == [replace(changed, text="On Monday?")]
    picture = {"type": "image", "image": {"id": "7", "mime_type": "image/jpeg", "caption": "The door"}}
    assert read(edit(**picture)) == [replace(changed, text="The door", media=(Media("image", "7", "", "image/jpeg"),))]
    assert read({"type": "edit", "edit": {}}) == []


def test_deletion_is_read_as_the_message_that_it_is_about():
    message = {"type": "revoke", "revoke": {"original_message_id": "wamid.0"}}
    assert read(message) == [replace(USUAL, external_id="wamid.0", deleted_at=THEN)]
    assert read({"type": "revoke", "revoke": {}}) == []


def test_reaction_names_the_message_that_it_is_about():
    reaction = replace(USUAL, answers_to="wamid.0", media=(Media("reaction", "wamid.0"),))
    for content, expected in (
        ({"message_id": "wamid.0", "emoji": "👍"}, replace(reaction, text="👍")),
        ({"message_id": "wamid.0", "emoji": ""}, replace(reaction, is_silent=True)),
        ({"message_id": "wamid.0"}, replace(reaction, is_silent=True)),
    ):
        assert read({"type": "reaction", "reaction": content}) == [expected]


@pytest.mark.parametrize(
    ("answers", "lines"),
    [
        ({"flow_token": "x", "floor": "2", "lift": True, "cellar": False}, "floor: 2\nlift: ✓\ncellar: ✗"),
        ({"days_free": ["Mon", "Tue"], "people": 3, "note": ""}, "days free: Mon, Tue\npeople: 3"),
        ({"values": {"city": "Gent", "zip": {"a": 1}}, "rooms": [{"kind": "bath"}]}, "city: Gent\na: 1\nkind: bath"),
    ],
)
def test_answers_to_a_form_are_lines(answers, lines):
    assert read(form(answers)) == [replace(USUAL, text=lines)]


def test_answers_without_a_content_cannot_be_shown():
    deep = '{"a":' * 50 + "1" + "}" * 50
    for answers in ("", "nonsense", "[]", "{}", "[" * 90_000, deep, '{"flow_token": "x"}'):
        assert read(form(answers)) == [replace(USUAL, media=(Media("unsupported"),))]
    [long] = read(form({f"q{n}": "x" * 5000 for n in range(300)}))
    assert [len(line) for line in long.text.splitlines()] == [len(f"q{n}: ") + 2000 for n in range(200)]


def test_ad_that_brought_the_sender():
    ad = {
        "source_url": "https://ad.example/2",
        "source_type": "ad",
        "headline": "Loft, 2 rooms",
        "body": "At the canal",
    }
    [message] = read(text("More?", referral=ad))
    assert message == replace(
        USUAL, text="More?", referral=Referral("Loft, 2 rooms", "At the canal", "https://ad.example/2")
    )
    [message] = read(text("More?", referral={"source_url": "javascript:alert(1)", "headline": "x"}))
    assert message.referral == Referral("x", "", "")
    for odd in (None, [], "x", {}, {"headline": 7}):
        [message] = read(text("More?", referral=odd))
        assert message.referral is None


def test_message_that_is_answered():
    [message] = read(text("That one", context={"from": PHONE_ID, "id": "wamid.out"}))
    assert message == replace(USUAL, text="That one", answers_to="wamid.out")
    for odd in (None, [], {"id": 7}, {"forwarded": True}):
        assert read(text("That one", context=odd)) == [replace(USUAL, text="That one")]


def test_groups_are_left_alone():
    assert read(text("Hi all", group_id="Y2FwaV9ncm91cDo")) == []
    assert read({**edit(type="text", text={"body": "x"}), "group_id": "Y2FwaV9ncm91cDo"}) == []


def test_unknown_types_with_their_errors_cannot_be_shown():
    errors = [{"code": 131051, "title": "Message type unknown"}]
    for kind in ("unsupported", "hologram"):
        assert read({"type": kind, "errors": errors}) == [replace(USUAL, media=(Media("unsupported"),))]
