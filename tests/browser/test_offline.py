"""Without a network, a page of ours; with one again, the page that was asked for."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)

READY = "async () => { await navigator.serviceWorker.ready; return Boolean(navigator.serviceWorker.controller); }"
KEPT = """async () => {
  const names = await caches.keys();
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return kept.flat().map((request) => new URL(request.url).pathname).sort();
}"""


def test_a_page_without_a_network_and_again_with_one(enter):
    page = enter("/contacts", service_workers="allow")
    page.evaluate(READY)
    assert [path for path in page.evaluate(KEPT) if not path.startswith("/static/")] == ["/offline"]
    page.context.set_offline(True)
    page.goto("/contacts?q=anna")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page).to_have_url(re.compile(r"/contacts\?q=anna$"))
    expect(page.get_by_role("heading", name="Contacts")).to_be_visible()
