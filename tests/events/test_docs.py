"""The examples of docs/api/webhooks.md, run as they are."""

import json
import re
from pathlib import Path

import pytest

from config.accounts.models import Pro
from config.events.kinds import TEST, EventType
from config.events.signing import make_secret, sign
from contacts.dialect import to_contact_body
from tests.factories import ContactFactory

TEXT = (Path(__file__).parents[2] / "docs/api/webhooks.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.S)


def test_every_event_is_named():
    assert [name for name in (*EventType.values, TEST) if f"`{name}`" not in TEXT] == []


def test_the_code_verifies_a_call():
    [code] = blocks("python")
    names = {}
    exec(code, names)  # noqa: S102
    former, secret, body = make_secret(), make_secret(), '{"data": "é"}'
    headers = sign("evt_1", int(names["time"].time()), body, [secret, former])
    for each in (former, secret):
        names["verify"](each, headers, body.encode())
    for wrong in ({"webhook-timestamp": "1"}, {"webhook-id": "evt_2"}, {"webhook-signature": "v1,x"}):
        with pytest.raises(ValueError, match=r"old|signed"):
            names["verify"](secret, headers | wrong, body.encode())


@pytest.mark.django_db
def test_the_examples_are_true(api, pro: Pro):
    example, made = (json.loads(text) for text in blocks("json"))
    assert list(example["data"]) == list(to_contact_body(ContactFactory(pro=pro)).__struct_encode_fields__)
    [call] = blocks("http")
    first, body = call.strip().split("\n", 1)
    answer = api.post(first.split()[1], json.loads(body))
    shown = {name: value if made["data"][name] != "…" else "…" for name, value in answer.json()["data"].items()}
    assert (answer.status_code, shown) == (201, made["data"])
