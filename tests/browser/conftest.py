"""A real Chromium. Without one the browser tests say loudly how to get it; REQUIRE_BROWSER makes that a failure."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import NO_CHROMIUM, find_chromium

# What browser and htmx write themselves when a test provokes a refusal or takes the network away, and when a changed
# row is not on the present tab.
PROVOKED = (
    "htmx:oobErrorNoTarget",
    "Failed to load resource",
    "htmx:afterRequest",
    "htmx:sendError",
    "Response Status Error Code",
)


# A slow machine takes its time: what is expected of a page is waited for.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(NO_CHROMIUM)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[Any]:
    """Opens a page of a fresh visitor; what the browser complains about fails the test at its end."""
    contexts, complaints = [], []

    def open_(path: str = "/", **options: Any) -> Any:
        context = chromium.new_context(base_url=live_server.url, locale="en-GB", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [text for text in complaints if not text.startswith(PROVOKED)] == []
