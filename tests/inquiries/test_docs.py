"""The examples of docs/api/inquiries.md, run as written, section by section."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from inquiries.dialect import dialect
from inquiries.models import FilterOption, Inquiry, Offer
from tests.conftest import Api
from tests.factories import InquiryFactory, make_token

from .conftest import WHEN

TEXT = (Path(__file__).parents[2] / "docs/api/inquiries.md").read_text()
BLOCK = re.compile(r"```(http|json)\n(.*?)```", re.S)


def section(title):
    """The examples under one heading, as texts."""
    [body] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
    return [text for _kind, text in BLOCK.findall(body)]


def call(api, text):
    first, _, body = text.strip().partition("\n")
    method, path = first.split(" ")
    return api.send(method, path, body) if body else api.client.generic(method, path, headers=api.headers)


@pytest.fixture
def documented(jan):
    """The Pro's program, with the documented inquiry and an older one."""
    option = FilterOption.objects.create(group="Region", label="Groningen")
    jan.filter_options.add(option)
    InquiryFactory(pro=jan.pro, inquiry_type=jan.inquiry_type, created_at=WHEN - timedelta(days=1))
    Offer.objects.create(
        inquiry=jan,
        title="Keuken",
        amount=Decimal(12500),
        valid_until=date(2025, 12, 31),
        made_by_name="Olive Owner",
        created_at=WHEN + timedelta(hours=3, minutes=45),
    )
    at = WHEN + timedelta(seconds=2)
    Inquiry.objects.update(acknowledged_at=at, updated_at=at)
    return Api(make_token(jan.pro))


def alike(expected, response):
    """`response` with an ellipsis where the page has one, and with the ids of the page."""
    if expected == "…":
        return "…"
    if isinstance(expected, dict) and isinstance(response, dict):
        assert list(expected) == list(response)
        counted = {
            name for name in ("id", "inquiry_type_id") if expected.get(name) == 1 and isinstance(response[name], int)
        }
        return {name: expected[name] if name in counted else alike(expected[name], response[name]) for name in expected}
    if isinstance(expected, list) and isinstance(response, list) and expected:
        # An ellipsis at the end stands for the rest.
        rest = response[len(expected) - 1 :] if expected[-1] == "…" else []
        shown = response[: len(response) - len(rest)]
        return [alike(*pair) for pair in zip(expected, shown, strict=False)] + (
            ["…"] if rest else shown[len(expected) :]
        )
    return response


@pytest.mark.parametrize("title", ["Types", "Pipelines", "Filter options", "List", "Detail"])
def test_the_examples_of_reading(documented, title):
    request, answer = section(title)
    response, expected = call(documented, request), json.loads(answer)
    assert response.status_code == 200
    assert alike(expected, response.json()) == expected


def test_the_actions_and_the_history(documented):
    move, refused, refusal = section("Actions")
    answer = call(documented, move)
    assert (answer.status_code, answer.json()["message"]) == (200, "Action performed successfully")
    assert answer.json()["data"]["inquiry"]["pipeline_status"] == "in_review"
    # The page shows the keys of the answer.
    assert [key for key in answer.json() if f'"{key}"' in TEXT] == ["success", "message", "data"]
    response = call(documented, refused)
    assert (response.status_code, response.json()) == (500, json.loads(refusal))

    request, expected = section("History")
    response, expected = call(documented, request), json.loads(expected)
    assert (response.status_code, alike(expected, response.json())) == (200, expected)


def test_the_validation_error(documented):
    request, answer = section("Errors")
    response = call(documented, request)
    assert (response.status_code, response.json()) == (422, json.loads(answer))
    assert list(response.json()["errors"]) == list(json.loads(answer)["errors"])


def test_every_message_is_listed():
    listed = re.findall(r"^\| (\d+) \| `([A-Z][a-z ]+)`", TEXT, re.M)
    assert sorted(listed) == sorted((str(status), message) for status, message in dialect.codes.values())
