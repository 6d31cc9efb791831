"""OpenAPI documents as they are sent."""

import json

from jsonschema import Draft202012Validator, FormatChecker

import config.urls  # noqa: F401 - with it every route is declared
from config.api.openapi import build_document

# Statuses of the refusals that every route has.
COMMON = ["401", "403", "404", "405", "429", "500", "503"]


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


def checker(written):
    """Function that validates a response against the schema of its operation and status."""

    def check(name, response):
        content = described(written)[name]["responses"][str(response.status_code)]["content"]
        schema = {**content["application/json"]["schema"], "components": written["components"]}
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(response.json())
        return True

    return check
