"""Approved templates of WhatsApp are listed, read, and filled in."""

import pytest

from contacts.channels.message import SendFailedError
from contacts.channels.whatsapp_templates import Template, fetch_templates

from .peer import BUSINESS_ID, WHATSAPP_TOKEN, fault


def row(name="visit", *components, **more):
    body = {"type": "BODY", "text": "Hello {{1}}, come on {{2}}."}
    usual = {"name": name, "language": "en_US", "status": "APPROVED", "category": "UTILITY"}
    return {**usual, "components": list(components) or [body], **more}


def part(kind, text="x", **more):
    return {"type": kind, "text": text, **more}


@pytest.fixture
def fetch(peer, connect_channel):
    def run(*rows):
        peer.templates = list(rows)
        return fetch_templates(connect_channel("whatsapp", business_id=BUSINESS_ID))

    return run


def test_all_pages_of_templates_are_read(fetch, peer):
    names = [template.name for template in fetch(*(row(f"t{number}") for number in range(5)))]
    assert names == ["t0", "t1", "t2", "t3", "t4"]
    assert [seen.query.get("after") for seen in peer.seen] == [None, ["2"], ["4"]]
    assert {seen.token for seen in peer.seen} == {f"Bearer {WHATSAPP_TOKEN}"}


def test_only_templates_of_text_are_offered(fetch):
    body = part("BODY", "Hi {{name}}")
    buttons = [{"type": "QUICK_REPLY", "text": "Yes"}, {"type": "URL", "text": "Site", "url": "https://a.example"}]
    whole = [
        part("HEADER", "About {{1}}", format="TEXT"),
        body,
        part("FOOTER", "Bye"),
        {"type": "BUTTONS", "buttons": buttons},
    ]
    unusable = [
        [part("HEADER", format="IMAGE"), body],
        [body, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://a.example/{{1}}"}]}],
        [body, {"type": "BUTTONS", "buttons": [{"type": "OTP"}]}],
        [body, {"type": "CAROUSEL", "cards": []}],
        [part("FOOTER")],
    ]
    odd = [None, [], {"name": 7}, row(components=7), row(components=[7, {}]), row(category="AUTHENTICATION")]
    templates = fetch(row("whole", *whole), *(row(f"u{n}", *each) for n, each in enumerate(unusable)))
    assert templates == [Template("whole", "en_US", "Hi {{name}}", "About {{1}}", "Bye")]
    assert fetch(*[{**each, "status": "APPROVED"} for each in odd if isinstance(each, dict)]) == []


def test_refusal_has_metas_words(fetch, peer):
    peer.answer_with(400, fault(200, "(#200) You do not have the permission"))
    with pytest.raises(SendFailedError) as raised:
        fetch(row())
    assert raised.value.reason == "(#200) You do not have the permission (200)"
    peer.answer_with(200, {"data": 7})
    with pytest.raises(SendFailedError):
        fetch(row())


def test_numbered_variables_are_filled_in():
    template = Template("visit", "fr", "{{2}} before {{1}}, {{ 2 }} again", "For {{1}}")
    assert template.variables == [("header", "1"), ("body", "1"), ("body", "2")]
    values = ["you", "{{2}}", "B"]
    assert template.fill_in(values).text == "For you\n\nB before {{2}}, B again"
    assert template.describe(values) == {
        "name": "visit",
        "language": {"code": "fr"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "you"}]},
            {"type": "body", "parameters": [{"type": "text", "text": "{{2}}"}, {"type": "text", "text": "B"}]},
        ],
    }


def test_named_variables_and_none():
    template = Template("visit", "fr", "{{day}} at {{hour}}")
    assert template.describe(["Monday", "10"])["components"] == [
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "day", "text": "Monday"},
                {"type": "text", "parameter_name": "hour", "text": "10"},
            ],
        }
    ]
    assert Template("hello", "fr", "Hello").describe([])["components"] == []
