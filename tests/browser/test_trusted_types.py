"""Text becomes markup, script or a worker in pages of ours by htmx alone; what is refused is reported."""

import pytest
from playwright.sync_api import Error

from tests.factories import ContactFactory

from .conftest import sign_in, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SINKS = [
    "document.body.innerHTML = '<b>x</b>'",
    "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "document.createElement('script').src = '/static/js/app.js'",
    "document.createElement('script').text = 'one()'",
    "document.createElement('iframe').srcdoc = '<b>x</b>'",
    "document.write('<b>x</b>')",
]


@pytest.fixture
def page(chromium, idle_server, user, settings):
    """The owner's address book, in a browser whose complaints are expected here, and reported at once."""
    # By `report-to` a browser waits up to a minute for more.
    settings.SECURE_CSP = {name: value for name, value in settings.SECURE_CSP.items() if name != "report-to"}
    ContactFactory(pro=user.pro, name="Jane")
    context = chromium.new_context(base_url=idle_server.url)
    page = context.new_page()
    sign_in(page, user, idle_server.url)
    page.goto("/contacts")
    yield page
    context.close()


def test_no_text_becomes_markup_but_by_htmx(page, caplog):
    for sink in SINKS:
        with pytest.raises(Error, match=r"Trusted(HTML|Script)"):
            page.evaluate(sink)
    worker = page.evaluate("navigator.serviceWorker.ready.then(({ active }) => active.scriptURL)")
    assert worker.endswith("/service-worker.js")
    page.evaluate("htmx.ajax('GET', '/contacts?q=nobody', {target: '#book', swap: 'innerHTML'})")
    page.get_by_text("Jane").wait_for(state="detached")
    wait_until(page, lambda: [r for r in caplog.records if r.name == "vestibule.csp"])
    [line, *_] = [record.getMessage() for record in caplog.records if record.name == "vestibule.csp"]
    assert line.startswith("refused require-trusted-types-for: ") and " on http://" in line
