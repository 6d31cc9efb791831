"""JSON by plain HTTP is refused, where pages are redirected."""

import pytest

from contacts.models import Contact

pytestmark = pytest.mark.django_db


def test_json_by_http_is_refused_and_pages_are_redirected(api, browser, nobody, settings, subtests):
    # The routes are known once the URLs are; config/wsgi.py loads them before any request.
    assert browser.get("/inbox").status_code == 200
    settings.SECURE_SSL_REDIRECT = True
    text = "Use https://, and a new token."
    bodies = {
        "/api/v1/contacts": {"error": {"code": "forbidden", "message": text}},
        "/pro/contact-requests": {"error": {"code": "FORBIDDEN", "message": text}},
        "/api/inquiries": {"success": False, "message": "Forbidden", "error": text},
    }
    for path, body in bodies.items():
        with subtests.test(path):
            response = api.get(path)
            assert (response.status_code, response.json()) == (403, body)
            assert (response["X-Content-Type-Options"], "Location" in response) == ("nosniff", False)
    assert api.post("/api/v1/contacts", {"name": "Zoé", "email": "zoe@example.org"}).status_code == 403
    assert not Contact.objects.exists()
    response = nobody.get("/inbox")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/inbox")


def test_json_about_people_is_in_no_cache(api, browser, nobody, subtests):
    for client in (api, browser, nobody):
        with subtests.test(str(client)):
            assert client.get("/api/inquiries")["Cache-Control"] == "private, no-store"
