"""The manifest: what Chromium asks of a site that can be installed as an app."""

import json
from io import BytesIO

from django.test import Client
from PIL import Image

from ..pages import Page


def test_it_has_what_an_app_needs(nobody, settings):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    response = nobody.get("/manifest.webmanifest")
    content = json.loads(response.content)
    assert response["Content-Type"] == "application/manifest+json"
    assert {name: content[name] for name in ("name", "short_name", "start_url", "scope", "display")} == {
        "name": "Vestibule",
        "short_name": "Vestibule",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
    }
    found = []
    for icon in content["icons"]:
        answer = Client().get(icon["src"])
        image = Image.open(BytesIO(answer.getvalue()))
        assert (answer["Content-Type"], icon["type"]) == ("image/png", "image/png")
        found.append((f"{image.width}x{image.height}" == icon["sizes"], icon["sizes"], icon["purpose"]))
    assert found == [(True, "192x192", "any"), (True, "512x512", "any"), (True, "512x512", "maskable")]


def test_pages_name_it_and_the_policy_lets_it_load(nobody):
    response = nobody.get("/sign-in")
    assert Page(response).one("link[rel=manifest]")["href"] == "/manifest.webmanifest"
    assert "manifest-src 'self'" in response["Content-Security-Policy"]
