"""Forms on an office's own site, on another port: in a frame, in plain HTML, and by a script with a token."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from playwright.sync_api import expect

from config.accounts.models import AllowedOrigin
from contact_requests.models import ContactRequest, OfficePage
from tests.factories import PropertyFactory, make_token

from .conftest import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = """<!doctype html><meta charset="utf-8"><title>Harbour Homes</title><link rel="icon" href="data:,">{frame}{form}
<button id="ask">Ask</button><output></output><script>document.querySelector("#ask").onclick = async () => {{
const answer = await {program} document.querySelector("output").textContent = answer.status; }}</script>"""


@pytest.fixture
def own_site():
    """A static site of the office: its address, and the page that it serves, to be set."""
    pages = {}

    class Static(BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get("html", "").encode() if self.path == "/" else b"<title>Thanks</title>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Static)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    server.server_close()


def fill(place, name):
    place.locator("[name=message]").fill("May I visit it?")
    place.locator("[name=name]").fill(name)
    place.locator("[name=email]").fill(f"{name.lower()}@example.org")


def test_a_static_site_sends_messages_in_three_ways(open_page, pro, user, own_site, idle_server, monkeypatch):
    address, pages = own_site
    monkeypatch.setattr(settings, "SITE_URL", idle_server.url)
    monkeypatch.setattr("contact_requests.spam.MIN_SECONDS", 0)
    PropertyFactory(pro=pro, slug="house", title="The House")
    AllowedOrigin.objects.create(pro=pro, origin=address)
    OfficePage.objects.create(pro=pro, slug="harbour")
    # The text to copy, as the owner finds it.
    page = open_page("/settings/site", as_user=user)
    texts = {name: page.locator(f"#{name}-text").text_content() for name in ("frame", "form", "json")}
    expect(page.locator("#frame-text")).to_be_visible()
    program = texts["json"].replace("await ", "", 1).replace("vst_…", make_token(pro, "contact_requests:write"))
    pages["html"] = PAGE.format(frame=texts["frame"], form=texts["form"], program=program)

    page = open_page(address)
    frame = page.frame_locator("iframe")
    frame.locator("[name=property]").select_option("house")
    fill(frame, "Framed")
    height = page.locator("iframe").evaluate("frame => frame.clientHeight")
    inner = frame.locator("body").evaluate("body => Math.ceil(body.getBoundingClientRect().height)")
    assert height == inner
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_role("heading", name="Your message has arrived")).to_be_visible()
    wait_until(page, lambda: page.locator("iframe").evaluate("frame => frame.clientHeight") < height)

    page.locator("#ask").click()
    expect(page.locator("output")).to_have_text("201")

    form = page.locator("form")
    fill(form, "Plain")
    form.get_by_role("button", name="Send").click()
    page.wait_for_url(f"{address}/thanks")
    assert page.context.cookies() == []
    rows = ContactRequest.objects.order_by("created_at").values_list("name", "property__slug", "quarantine_reason")
    assert list(rows) == [("Framed", "house", ""), ("Jane Smith", "house", ""), ("Plain", "house", "")]
