"""The OpenAPI 3.1 document of an Api, put together from the Structs that its routes are checked with."""

import inspect
import re
from typing import Any

import msgspec
from django.conf import settings

from .dialect import Dialect
from .endpoint import Api, Operation
from .idempotency import HEADER
from .uploads import FILE

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
CONVERTERS = {"uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer", "minimum": 0}}
ALWAYS = (
    "unauthenticated",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "rate_limited",
    "server_error",
    "unavailable",
)
KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same body, sent within 24 hours, creates nothing and is answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
BINARY = {"type": "string", "format": "binary"}
CREATING = ("idempotency_in_progress", "idempotency_mismatch")
WITH_BODY = ("unreadable", "invalid", "too_large", "unsupported_media_type")


def document(api: Api, *, server: str, version: str) -> dict[str, Any]:
    """The whole document; `server` is the address of the installation."""
    structs = {s for o in api.operations for s in (o.body, o.form, o.answer, o.query) if s} | {api.dialect.error_type}
    ordered = sorted(structs, key=lambda s: s.__name__)
    schemas, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    references = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, Any] = {}
    for operation in api.operations:
        address = PARAMETER.sub(r"{\2}", api.dialect.prefix + operation.route)
        paths.setdefault(address, {})[operation.method.lower()] = _operation(api, operation, references, components)
    for operation in api.operations:
        if operation.body:
            # A Struct says in `extra_json_schema` what its fields alone do not tell.
            extra = getattr(operation.body, "extra_json_schema", {})
            components[operation.body.__name__] |= {"additionalProperties": False, **extra}
        if operation.form:
            form = components[operation.form.__name__]
            form["properties"][FILE] = BINARY
            form |= {"additionalProperties": False, "required": [*form.get("required", []), FILE]}
    queries = {o.query.__name__ for o in api.operations if o.query}
    return {
        "openapi": "3.1.0",
        "info": {"title": api.title, "version": version},
        "servers": [{"url": server}],
        "security": [{"token": []}, *([{"session": []}] if api.has_session else [])],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in queries},
            "securitySchemes": _security(api),
        },
    }


def _security(api: Api) -> dict[str, Any]:
    schemes: dict[str, Any] = {"token": {"type": "http", "scheme": "bearer"}}
    if api.has_session:
        schemes["session"] = {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The browser's session; unsafe methods then need the CSRF token in X-CSRFToken.",
        }
    return schemes


def _operation(api: Api, operation: Operation, references: dict, components: dict) -> dict[str, Any]:
    text = inspect.getdoc(operation.handler) or operation.handler.__name__
    summary, _, description = text.partition("\n\n")
    found: dict[str, Any] = {
        "operationId": operation.handler.__name__,
        "summary": " ".join(summary.split()),
        "description": f"{description}\n\nScope: `{operation.scope}`.".strip(),
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation, components),
            *([KEY_PARAMETER] if operation.is_creating else []),
        ],
        "responses": _responses(api.dialect, operation, references),
    }
    if operation.body:
        found["requestBody"] = {"required": True, "content": _json(references[operation.body])}
    if operation.form:
        content = {"multipart/form-data": {"schema": references[operation.form]}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": CONVERTERS.get(converter, {"type": "string"}),
        }
        for converter, name in PARAMETER.findall(operation.route)
    ]


def _query_parameters(operation: Operation, components: dict) -> list[dict[str, Any]]:
    if not operation.query:
        return []
    schema = components[operation.query.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": field.get("description", ""),
            "schema": {key: value for key, value in field.items() if key != "description"},
        }
        for name, field in ((name, _sent(field)) for name, field in schema["properties"].items())
    ]


def _sent(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter when it is sent: in a query the null of "not sent" cannot be written."""
    options = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
    return options[0] if len(options) == 1 else field


def _responses(dialect: Dialect, operation: Operation, references: dict) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Success"}
    if operation.answer:
        success["content"] = _json(references[operation.answer])
    if operation.is_file:
        success["content"] = {"*/*": {"schema": BINARY}}
    if operation.is_creating:
        location = {"description": "Where the new one stands.", "schema": {"type": "string"}}
        success["headers"] = {"Location": location}
    found = {str(operation.status): success}
    kinds = [
        *ALWAYS,
        *operation.errors,
        *(WITH_BODY if operation.body or operation.form else ()),
        *(("invalid",) if operation.query else ()),
        *(CREATING if operation.is_creating else ()),
    ]
    by_status: dict[str, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        status, code = dialect.meaning(kind)
        by_status.setdefault(str(status), []).append(code)
    for number, codes in sorted(by_status.items()):
        words = ", ".join(f"`{code}`" for code in dict.fromkeys(codes))
        found[number] = {"description": words, "content": _json(references[dialect.error_type])}
    return found


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
