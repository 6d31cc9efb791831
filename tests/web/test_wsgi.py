"""What arrives at the door of the application, before any middleware."""

import io
import json

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


def ask(content_type, token, query=""):
    body = b'{"status": "read"}'
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
    answer = {}
    body = application(environ, lambda status, headers: answer.update(status=status))
    return answer["status"], json.loads(b"".join(body))["error"]["code"]


# A real request closes the connection that a test's transaction would live in.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("content_type", "query", "expected"),
    [
        ("application/json; charset=hex", "", ("404 Not Found", "NOT_FOUND")),
        ("application/json; charset=utf-8", "a=1&" * 300, ("404 Not Found", "NOT_FOUND")),
        ("application/json; name*=nothing''%41", "", ("415 Unsupported Media Type", "UNSUPPORTED_MEDIA_TYPE")),
        ("x" * 20_000, "", ("415 Unsupported Media Type", "UNSUPPORTED_MEDIA_TYPE")),
    ],
)
def test_a_strange_content_type_is_answered_in_the_dialect(pro, content_type, query, expected):
    assert ask(content_type, make_token(pro), query) == expected
