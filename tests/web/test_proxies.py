"""A proxy that is not in TRUSTED_PROXIES is named, and no redirect without an end."""

import json
import time

import pytest
from django.core.checks import run_checks
from django.test import RequestFactory

from config.web.proxies import WORDS, UntrustedProxyMiddleware
from tests.pages import Page


@pytest.fixture
def site(settings, tmp_path):
    """The settings of a site that redirects to HTTPS."""
    settings.SECURE_SSL_REDIRECT, settings.SECURE_REDIRECT_EXEMPT = True, [r"^healthz$", r"^readyz(/web)?$"]
    settings.VAR_DIR = tmp_path
    settings.SITE_URL = "https://desk.example.com"
    return settings


def by_proxy(client, path, **more):
    # A request that a trusted proxy says came by HTTPS has `secure`, as gunicorn says it.
    return client.get(path, headers={"X-Forwarded-Proto": "https"}, REMOTE_ADDR="10.0.0.7", **more)


def test_a_page_names_the_setting(site, nobody):
    page = Page(by_proxy(nobody, "/sign-in"), 503)
    assert page.one("h1").text == "This site is not set up for its proxy"
    assert WORDS in page.one("main").text
    assert "TRUSTED_PROXIES" in WORDS


@pytest.mark.parametrize("path", ["/pro/contact-requests", "/api/inquiries", "/api/v1/contacts"])
def test_a_program_is_told_in_its_dialect(site, nobody, path):
    response = by_proxy(nobody, path)
    assert (response.status_code, response["Content-Type"], response["Retry-After"]) == (503, "application/json", "10")
    assert WORDS in json.dumps(response.json())


def test_what_is_believed_or_came_by_plain_http_goes_its_way(site, nobody):
    assert by_proxy(nobody, "/sign-in?x=1", secure=True).status_code != 503
    plain = nobody.get("/sign-in")
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/sign-in")
    assert by_proxy(nobody, "/healthz").status_code == 200
    site.SECURE_SSL_REDIRECT = False
    assert by_proxy(nobody, "/healthz").status_code == 200


def warnings():
    return [(w.id, w.msg) for w in run_checks(include_deployment_checks=True) if str(w.id).startswith("vestibule.")]


EMPTY = ("vestibule.W001", "TRUSTED_PROXIES is empty: behind a proxy all visitors count as one, and HTTPS is not seen.")
SEEN = (
    "vestibule.W002",
    "10.0.0.7 said that visitors came by HTTPS, and is not in TRUSTED_PROXIES, so they got an error.",
)


def test_the_check_for_production_warns_of_none_and_of_the_one_that_was_seen(site, tmp_path, db):
    site.TRUSTED_PROXIES = []
    assert warnings() == [EMPTY]
    site.TRUSTED_PROXIES = ["127.0.0.1"]
    assert warnings() == []
    note = tmp_path / "untrusted-proxy.json"
    note.write_text(json.dumps({"address": "10.0.0.7", "at": time.time()}))
    assert warnings() == [SEEN]
    site.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]
    assert warnings() == []
    site.TRUSTED_PROXIES = ["127.0.0.1"]
    for content in ('{"address": "10.0.0.7", "at": 0}', "", "[]", '{"address": "x", "at": 1e99}', '{"at": null}'):
        note.write_text(content)
        assert warnings() == []


def test_it_is_logged_and_noted_once_a_minute(site, tmp_path, caplog):
    middleware = UntrustedProxyMiddleware(lambda request: None)
    note = tmp_path / "untrusted-proxy.json"
    for address in ("10.0.0.7", "10.0.0.8"):
        middleware(RequestFactory().get("/", REMOTE_ADDR=address, headers={"X-Forwarded-Proto": "https, http"}))
    assert json.loads(note.read_text())["address"] == "10.0.0.7"
    assert [record.getMessage() for record in caplog.records] == [
        "10.0.0.7 says that visitors come by HTTPS, and is not in TRUSTED_PROXIES"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["untrusted-proxy.json"]
