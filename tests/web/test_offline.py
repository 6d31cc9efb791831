"""The page without a network, and the service worker that keeps it and nothing else."""

import re

from django.test import Client

from ..pages import Page


def test_the_page_is_the_same_for_everybody(nobody, browser):
    page, of_owner = nobody.get("/offline"), browser.get("/offline")
    assert Page(page).one("h1").text == "No connection" and page.content == of_owner.content
    assert page.cookies == {}
    assert Page(page).all("script") == []


def test_the_worker_keeps_that_page_and_its_files(nobody):
    response = nobody.get("/service-worker.js")
    script = response.text
    assert (response["Content-Type"], response["Cache-Control"]) == ("text/javascript; charset=utf-8", "no-cache")
    files = re.search(r"const FILES = \[(.*)\];", script)[1].replace("\\u002D", "-").split(", ")
    assert [re.sub(r"\.[0-9a-f]{12}\.", ".", file) for file in files] == [
        '"/static/css/base.css"',
        '"/static/css/components.css"',
        '"/static/fonts/vestibule-serif.woff2"',
        '"/static/img/vestibule.svg"',
    ]


def test_a_method_that_an_address_does_not_take_has_a_page(nobody, browser):
    response = browser.get("/inbox/set-aside/bbbbbbbb-0000-4000-8000-000000000002/release")
    assert Page(response, 405).one("h1").text == "That cannot be opened like this"
    assert response["Allow"] == "POST"
    assert Page(nobody.put("/offline"), 405).one("h1").text == "That cannot be opened like this"


def test_an_icon_says_its_charset(settings):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    response = Client().get("/static/img/vestibule.svg")
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
