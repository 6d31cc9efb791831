"""A real Chromium. Without one the browser tests say loudly how to get it; REQUIRE_BROWSER makes that a failure."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.servers.basehttp import ServerHandler
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from config.accounts.models import User
from contacts.models import Contact
from tests.chromium import find_chromium
from tests.conftest import NO_CHROMIUM, new_session
from tests.contacts.messaging import arrive, connect
from tests.suite import thorough_but

from . import barriers

# What browser and htmx write themselves when a test provokes a refusal or takes the network away, and when a changed
# row is not on the present tab.
PROVOKED = (
    "htmx:oobErrorNoTarget",
    "Failed to load resource",
    "htmx:afterRequest",
    "htmx:sendError",
    "Response Status Error Code",
    "Service Worker registration blocked by Playwright",
)


# A slow machine takes its time: what is expected of a page is waited for.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

PHONE = {"viewport": {"width": 375, "height": 760}}
WIDE = {"viewport": {"width": 1280, "height": 860}}


def on_both_widths(*marks: pytest.MarkDecorator) -> pytest.MarkDecorator:
    """Each width with and without JavaScript: the first of the four in `make test`, with these marks."""
    return pytest.mark.parametrize(
        "size, has_javascript",
        [
            pytest.param(PHONE, True, id="phone-htmx", marks=marks),
            pytest.param(WIDE, True, id="wide-htmx", marks=pytest.mark.thorough),
            pytest.param(PHONE, False, id="phone-no-javascript", marks=pytest.mark.thorough),
            pytest.param(WIDE, False, id="wide-no-javascript", marks=pytest.mark.thorough),
        ],
    )


with_and_without_javascript = on_both_widths(pytest.mark.smoke)
# The same where the test itself gives the width.
on_one_width = pytest.mark.parametrize("has_javascript", thorough_but(True, of=[True, False]))

# htmx learns of the buttons in new content 20 ms after it shows them. Nobody is that quick, but for a test.
SETTLE_AT_ONCE = "addEventListener('DOMContentLoaded', () => { if (window.htmx) htmx.config.defaultSettleDelay = 0; });"


def pytest_itemcollected(item: pytest.Item) -> None:
    """All of this folder, so that no file can forget the mark."""
    item.add_marker("browser")


def wait_until(page: Page, condition: Callable[[], Any]) -> None:
    """Wait for what the page itself does not show."""
    ends = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < ends, "it did not come true"
        page.wait_for_timeout(20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(NO_CHROMIUM)
    with sync_playwright() as playwright:
        # Without a process for a graphics card that is not there: a tenth of its processor time.
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def every_scheme(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("every_combination"):
        barriers.SCHEMES.update(dict.fromkeys(barriers.SCHEMES, barriers.EVERY_SCHEME))


@pytest.fixture
def idle_server(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The live server; the test ends when the last request has ended, and leaves none to the next one.

    `request_finished` is never sent of a request whose visitor is gone before the answer.
    """
    changed, busy, run = threading.Condition(), 0, ServerHandler.run

    def run_counted(handler: ServerHandler, application: Any) -> None:
        nonlocal busy
        with changed:
            busy += 1
        try:
            run(handler, application)
        finally:
            with changed:
                busy -= 1
                changed.notify_all()

    monkeypatch.setattr(ServerHandler, "run", run_counted)
    yield live_server
    with changed:
        changed.wait_for(lambda: busy == 0, timeout=PATIENCE / 1000)


@pytest.fixture
def open_page(chromium: Browser, idle_server: Any) -> Iterator[Any]:
    """Opens a page of a fresh visitor, or as a user; what the browser complains about fails the test at its end.

    What the Content-Security-Policy refuses is such a complaint.
    """
    contexts, complaints = [], []

    def open_(path: str = "/", as_user: User | None = None, **options: Any) -> Page:
        # The worker of the offline page would fetch beside every test.
        options.setdefault("service_workers", "block")
        # A navigation that the test cuts short would complain of its transition.
        options.setdefault("reduced_motion", "reduce")
        context = chromium.new_context(base_url=idle_server.url, locale="en-GB", **options)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(SETTLE_AT_ONCE)
        contexts.append(context)
        page = context.new_page()
        if as_user:
            sign_in(page, as_user, idle_server.url)
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)  # Returns when its scripts have run.
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [text for text in complaints if not text.startswith(PROVOKED)] == []


@pytest.fixture
def enter(open_page: Any, user: User) -> Callable[..., Page]:
    """Opens a page of the workspace as the owner, who signed in before."""
    return lambda path, **options: open_page(path, as_user=user, **options)


def sign_in(page: Page, user: User, url: str = "") -> None:
    """Give the page's visitor a session of the user; without a page of the server yet its URL is needed."""
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": new_session(user), "url": url or page.url}]
    )


@pytest.fixture
def people(user: User) -> list[Contact]:
    """Sixteen people who wait; P00 has waited longest."""
    channel, now = connect(user.pro, "whatsapp"), timezone.now()
    return [
        arrive(channel, f"Is it free? {n}", who=f"P{n:02}", sent_at=now - timedelta(hours=20, minutes=-n)).contact
        for n in range(16)
    ]
