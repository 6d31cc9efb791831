"""The pictures of the README: `make pictures` starts the demo in a folder of its own, and photographs its pages."""

import io
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import find_chromium

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs/pictures"
EMAIL, PASSWORD = "claire@example.com", "vestibule-demo"
PROPERTY = "/properties/t3-vue-vieux-port-marseille"
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
# Somebody with a whole conversation, beside the list.
PERSON = "Hélène Marchand"
# File name, path, device, colour scheme.
PICTURES = [
    ("waiting", "/inbox", DESK, "light"),
    ("waiting-dark", "/inbox", DESK, "dark"),
    ("waiting-phone", "/inbox", PHONE, "light"),
    ("board", "/inquiries/board/offer_request", DESK, "light"),
    ("contacts", "/contacts", DESK, "light"),
    ("property", PROPERTY, DESK, "light"),
    ("property-phone", PROPERTY, PHONE, "light"),
]
START_SECONDS = 300


@contextmanager
def running_demo() -> Iterator[str]:
    """The address of a demo that runs until the end of the block."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        own = {"PATH": os.environ["PATH"], "ENV_FILE": "", "DEBUG": "true", "LOG_LEVEL": "WARNING"}
        own |= {"VAR_DIR": f"{folder}/var", "PORT": str(port)}
        process = subprocess.Popen([sys.executable, "manage.py", "start"], cwd=ROOT, env=own)
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{url}/readyz", process)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url):
                return
        except urllib.error.URLError:
            time.sleep(0.5)
    raise TimeoutError(f"{url} does not answer")


def sign_in(browser: Browser, url: str) -> Any:
    """The cookies of the demo's user, who reads in English from now on."""
    page = browser.new_page(base_url=url, locale="en-GB")
    page.goto("/sign-in")
    page.fill("[name=username]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(lambda found: "/sign-in" not in found)
    page.goto("/settings/profile")
    page.select_option("[name$=language]", "en")
    page.click("button[name=person]")
    page.get_by_role("heading", name="Settings").wait_for()
    return page.context.cookies()


def photograph(page: Page, path: str) -> Image.Image:
    """The page as it stands when everything has arrived."""
    page.goto(path)
    if path == "/inbox" and page.viewport_size == DESK["viewport"]:
        page.get_by_role("link", name=PERSON).first.click()
        page.get_by_role("heading", name=PERSON).wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    return Image.open(io.BytesIO(page.screenshot()))


def take_pictures(url: str) -> None:
    """Write every picture into docs/pictures."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        cookies = sign_in(browser, url)
        for name, path, device, scheme in PICTURES:
            options = {"base_url": url, "locale": "en-GB", "color_scheme": scheme, "reduced_motion": "reduce"}
            context = browser.new_context(**options, **device)
            context.add_cookies(cookies if path != PROPERTY else [])
            photograph(context.new_page(), path).save(FOLDER / f"{name}.webp", quality=82, method=6)
            context.close()
        browser.close()


if __name__ == "__main__":
    with running_demo() as url:
        take_pictures(url)
