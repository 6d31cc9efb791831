"""Hostile values in every part of a request to /pro: refused in the dialect, never a 500."""

import json
import uuid
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from contact_requests.models import ContactRequest

from ..factories import PropertyFactory, RequestFactory

LIST = "/pro/contact-requests"

TEXTS = {
    "nul": "\x00",
    "nul within": "re\x00ad",
    "bidi": "\u202eread\u202c",
    "zero width": "re\u200bad",
    "zero width alone": "\u200b\u200d\ufeff",
    "combining": "e" + "\u0301" * 400,
    "emoji": "🏳️‍🌈" * 20,
    "control": "\x01\x1b[31m\x7f\x85\u2028",
    "line break": "read\r\nSet-Cookie: a=b",
    "2^31": str(2**31),
    "2^63": str(2**63),
    "2^80": str(2**80),
    "5000 digits": "9" * 5000,
    "negative": "-" + "9" * 5000,
    "exponent": "1e999",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "hexadecimal": "0x41",
    "null": "null",
    "list": "[1,2]",
    "object": '{"$gt": ""}',
    "sql": "' OR '1'='1",
    "template": "{{ 7 * 7 }}{% debug %}",
    "path": "../../../etc/passwd",
    "format": "%s%n%(message)s{0}",
    "long": "x" * 20_000,
    "replacement": "\ufffd",
    "non-character": "\uffff\U0010ffff",
}
# JSON as it comes over the wire, where it says more than Python's own encoder would.
VALUES = {
    **{name: json.dumps(text) for name, text in TEXTS.items()},
    "lone surrogate": r'"\ud800"',
    "low surrogate first": r'"\udc00\ud800"',
    "surrogate within": r'"re\ud83dad"',
    "integer 2^31": str(2**31),
    "integer 2^63": str(2**63),
    "integer 2^80": str(2**80),
    "integer of 4000 digits": "9" * 4000,
    "integer of 5000 digits": "9" * 5000,
    "float": "0.1",
    "float of 5000 digits": "0." + "9" * 5000,
    "huge exponent": "1e999999999",
    "bare NaN": "NaN",
    "bare Infinity": "Infinity",
    "bare -Infinity": "-Infinity",
    "true": "true",
    "bare null": "null",
    "empty list": "[]",
    "empty object": "{}",
    "nested 900 deep": "[" * 900 + "]" * 900,
    "nested 3000 deep": "[" * 3000 + "]" * 3000,
    "objects nested 3000 deep": '{"a":' * 3000 + "1" + "}" * 3000,
    "nested 200,000 deep": "[" * 200_000 + "]" * 200_000,
    "objects nested 200,000 deep": '{"":' * 200_000,
    "nested and never closed": "[" * 200_000,
    "many texts": json.dumps(["\u0000"] * 1000),
    "surrogate in a nested key": r'{"a": [{"\ud800": 1}]}',
    "long text": '"' + "x" * 1_000_000 + '"',
}
# Queries that hold no text, or none in UTF-8.
NO_TEXTS = ["%", "%zz", "%ff%fe", "%00", "%ed%a0%80", "%c0%ae", "+", "%u0041"]
BODIES = {
    "empty": b"",
    "white space": b" \r\n\t",
    "array": b'[{"status": "read"}]',
    "string": b'"status"',
    "number": b"7",
    "null": b"null",
    "NaN": b"NaN",
    "bad UTF-8": b'{"status": "read\xff"}',
    "overlong UTF-8": b'{"status": "re\xc0\xa1d"}',
    "surrogate in UTF-8": b'{"status": "\xed\xa0\x80"}',
    "latin-1": '{"status": "réad"}'.encode("latin-1"),
    "UTF-8 with BOM": '\ufeff{"status": "read"}'.encode(),
    "UTF-16": '{"status": "read"}'.encode("utf-16"),
    "UTF-16 without BOM": '{"status": "read"}'.encode("utf-16-le"),
    "UTF-32": '{"status": "read"}'.encode("utf-32"),
    "a key twice": b'{"status": "read", "status": "replied"}',
    "a key twice, escaped": b'{"status": "read", "st\\u0061tus": "read"}',
    "a key twice, nested": b'{"status": {"a": 1, "a": 2}}',
    "two documents": b'{"status": "read"}{"status": "read"}',
    "trailing comma": b'{"status": "read",}',
    "single quotes": b"{'status': 'read'}",
    "comment": b'{"status": "read"} // yes',
    "raw NUL": b'{"status": "read"}\x00',
    "raw line break in text": b'{"status": "re\nad"}',
    "form": b"status=read",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "deep": b"[" * 200_000,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}


def is_refused(response, status=400, codes=("VALIDATION_ERROR",)):
    """Check status, code and details of an error response."""
    assert response["Content-Type"] == "application/json"
    assert response.status_code == status, response.content[:500]
    body = json.loads(response.content)
    assert list(body) == ["error"]
    assert list(body["error"]) in (["code", "message"], ["code", "message", "details"])
    assert body["error"]["code"] in codes
    assert all(list(detail) == ["field", "message"] for detail in body["error"].get("details", []))
    # The input is not echoed in full.
    assert len(response.content) < 3000
    return True


@pytest.fixture
def row(pro):
    return RequestFactory(property=PropertyFactory(pro=pro))


@pytest.fixture
def path(row):
    return f"{LIST}/{row.pk}"


@pytest.fixture
def case(case, row):
    """Check after each test that no stored row has changed."""
    before = ContactRequest.objects.values().get(pk=row.pk)

    @contextmanager
    def run(label, /, **more):
        with case(label, **more):
            yield
            assert ContactRequest.objects.values().get(pk=row.pk) == before
            assert list(row.events.all()) == []

    return run


@pytest.mark.parametrize("field", ["limit", "status", "propertyId", "cursor"])
def test_a_query_parameter(api, case, field):
    for label, text in TEXTS.items():
        with case(label):
            assert is_refused(api.get(LIST, **{field: text}), codes=("VALIDATION_ERROR", "INVALID_CURSOR"))


def test_an_unknown_query_parameter_is_ignored(api, row, case):
    for label, text in TEXTS.items():
        with case(label):
            for response in (api.get(LIST, **{text: "1"}), api.get(LIST, unknown=text)):
                assert (response.status_code, [r["id"] for r in response.json()["data"]]) == (200, [str(row.pk)])


@pytest.mark.parametrize("field", ["limit", "status", "propertyId", "cursor"])
def test_a_query_that_is_no_text(api, case, field):
    for raw in NO_TEXTS:
        with case(raw):
            response = api.client.get(f"{LIST}?{field}={raw}", headers=api.headers)
            assert is_refused(response, codes=("VALIDATION_ERROR", "INVALID_CURSOR"))


def test_a_body_field(api, path, case):
    for label, value in VALUES.items():
        with case(label):
            assert is_refused(api.put(path, '{"status": %s}' % value))  # noqa: UP031 - braces


def test_an_unknown_body_field(api, path, case):
    for label, value in VALUES.items():
        with case(label):
            assert is_refused(api.put(path, '{"status": "read", "note": %s}' % value))  # noqa: UP031 - braces


KEYS = {name: value for name, value in VALUES.items() if value.startswith('"')}


def test_the_name_of_a_body_field(api, path, case):
    for label, key in KEYS.items():
        with case(label):
            response = api.put(path, '{"status": "read", %s: 1}' % key)  # noqa: UP031 - braces
            assert is_refused(response)
            [detail] = response.json()["error"]["details"]
            assert detail["message"] == "This field is not known here."


def test_a_whole_body(api, path, case):
    for label, body in BODIES.items():
        with case(label):
            # The test client leaves the type out where there is no body.
            assert is_refused(api.put(path, body, **{"Content-Type": "application/json"}))


def test_a_body_of_three_megabytes(api, path, case):
    for label, body in {"text": b'{"status": "' + b"x" * 3_000_000 + b'"}', "white space": b" " * 3_000_000}.items():
        with case(label):
            assert is_refused(api.put(path, body), 413, ["PAYLOAD_TOO_LARGE"])


def test_a_content_length_that_is_none(api, path, case):
    for length in ("abc", "-1", "99999999999999999999", "1.5", "٣"):
        with case(length):
            response = api.put(path, {"status": "read"}, **{"Content-Length": length})
            assert is_refused(response, response.status_code, ["VALIDATION_ERROR", "PAYLOAD_TOO_LARGE"])
            assert response.status_code in (400, 413)


def test_the_id_in_the_path(api, case):
    for label, text in TEXTS.items():
        with case(label):
            assert is_refused(api.put(f"{LIST}/{_quoted(text)}", {"status": "read"}), 404, ["NOT_FOUND"])


def test_a_path_below_pro(api, case):
    for label, text in TEXTS.items():
        with case(label):
            assert is_refused(api.get(f"/pro/{_quoted(text)}"), 404, ["NOT_FOUND"])


@pytest.mark.parametrize("id", [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)])
def test_an_id_at_the_edge(api, id):
    assert is_refused(api.put(f"{LIST}/{id}", {"status": "read"}), 404, ["NOT_FOUND"])
    assert api.get(LIST, propertyId=str(id)).json() == {"data": [], "cursor": {"next": None}, "hasMore": False}


# A header is Latin-1 without line breaks by the time a program sees it.
HEADERS = {name: text for name, text in TEXTS.items() if text.isascii() and "\n" not in text}


def test_a_token(nobody, case):
    for label, text in HEADERS.items():
        with case(label):
            response = nobody.get(LIST, headers={"Authorization": f"Bearer {text}"})
            assert is_refused(response, 401, ["UNAUTHENTICATED"])


@pytest.mark.parametrize("header", ["Cookie", "X-CSRFToken", "Origin", "Referer", "X-Forwarded-For", "Accept-Language"])
def test_a_header_beside_the_token(api, path, case, header):
    for label, text in HEADERS.items():
        with case(label):
            response = api.put(path, {"status": "new_request"}, **{header: text})
            assert (response.status_code, response.json()["status"]) == (200, "new_request")


def test_a_session_cookie(nobody, settings, case):
    for label, text in HEADERS.items():
        with case(label):
            nobody.cookies[settings.SESSION_COOKIE_NAME] = text
            assert is_refused(nobody.get(LIST), 401, ["UNAUTHENTICATED"])


def _quoted(text):
    return quote(text, safe="")
