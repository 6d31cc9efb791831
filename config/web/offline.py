"""The page that is shown without a network, the service worker that keeps it and shows pushes, and the manifest.

By the manifest browsers install the workspace as an app.

The worker keeps that page and what it is made of, and nothing else: no page of anybody's is stored.
"""

import json
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

FILES = ["css/base.css", "css/components.css", "fonts/vestibule-serif.woff2", "img/vestibule.svg"]


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Say that there is no network; the same for everybody."""
    return render(request, "web/offline.html")


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script of the service worker. Its text changes with page and files, so that browsers fetch them anew."""
    page = render_to_string("web/offline.html")
    context = {
        "files": [static(file) for file in FILES],
        "version": sha256(page.encode()).hexdigest()[:12],
        "icon": static("img/icon-192.png"),
        # Of the program's own texts.
        "texts": mark_safe(json.dumps({code: _push_texts(code) for code, _name in settings.LANGUAGES})),  # noqa: S308
    }
    response = render(request, "web/service_worker.js", context, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _push_texts(language: str) -> dict[str, str]:
    """Words of pushes by their type, in one language: a push itself has none."""
    with override(language):
        return {
            "request": _("A new contact request"),
            "message": _("A new message"),
            "inquiry": _("A new inquiry"),
            "offer_answer": _("An offer was answered"),
            "mention": _("A note mentions you"),
            "assignment": _("A person is given to you"),
            "assignments": _("People are given to you"),
            "silence": _("A person is nobody’s again"),
            "overdue": _("Somebody waits longer than the target"),
            "reminder": _("A reminder is due"),
            "test": _("Pushes get to this device."),
            "other": _("Something is new"),
            "many": _("%(n)s things are new"),
        }


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The manifest of the workspace as an app, in the language of nobody in particular."""
    icons = [("img/icon-192.png", "192x192", "any"), ("img/icon-512.png", "512x512", "any")]
    icons += [("img/icon-maskable-512.png", "512x512", "maskable")]
    content = {
        "id": "/",
        "name": "Vestibule",
        "short_name": "Vestibule",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#17505a",
        "icons": [
            {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in icons
        ],
    }
    response = HttpResponse(json.dumps(content), content_type="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response
