"""Programs in browsers: pages of origins that the Pro allows create contact requests; everything else stays closed."""

import pytest
from django.test import Client

from config.accounts.models import AllowedOrigin
from config.audit.models import AuditEvent
from contact_requests.models import ContactRequest

from ..factories import PropertyFactory
from ..pages import Page

pytestmark = pytest.mark.django_db
SITE, OTHER = "https://www.example.org", "https://evil.example.net"
CREATE = "/pro/contact-requests"
BODY = {"propertyReference": "AP-101", "name": "Jane", "email": "jane@example.org", "message": "Is it free?"}


@pytest.fixture
def prop(pro):
    AllowedOrigin.objects.create(pro=pro, origin=SITE)
    return PropertyFactory(pro=pro, reference="AP-101")


def cors(answer):
    """What an answer tells a browser, without the prefix of the headers."""
    prefix = "Access-Control-"
    return {name.removeprefix(prefix): value for name, value in answer.headers.items() if name.startswith(prefix)}


def preflight(path, origin=SITE, method="POST"):
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return Client().options(path, headers={**headers, "Access-Control-Request-Headers": "authorization,content-type"})


def test_a_page_of_an_allowed_origin_creates_a_contact_request(api, prop):
    asked = preflight(CREATE)
    assert (asked.status_code, asked.content) == (204, b"")
    assert cors(asked) == {
        "Allow-Origin": SITE,
        "Allow-Methods": "POST",
        "Allow-Headers": "Authorization, Content-Type, Idempotency-Key, HX-Request",
        "Max-Age": "600",
    }
    assert {"Origin", "Access-Control-Request-Method"} <= set(asked["Vary"].split(", "))
    made = api.post(CREATE, BODY, Origin=SITE)
    assert (made.status_code, cors(made)["Allow-Origin"]) == (201, SITE)
    assert "Location" in cors(made)["Expose-Headers"] and "Origin" in made["Vary"]
    refused = api.post(CREATE, {**BODY, "name": ""}, Origin=SITE)
    assert (refused.status_code, cors(refused)["Allow-Origin"]) == (400, SITE)
    unknown = Client().post(CREATE, headers={"Origin": SITE, "Authorization": "Bearer vst_no"})
    assert (unknown.status_code, cors(unknown)["Allow-Origin"]) == (401, SITE)
    assert "Allow-Credentials" not in cors(made) | cors(asked)


NOT_ALLOWED = "This origin is not allowed. The Pro adds it in the workspace, under Settings, Browser programs."


def test_any_other_origin_is_refused_and_creates_nothing(api, other_api, prop, other_user, case):
    PropertyFactory(pro=other_user.pro, reference="AP-101")
    wrong = [
        OTHER,
        "null",
        "https://www.example.org.evil.net",
        "http://www.example.org",
        f"{SITE}:444",
        SITE + "/",
        "*",
    ]
    for origin in wrong:
        with case(origin):
            for answer in (preflight(CREATE, origin), api.post(CREATE, BODY, Origin=origin)):
                error = {"error": {"code": "FORBIDDEN", "message": NOT_ALLOWED}}
                assert (answer.status_code, answer.json(), cors(answer)) == (403, error, {})
                assert "Origin" in answer["Vary"]
    # Of a preflight the Pro is not known; the request itself is refused.
    foreign = other_api.post(CREATE, BODY, Origin=SITE)
    assert (foreign.status_code, cors(foreign)) == (403, {})
    assert ContactRequest.objects.count() == 0


def test_programs_outside_of_a_browser_are_asked_for_no_origin(api, prop, settings):
    for headers in ({}, {"Origin": settings.SITE_URL}):
        made = api.post(CREATE, BODY, **headers)
        assert (made.status_code, cors(made)) == (201, {})


CLOSED = [
    (CREATE, "GET"),
    (f"{CREATE}/0a3c5e7f-1b2d-4c6e-8a90-b1c2d3e4f506", "PUT"),
    ("/api/v1/contacts", "POST"),
    ("/api/v1/me", "GET"),
    ("/api/inquiries", "POST"),
    ("/pro/nowhere", "POST"),
    ("/sign-in", "POST"),
    ("/settings/origins", "POST"),
    ("/nowhere", "GET"),
    ("/healthz", "GET"),
]


def test_everything_else_is_closed_and_says_so(api, prop, case):
    for path, method in CLOSED:
        with case(path):
            asked = preflight(path, method=method)
            assert (asked.status_code, cors(asked)) == (403, {})
            assert b"Pages of other sites may not call this address by this method." in asked.content
    read = api.client.get(CREATE, headers={**api.headers, "Origin": SITE})
    assert (read.status_code, cors(read)) == (200, {})
    contacts = api.client.get("/api/v1/contacts", headers={**api.headers, "Origin": SITE})
    assert (contacts.status_code, cors(contacts)) == (200, {})


def test_a_script_of_an_allowed_site_reads_and_sends_the_public_form(prop, other_user):
    path, closed = f"/properties/{prop.slug}", f"/properties/{PropertyFactory(pro=other_user.pro).slug}"
    asked = preflight(path)
    assert (asked.status_code, cors(asked)["Allow-Methods"]) == (204, "GET, HEAD, POST")
    assert (preflight(closed).status_code, preflight("/properties/nowhere").status_code) == (403, 403)
    client, headers = Client(), {"Origin": SITE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    form = client.get(path, headers=headers)
    assert (form.status_code, cors(form)["Allow-Origin"]) == (200, SITE)
    stamp = Page(form).one("input[name=stamp]")["value"]
    sent = client.post(path, {"name": "", "stamp": stamp}, headers=headers)
    assert (sent.status_code, cors(sent)["Allow-Origin"]) == (422, SITE)
    for answer in (client.get(path, headers={"Origin": OTHER}), client.get(closed, headers=headers), client.get(path)):
        assert (answer.status_code, cors(answer), "Origin" in answer["Vary"]) == (200, {}, True)


def test_the_origins_are_set_in_the_workspace_and_recorded(browser, user, prop, case):
    page = browser.get("/settings/origins")
    assert Page(page).one("textarea[name=origins]").text.strip() == SITE
    saved = browser.post("/settings/origins", {"origins": " HTTPS://Shop.Example.org:443/ \nhttp://localhost:3000\n\n"})
    assert saved.status_code == 302
    held = set(AllowedOrigin.objects.for_pro(user.pro).values_list("origin", flat=True))
    assert held == {"https://shop.example.org", "http://localhost:3000"}
    event = AuditEvent.objects.get(kind="settings_changed")
    assert (event.by_user_id, event.detail, event.pro_id) == (user.pk, "origins", user.pro_id)
    browser.post("/settings/origins", {"origins": "http://localhost:3000\nhttps://shop.example.org"})
    assert AuditEvent.objects.filter(kind="settings_changed").count() == 1
    wrong = ["*", "null", "https://*.example.org", "https://example.org/page", "http://example.org", "example.org"]
    wrong += [
        "https://a:99999",
        "https://u@a.org",
        "ftp://a.org",
        "https://a.org\0",
        "\n".join(f"https://a{n}.org" for n in range(21)),
    ]
    for text in wrong:
        with case(text[:30]):
            assert browser.post("/settings/origins", {"origins": text}).status_code == 422
    assert set(AllowedOrigin.objects.values_list("origin", flat=True)) == held
    assert browser.post("/settings/origins", {"origins": ""}).status_code == 302
    assert not AllowedOrigin.objects.exists()
