"""A request with a token is answered before the middleware for browsers, exactly as behind it.

A cookie that means nothing sends the same request through all middleware.
"""

import json
import uuid

import pytest
from django.db import OperationalError
from django.test import Client

from config.accounts.models import Pro

from ..factories import ContactFactory, InquiryFactory, ProFactory, RequestFactory, make_token
from ..inquiries.uploads import OWNER, form, post
from ..sample_files import PDF

pytestmark = pytest.mark.django_db
LISTS = ("/pro/contact-requests", "/api/v1/contacts", "/api/inquiries/list")
OURS = "/api/v1/contacts"


def content(response):
    """Status, headers and body, without what differs from one request to the next."""
    body = response.getvalue().decode()
    headers = {name: value for name, value in response.headers.items() if name not in ("X-Request-ID", "RateLimit")}
    return response.status_code, headers, body.replace(response.headers["X-Request-ID"], "ID")


@pytest.fixture
def both(pro):
    """Sends one request both ways, asserts that the answers are the same, and returns status, headers and body."""
    token = make_token(pro)

    def send(method, path, body=b"", token=token, **headers):
        def answer(**more):
            client = Client(raise_request_exception=False)
            given = {"Authorization": f"Bearer {token}", **headers, **more}
            return content(client.generic(method, path, body, "application/json", headers=given))

        short, long = answer(), answer(Cookie="other=1")
        assert short == long
        return short

    return send


@pytest.fixture
def rows(pro):
    return RequestFactory(property__pro=pro), ContactFactory(pro=pro), InquiryFactory(pro=pro)


@pytest.mark.parametrize("path", LISTS)
def test_the_lists(both, rows, path):
    status, headers, body = both("GET", path)
    assert (status, len(json.loads(body)["data"]) > 0) == (200, True)
    assert headers == {
        "Content-Type": "application/json",
        "Content-Length": str(len(body.encode())),
        "Cache-Control": "private, no-store",
        "Content-Language": "en",
        "RateLimit-Policy": '"api";q=1200;w=60',
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


# (method, what follows the path, headers, one of these is the status)
REQUESTS = [
    ("HEAD", "", {}, {200}),
    ("GET", "?limit=x&per_page=x", {}, {400, 422}),
    ("GET", "/nothing/here", {}, {404}),
    ("GET", "/", {}, {404}),
    ("DELETE", "", {}, {405}),
    ("OPTIONS", "", {}, {405}),
    ("POST", "", {}, {405, 415}),
    ("GET", "", {"Authorization": "Bearer vst_0"}, {401}),
    ("GET", "", {"Authorization": "Basic YTpi"}, {401}),
    ("GET", "", {"Host": "evil.example"}, {400}),
    ("GET", "", {"Accept-Language": "fr"}, {200}),
    ("GET", "", {"Accept-Language": "nl-BE,nl;q=0.8"}, {200}),
    ("GET", "", {"If-None-Match": "*", "Range": "bytes=0-1", "HX-Request": "true"}, {200}),
]


def test_refusals_and_headers(both, rows, case):
    for path in LISTS:
        for method, more, headers, statuses in REQUESTS:
            with case(f"{method} {path}{more}", headers=headers):
                assert both(method, path + more, **headers)[0] in statuses


def test_a_refusal_of_the_form_is_in_the_readers_language(both):
    body = json.dumps({"name": "!", "email": "nobody"}).encode()
    status, headers, body = both("POST", OURS, body, **{"Accept-Language": "fr"})
    assert (status, headers["Content-Language"], "Saisissez" in body) == (400, "fr", True)


def test_callers_without_the_right(both, rows, pro):
    assert both("GET", OURS, token=make_token(pro, "inquiries:read"))[0] == 403
    assert both("GET", f"{OURS}/{uuid.uuid4()}")[0] == 404
    assert both("GET", OURS, token=make_token(ProFactory()))[2].startswith('{"data":[]')
    Pro.objects.filter(pk=pro.pk).update(cni_required=True)
    assert both("GET", LISTS[0])[0] == 403


def test_bodies_that_are_too_large(both):
    assert both("POST", OURS, b"x" * (1024 * 1024 + 1))[0] == 413
    assert both("POST", OURS, b"x" * (11 * 1024 * 1024 + 1))[0] == 413


@pytest.mark.parametrize(("error", "status"), [(RuntimeError("a bug"), 500), (OperationalError("gone"), 503)])
def test_bugs_and_a_database_that_is_gone(both, monkeypatch, error, status):
    def fail(*_args, **_named):
        raise error

    monkeypatch.setattr("contacts.api._PAGES.page", fail)
    assert both("GET", OURS)[0] == status


def test_a_file_is_streamed(both, rows, api):
    path = f"/api/inquiries/{rows[2].pk}/attachments"
    id = post(api, path, form()).json()["data"]["id"]
    status, headers, body = both("GET", f"{path}/{id}/download?user_id={OWNER}")
    assert (status, headers["Content-Disposition"], body.encode()) == (200, 'attachment; filename="plan.pdf"', PDF)
