"""The API reference: one readable page, and the OpenAPI documents it is made from."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from .dialect import json_response
from .endpoint import Api
from .openapi import document

VERSION = "1"


def _document(api: Api) -> dict[str, Any]:
    return document(api, server=settings.SITE_URL, version=VERSION)


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Every route of every API, as a page."""
    apis = [(slugify(api.title), _document(api)) for api in Api.registered]
    return render(request, "api/reference.html", {"apis": apis})


@require_safe
def openapi_json(request: HttpRequest, name: str) -> HttpResponse:
    """One OpenAPI 3.1 document."""
    for api in Api.registered:
        if slugify(api.title) == name:
            return json_response(_document(api))
    raise Http404


# Whoever is signed in may read: staff without a Pro, and a pro whose identity is still being checked.
for _view in (reference, openapi_json):
    vars(_view).update(without_gate=True, without_pro=True)
