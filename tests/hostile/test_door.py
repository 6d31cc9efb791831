"""Headers and cookies that a library stumbles over, at the WSGI door and each kind of address: never an error 500."""

import io
import json

import pytest
from django.conf import settings

from config.api.endpoint import Api
from config.wsgi import application

from ..access.matrix import addresses
from ..conftest import new_session
from ..isolation import forget_requests
from .attack import totals
from .corpus import IS_WHOLE

PATHS = ["/inbox", "/api/inquiries", "/healthz", "/static/nothing.css"]
# Besides those of each kind, every address without a value in it.
PATHS += [f"/{address}" for address in addresses() if IS_WHOLE and not set(address) & set("<^")]
HTMX = {"HTTP_HX_REQUEST": "true"}
CHARSETS = ["utf-7''+2AA-", "unicode_escape''%5cud800", "idna''%ff", "punycode''%ff%ff", "undefined''a", "zlib''a"]
# The same at a parameter of the Content-Type and at the name and the file name of a part.
PARAMETERS = [f"*={text}" for text in [*CHARSETS, "nothing''a", "\0''a", "a; {name}*0=b", "a; {name}*0=b; {name}=c"]]
PARAMETERS += ["*x=b", "*0=x; {name}*=y", f"*{'9' * 480}=a", "*²=b", "*-1*=b"]
LANGUAGE = "\xff;q=;q=1,*;q=nan," + "a-" * 3000
FORWARDED = {"HTTP_X_FORWARDED_FOR": "[::1, %%, é", "REMOTE_ADDR": "unix:"}
ADDRESSES = ["http://[", "http://testserver:99999999/", "http://\u2100.com/".encode().decode("latin1"), "http://%5b%00"]
HEADERS = [
    *[{name: url, **HTMX} for url in ADDRESSES for name in ("HTTP_HX_CURRENT_URL", "HTTP_REFERER", "HTTP_ORIGIN")],
    *[{"HTTP_HOST": host} for host in ("[", "testserver:999999999", "\xff")],
    FORWARDED,
    {"HTTP_ACCEPT_LANGUAGE": LANGUAGE, "HTTP_ACCEPT": "\xff/;q=nan, */*;q=1e999, a/b;q*=utf-7''%ff; q*0=a"},
    {
        "HTTP_RANGE": "bytes=-²-",
        "HTTP_IF_NONE_MATCH": '"\xff',
        "HTTP_IF_MODIFIED_SINCE": "Thu, 99 Xyz 99999 99:99:99 GMT",
    },
    *[{"HTTP_AUTHORIZATION": text} for text in ("Bearer \xff\0", "Bearer canarytext")],
    *[{"HTTP_AUTHORIZATION": text} for text in ("Basic ====", "Bearer ²²", "Bearer " + "a" * 9000)],
    {"HTTP_IDEMPOTENCY_KEY": "\0\xff" * 300},
    {**HTMX, "HTTP_HX_TARGET": "%ff%00", "HTTP_HX_TARGET_URI_AUTOENCODED": "true", "HTTP_HX_TRIGGER": "\xff\0"},
    *[{"CONTENT_LENGTH": text} for text in ("²", "9" * 5000, "-1", "")],
    {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-7"},
]


def send(method, path, body=b"", **headers):
    """Send a request past gunicorn; returns its status and, on the path of an API, its decoded answer."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "crumb=canaryquery",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        **headers,
    }
    answer = {}
    content = b"".join(application(environ, lambda status, headers: answer.update(status=status)))
    forget_requests()
    status = int(answer["status"].split()[0])
    totals["requests"] += 1
    totals["answers of 500"] += is_error_of_ours(path, status)
    return status, json.loads(content) if Api.at(path) else {"error": {}}


def is_error_of_ours(path, status):
    """True for 500 and more. Without a worker the installation is not ready, whatever is sent."""
    return status >= 500 and not (path.startswith("/readyz") and status == 503)


def cookies(**values):
    return {"HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in values.items())}


@pytest.fixture
def sent(transactional_db, subtests, canaries):
    """Sends the same request to all addresses, by all methods, and none of them ends in an error of ours."""

    def send_everywhere(body=b"", methods=("GET", "POST"), paths=PATHS, **headers):
        for path in paths:
            for method in methods:
                with subtests.test(str(headers)[:100], method=method, path=path, body=body[:100]):
                    status, answer = send(method, path, body, **headers)
                    assert not is_error_of_ours(path, status)
                    assert status < 400 or "error" in answer
                    assert canaries.found == []

    return send_everywhere


def test_headers(sent, user):
    session = cookies(**{settings.SESSION_COOKIE_NAME: new_session(user)})
    for headers in HEADERS:
        sent(**headers, **session)


def test_paths_in_bytes_of_no_text(sent):
    endings = ["\0", "\xff\xfe", "\xed\xa0\x80", "%", "%00", "/" * 3000, "\r\nSet-Cookie: a=b", "../" * 30, ";a=b"]
    sent(paths=[f"{path}{end}" for path in PATHS for end in [*endings, *(f"/{end}" for end in endings)]])


def test_parameters_of_the_content_type(sent):
    for parameter in PARAMETERS:
        sent(CONTENT_TYPE="multipart/form-data; boundary" + parameter.format(name="boundary"), methods=["POST"])


@pytest.mark.parametrize("hidden", ['"\\000abc"', '"\\377"', '"\\012"', "\xed\xa0\x80", '"\\u0000"'])
def test_cookies(sent, hidden):
    names = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages"]
    sent(**cookies(**dict.fromkeys(names, hidden)))


def test_headers_of_a_part(sent):
    token = cookies(**{settings.CSRF_COOKIE_NAME: "a" * 32})
    parameters = [
        part + parameter.format(name=name)
        for parameter in PARAMETERS
        for part, name in (("name", "name"), ("name=a; filename", "filename"))
    ]
    for parameter in [*parameters, 'name="\0"; filename="\0"']:
        for head in (f"form-data; {parameter}", f"form-data; name=a\r\nContent-Type: a/b; {parameter}"):
            body = f"--b\r\nContent-Disposition: {head}\r\n\r\nx\r\n--b--\r\n".encode()
            sent(body, ["POST"], ["/sign-in"], CONTENT_TYPE="multipart/form-data; boundary=b", **token)


def test_a_part_that_cannot_be_read_is_said(browser):
    body = b"--b\r\nContent-Disposition: form-data; name*=a; name*0=b\r\n\r\nx\r\n--b--\r\n"
    response = browser.post("/contacts/new", body, content_type="multipart/form-data; boundary=b")
    assert response.status_code == 400
    assert "That request could not be read" in response.text
