"""The examples of docs/api/contact-requests.md, run as they are written."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contact_requests.dialect import dialect
from contact_requests.models import ContactRequest
from tests.conftest import Api
from tests.factories import ContactFactory, ProFactory, PropertyFactory, RequestFactory, make_token

TEXT = (Path(__file__).parents[2] / "docs/api/contact-requests.md").read_text()
BLOCK = re.compile(r"```(http|json)\n(.*?)```", re.S)
WHEN = datetime(2026, 2, 10, 14, 30, tzinfo=UTC)


@pytest.fixture
def documented(db):
    """The Pro's API; the documented contact request and an older one are stored."""
    pro = ProFactory(id=7)
    house = PropertyFactory(
        pro=pro,
        id="f2b1c7e4-55a0-4e0c-8f6e-0b8f4b1d2a33",
        slug="house-on-the-quay",
        title="House on the quay",
        reference="AP 101",
    )
    contact = ContactFactory(pro=pro, id="0a3c5e7f-1b2d-4c6e-8a90-b1c2d3e4f506")
    fields = {"name": "Hélène Marchand", "email": "helene@example.org", "phone": "+33612345678"}
    RequestFactory(
        id="7d9d1f6e-0d0e-4d3e-9f57-3f0f5f7a1c11",
        property=house,
        contact=contact,
        created_at=WHEN,
        **fields,
        message="Is the house still free?",
    )
    RequestFactory(property=house, created_at=WHEN - timedelta(days=1))
    ContactRequest.objects.update(updated_at=WHEN)
    return Api(make_token(pro))


def call(api, text):
    first, _, body = text.strip().partition("\n")
    method, path = first.split(" ")
    return api.send(method, path, body) if body else api.client.get(path, headers=api.headers)


def test_the_examples_are_true(documented):
    texts = [text for _kind, text in BLOCK.findall(TEXT)]
    listing, listed, creation, creating_answer, change, refused, refusal = texts
    assert call(documented, listing).json() == json.loads(listed)

    row = json.loads(listed)["data"][0]
    answer = call(documented, change).json()
    assert {**answer, "readAt": None, "updatedAt": row["updatedAt"]} == {**row, "status": "read"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["readAt"])

    assert call(documented, refused).json() == json.loads(refusal)

    answer, written = call(documented, creation).json(), json.loads(creating_answer)
    made = {name: answer[name] for name in ("id", "contactId", "updatedAt")}
    assert (answer, list(answer)) == ({**written, **made}, list(written))


def test_every_code_is_listed():
    listed = set(re.findall(r"^\| (\d+) \| `([A-Z_]+)`", TEXT, re.M))
    assert listed == {(str(status), code) for status, code in dialect.codes.values()}
