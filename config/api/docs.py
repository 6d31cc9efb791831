"""The API reference: one readable page, and the OpenAPI documents it is made from."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from .dialect import json_response
from .endpoint import Api
from .openapi import document


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Every route of every API, as a page."""
    apis = [(slugify(api.title), document(api)) for api in Api.registered]
    return render(request, "api/reference.html", {"apis": apis})


@require_safe
def openapi_json(request: HttpRequest, name: str) -> HttpResponse:
    """One OpenAPI 3.1 document."""
    for api in Api.registered:
        if slugify(api.title) == name:
            return json_response(document(api))
    raise Http404
