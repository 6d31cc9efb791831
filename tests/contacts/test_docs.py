"""The examples of docs/api/contacts.md, run as they are."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contacts.dialect import dialect
from contacts.models import Contact
from tests.conftest import Api
from tests.factories import ContactFactory, ProFactory, make_token

TEXT = (Path(__file__).parents[2] / "docs/api/contacts.md").read_text()
BLOCK = re.compile(r"```(http|json)\n(.*?)```", re.S)
WHEN = datetime(2026, 2, 10, 14, 30, tzinfo=UTC)


@pytest.fixture
def documented(db):
    """The Pro's API, with the contact of the examples and an older one."""
    pro = ProFactory(country="FR")
    ContactFactory(
        pro=pro,
        id="550e8400-e29b-41d4-a716-446655440000",
        name="Hélène Marchand",
        email="helene@example.org",
        phone="+33612345678",
        channel_preference="whatsapp",
        source="telegram",
        language="fr",
        created_at=WHEN,
    )
    ContactFactory(pro=pro, name="Hélène Other", created_at=WHEN - timedelta(days=1))
    Contact.objects.update(updated_at=WHEN)
    return Api(make_token(pro))


def call(api, text):
    first, _, body = text.strip().partition("\n")
    method, path = first.split(" ")
    return api.send(method, path, body) if body else api.client.generic(method, path, headers=api.headers)


def test_the_examples_are_true(documented):
    (_, listing), (_, listed), (_, making), (_, made), (_, change), *more = BLOCK.findall(TEXT)
    (_, upsert), (_, upserted), (_, deletion), (_, refused), (_, refusal) = more
    assert call(documented, listing).json() == json.loads(listed)

    response = call(documented, making)
    documented_data = json.loads(made)["data"]
    assert response.status_code == 201
    # What every installation decides for itself stands as an ellipsis.
    assert response.json()["data"] == {
        k: response.json()["data"][k] if v == "…" else v for k, v in documented_data.items()
    }
    assert list(response.json()["data"]) == list(documented_data)

    by_external_id, written = call(documented, upsert), json.loads(upserted)
    assert (by_external_id.status_code, by_external_id.json()["externalId"]) == (201, written["externalId"])
    data = by_external_id.json()["data"]
    assert data == {name: data[name] if value == "…" else value for name, value in written["data"].items()}

    row, answer = json.loads(listed)["data"][0], call(documented, change).json()["data"]
    changed = {"status": "scheduled", "channelPreference": "email", "updatedAt": answer["updatedAt"]}
    assert answer == {**row, **changed}

    assert [call(documented, deletion).status_code for _ in range(2)] == [204, 404]
    assert call(documented, refused).json()["error"]["details"] == json.loads(refusal)["error"]["details"]
    assert call(documented, refused).json() == json.loads(refusal)


def test_every_code_is_listed():
    listed = set(re.findall(r"^\| (\d+) \| `([a-z_]+)`", TEXT, re.M))
    assert listed == {(str(status), code) for status, code in dialect.codes.values()}
