"""Rules for all pages: security headers, error pages."""

import re
from http import HTTPStatus

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from config.api.endpoint import Api
from contact_requests.models import ContactRequest
from tests.factories import PropertyFactory
from tests.pages import Page
from tests.suite import thorough_but

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types default; report-uri /csp-reports; report-to csp"
)
CSP_OF_JSON = "default-src 'none'; frame-ancestors 'none'"
# On every answer.
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Django's own scripts write markup.
OF_THE_ADMIN = {
    "Content-Security-Policy": CSP.replace("require-trusted-types-for 'script'; trusted-types default; ", "")
}
# Another site may show it.
PICTURE = "/properties/x/pictures/1"
# Shows the form for other sites in a frame.
PREVIEW = {"/settings/site": {"Content-Security-Policy": f"{CSP}; frame-src 'self'"}}
# Below the admin's address, and no pages of it.
NOT_OF_THE_ADMIN = {"/admin/login/", "/admin/logout/", "/admin/r/x", "/admin/r/x/x/"}


def addresses(resolver=None, prefix="/"):
    """URLs of all patterns, with a value for each parameter."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            route = re.sub(r"<uuid:\w+>", "00000000-0000-0000-0000-000000000000", route)
            yield re.sub(r"<(\w+:)?\w+>", "x", re.sub(r"<int:\w+>", "1", route))


@pytest.fixture
def house_of_another(db):
    return PropertyFactory(is_published=False)


PAGES = sorted(a for a in set(addresses()) if not Api.at(a) and "^" not in a and "$" not in a)


@pytest.mark.parametrize("who", thorough_but("nobody", "browser", of=("nobody", "browser", "staff_browser")))
def test_every_page_carries_the_safe_headers(who, request, case):
    client = request.getfixturevalue(who)
    for path in [*PAGES, "/nothing-here"]:
        with case(path):
            response = client.get(path)
            headers, is_page = response.headers, response["Content-Type"].startswith("text/html")
            is_admin = is_page and path.startswith("/admin/") and path not in NOT_OF_THE_ADMIN
            others = {"Cross-Origin-Resource-Policy": "cross-origin"} if path == PICTURE else {}
            others |= PREVIEW.get(path, {}) if response.status_code == HTTPStatus.OK else {}
            if headers["Content-Type"] == "application/json":
                others["Content-Security-Policy"] = CSP_OF_JSON
            expected = HEADERS | others | (OF_THE_ADMIN if is_admin else {})
            assert {name: headers.get(name) for name in HEADERS} == expected
            assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-ID"])
            assert ("clipboard-write=(self)" in headers.get("Permissions-Policy", "")) == is_page
            assert headers.get("Reporting-Endpoints") == ('csp="/csp-reports"' if is_page else None)


def test_a_form_too_large_carries_the_safe_headers(nobody):
    response = nobody.generic("POST", "/sign-in", b"", CONTENT_LENGTH=str(11 * 1024 * 1024 + 1))
    assert response.status_code == 413
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/inbox/", "/sign-in/", "/docs/api/", "/settings/profile/"])
def test_a_page_with_a_slash_added_is_404(browser, path):
    assert Page(browser.get(path), 404).one("h1").text == "There is nothing here"


def test_a_fault_shows_the_request_id_and_no_internals(browser, monkeypatch, caplog):
    def fail(*args, **options):
        raise RuntimeError("the password is 1234")

    monkeypatch.setattr(ContactRequest.objects.all().__class__, "for_pro", fail)
    response = browser.get("/inbox/requests")
    page = Page(response, 500)
    assert page.one("main code").text == response["X-Request-ID"]
    assert "1234" not in page.html
    assert any("the password" in (record.exc_text or "") for record in caplog.records)


def test_a_database_that_is_gone_is_said_and_not_for_ever(browser, monkeypatch):
    def gone(*args, **options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(ContactRequest.objects.all().__class__, "for_pro", gone)
    response = browser.get("/inbox/requests")
    assert (Page(response, 503).one("h1").text, response["Retry-After"]) == ("Back in a moment", "10")


@pytest.mark.parametrize("path", ["/settings/identity", "/sign-in", "/properties/x"])
def test_a_huge_body_is_refused_before_it_is_read(nobody, path):
    response = nobody.generic("POST", path, b"", CONTENT_LENGTH=str(11 * 1024 * 1024 + 1))
    assert Page(response, 413).one("h1").text == "That is too large"


def test_a_form_without_files_may_have_two_megabytes(nobody, db):
    form, size = "application/x-www-form-urlencoded", 2 * 1024 * 1024
    allowed, refused = (nobody.generic("POST", "/sign-in", b"a" * n, content_type=form) for n in (size, size + 1))
    assert Page(allowed).one("form [role=alert]").text == "Please correct the fields below."
    assert Page(refused, 413).one("h1").text == "That is too large"


def test_searches_are_not_written_to_the_log(browser, caplog):
    with caplog.at_level("INFO"):
        browser.get("/inbox?q=Helene")
    lines = [record.getMessage() for record in caplog.records if record.name == "vestibule.access"]
    assert len(lines) == 1 and lines[0].startswith("GET /inbox 200 ")
    assert "Helene" not in caplog.text


def test_a_key_in_an_address_is_not_written_to_the_log(nobody, caplog):
    key = "aB-_" * 11
    with caplog.at_level("INFO"):
        nobody.get(f"/x/{key}")
        nobody.get("/inbox/bbbbbbbb-0000-4000-8000-000000000001")
    lines = [record.getMessage() for record in caplog.records if record.name == "vestibule.access"]
    assert [line.rpartition(" ")[0] for line in lines] == [
        "GET /x/*** 404",
        "GET /inbox/bbbbbbbb-0000-4000-8000-000000000001 302",
    ]
    assert key not in " ".join(lines)


def test_an_address_with_line_breaks_forges_no_log_line(nobody, caplog):
    with caplog.at_level("INFO"):
        nobody.get("/x%0A2026-01-01 INFO forged")
    lines = [record.getMessage() for record in caplog.records if record.name == "vestibule.access"]
    assert len(lines) == 1 and lines[0].startswith("GET /x%0A2026-01-01%20INFO%20forged 404 ")


@pytest.mark.parametrize("who", ["nobody", "browser", "staff_browser"])
def test_the_admins_shortcut_to_any_page_is_closed(who, request, house_of_another):
    client = request.getfixturevalue(who)
    content_type = ContentType.objects.get_for_model(house_of_another)
    response = client.get(f"/admin/r/{content_type.pk}/{house_of_another.pk}/")
    assert house_of_another.slug not in response.headers.get("Location", "")
    page = Page(response, 404)
    assert page.one("h1").text == "There is nothing here"
    assert house_of_another.slug not in page.html


@pytest.mark.django_db
def test_a_page_speaks_the_browsers_language():
    response = Client().get("/sign-in", headers={"Accept-Language": "nl-BE,nl;q=0.9,en;q=0.5"})
    assert Page(response).one("html")["lang"] == response["Content-Language"] == "nl"


def test_staff_without_a_pro_may_read_the_reference(staff_browser):
    page = Page(staff_browser.get("/docs/api"))
    assert "/pro/contact-requests" in page.one("main").text
    assert page.has("a[href]") and not page.has('a[href="/inbox"]')
    assert staff_browser.get("/docs/api/contact-requests.json").json()["openapi"] == "3.1.0"


def test_a_refusal_in_a_dialect_keeps_the_safe_headers(nobody):
    response = nobody.get("/pro/contact-requests", headers={"Host": "evil.example"})
    assert response.json()["error"]["code"] == "VALIDATION_ERROR"
    assert (response["Content-Security-Policy"], response["X-Content-Type-Options"]) == (CSP, "nosniff")


def test_the_reference_shows_every_route(browser):
    text = Page(browser.get("/docs/api")).one("main").text
    for shown in ("/pro/contact-requests", "/pro/contact-requests/{id}", "INVALID_TRANSITION", "propertyId", "hasMore"):
        assert shown in text
