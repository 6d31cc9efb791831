"""The page that is shown without a network, and the service worker that keeps it.

The worker keeps that page and what it is made of, and nothing else: no page of anybody's is stored.
"""

from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
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
    context = {"files": [static(file) for file in FILES], "version": sha256(page.encode()).hexdigest()[:12]}
    response = render(request, "web/service_worker.js", context, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
