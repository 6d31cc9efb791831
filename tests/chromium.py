"""The Chromium of the machine."""

import shutil


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome, preferably of the one that makes no tabs and menus for a page."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)
