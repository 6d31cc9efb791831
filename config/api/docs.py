"""API reference as a page, and the OpenAPI documents that it is made from."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from .dialect import json_response
from .endpoint import Api
from .openapi import build_document


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Page with all routes of all APIs."""
    return render(request, "api/reference.html", {"documents": [build_document(api) for api in Api.registered]})


@require_safe
def openapi_json(request: HttpRequest, name: str) -> HttpResponse:
    """OpenAPI 3.1 document of one API."""
    for api in Api.registered:
        if slugify(api.title) == name:
            return json_response(build_document(api))
    raise Http404
