"""Requests as the WSGI application receives them, before any middleware."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.wsgi import application, readable_content_type
from tests.factories import make_token


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=hex", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ('multipart/form-data; boundary="a b"', 'multipart/form-data; boundary="a b"'),
        ("multipart/form-data; charset=hex; boundary=ab", 'multipart/form-data; boundary="ab"'),
        ("text/plain; name*=utf-8''%ZZ", "text/plain"),
        ("text/plain; name*=nothing''%41", ""),
        ("x" * 20_000, ""),
        ("", ""),
    ],
)
def test_a_content_type_is_made_readable(sent, read):
    assert readable_content_type(sent) == read


def ask(content_type, token, query="", chunked=None):
    body = b'{"status": "read"}' + b" " * (chunked or 0)
    environ = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/pro/contact-requests/00000000-0000-0000-0000-000000000000",
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": content_type,
        "HTTP_AUTHORIZATION": f"Bearer {token}",
    }
    if chunked is not None:
        environ |= {"HTTP_TRANSFER_ENCODING": "chunked"}
        del environ["CONTENT_LENGTH"]
    answer = {}
    body = application(environ, lambda status, headers: answer.update(status=status))
    return int(answer["status"].split()[0]), json.loads(b"".join(body))["error"]["code"]


# A real request closes the connection that a test's transaction would live in.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, (404, "NOT_FOUND")),
        (2 * 1024 * 1024, (413, "PAYLOAD_TOO_LARGE")),
        (20 * 1024 * 1024, (413, "PAYLOAD_TOO_LARGE")),
    ],
)
def test_a_body_sent_in_chunks_is_read(pro, size, expected):
    assert ask("application/json", make_token(pro), chunked=size) == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("content_type", "query", "expected"),
    [
        ("application/json; charset=hex", "", (404, "NOT_FOUND")),
        ("application/json; charset=utf-8", "a=1&" * 300, (404, "NOT_FOUND")),
        ("application/json; name*=nothing''%41", "", (415, "UNSUPPORTED_MEDIA_TYPE")),
        ("x" * 20_000, "", (415, "UNSUPPORTED_MEDIA_TYPE")),
    ],
)
def test_a_strange_content_type_is_answered_in_the_dialect(pro, content_type, query, expected):
    assert ask(content_type, make_token(pro), query) == expected


FIRST_REQUEST = """
import sys
from django.test import RequestFactory
from config.wsgi import application

environ = RequestFactory().post("/pro/contact-requests", CONTENT_LENGTH="99999999").environ
body = b"".join(application(environ, lambda status, headers: print(status, dict(headers)["Content-Type"], flush=True)))
sys.stdout.buffer.write(body)
"""


@pytest.mark.thorough
def test_a_workers_first_request_is_refused_in_the_dialect_too():
    """A middleware refuses it, before Django has looked for its URL."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", FIRST_REQUEST]
    worker = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=60)
    status, body = worker.stdout.split("\n", 1)
    assert status == "413 Content Too Large application/json"
    assert json.loads(body) == {"error": {"code": "PAYLOAD_TOO_LARGE", "message": "The request is too large."}}
