"""OpenAPI documents as they are sent."""

import json

import config.urls  # noqa: F401 - with it every route is declared
from config.api.openapi import build_document


def make_document(api):
    # As it is sent.
    return json.loads(json.dumps(build_document(api)))


def described(written):
    """Operations of the document: "GET /path" -> operation."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in written["paths"].items()
        for method, operation in methods.items()
    }
