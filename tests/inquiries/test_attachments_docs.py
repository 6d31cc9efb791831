"""The examples of the section "Attachments", run as written."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inquiries.models import Attachment
from tests.conftest import Api
from tests.factories import InquiryFactory, make_token

DOCS = Path(__file__).parents[2] / "docs/api/inquiries.md"
BLOCK = re.compile(r"```(http|json)\n(.*?)```", re.S)


def section():
    after = DOCS.read_text().split("\n## Attachments\n", 1)[1]
    return BLOCK.findall(re.split(r"^## ", after, flags=re.M)[0])


@pytest.fixture
def documented(pro, settings):
    settings.SITE_URL = "https://desk.example.com"
    InquiryFactory(id=42, pro=pro)
    return Api(make_token(pro))


def call(api, text):
    head, _, body = text.partition("\n\n")
    first, *lines = head.strip().split("\n")
    method, path = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    sent = body.rstrip("\n").replace("\n", "\r\n").encode() + b"\r\n" if body else b""
    return api.send(method, path, sent, headers.get("Content-Type", "application/json"))


def test_the_examples_are_true(documented):
    (
        (_, upload),
        (_, made),
        (_, wrong),
        (_, refusal),
        (_, listing),
        (_, listed),
        (_, download),
        (_, deletion),
        (
            _,
            deleted,
        ),
    ) = section()
    response = call(documented, upload)
    assert (response.status_code, list(response.json()["data"])) == (201, list(json.loads(made)["data"]))
    expected = {"id": 7, "created_at": "2026-04-16T10:30:00.000000Z"}
    own = response.json()["data"]["download_url"]
    assert own == json.loads(made)["data"]["download_url"].replace("/7/", f"/{response.json()['data']['id']}/")
    assert {**response.json()["data"], **expected, "download_url": ""} == {
        **json.loads(made)["data"],
        "download_url": "",
    }
    Attachment.objects.update(id=7, created_at=datetime(2026, 4, 16, 10, 30, tzinfo=UTC))

    refused = call(documented, wrong)
    assert (refused.status_code, refused.json()) == (422, json.loads(refusal))
    assert call(documented, listing).json() == json.loads(listed)
    assert b"".join(call(documented, download)) == b"Two rooms and a kitchen."
    assert call(documented, deletion).json() == json.loads(deleted)
    assert call(documented, deletion).status_code == 404
