"""OpenAPI 3.1 document of an Api, made from its declared operations and their Structs."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from django.conf import settings
from django.http import FileResponse

from .endpoint import Api, Operation
from .idempotency import HEADER
from .reading import Body

PARAMETER = re.compile(r"<(\w+):(\w+)>")
CONVERTERS = {"uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer", "minimum": 0}}
# Kinds of problems: of every operation, then of some.
REFUSALS = ("unauthenticated", "forbidden", "not_found", "method_not_allowed", "rate_limited")
FAULTS = ("server_error", "unavailable")
WITH_BODY = ("unreadable", "invalid", "too_large", "unsupported_media_type")
CREATING = ("idempotency_in_progress", "idempotency_mismatch")
BINARY = {"type": "string", "format": "binary"}
REFERENCE = "#/components/schemas/{name}"
KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same body, sent within 24 hours, creates nothing and is answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
SESSION = "The browser's session; unsafe methods then need the CSRF token in X-CSRFToken."


def build_document(api: Api) -> dict[str, Any]:
    """Build the document; the server is SITE_URL."""
    paths: dict[str, Any] = {}
    for operation in api.operations:
        address = PARAMETER.sub(r"{\2}", api.dialect.prefix + operation.route)
        paths.setdefault(address, {})[operation.method.lower()] = _operation(api, operation)
    security = {"token": {"type": "http", "scheme": "bearer"}}
    if api.has_session:
        cookie = {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME, "description": SESSION}
        security["session"] = cookie
    return {
        "openapi": "3.1.0",
        "info": {"title": api.title, "version": "1"},
        "servers": [{"url": settings.SITE_URL}],
        "security": [{name: []} for name in security],
        "paths": paths,
        "components": {"schemas": _schemas(api), "securitySchemes": security},
    }


def _schemas(api: Api) -> dict[str, Any]:
    """Schemas by name. Those of queries are left out: they become parameters."""
    bodies = {operation.body for operation in api.operations if operation.body}
    answers = {operation.answer for operation in api.operations if operation.answer}
    schemas = _json_schemas(*sorted({*bodies, *answers, api.dialect.error_type}, key=lambda type_: type_.__name__))[1]
    for struct in bodies:
        schemas[struct.__name__] |= struct.extra_json_schema
    return schemas


def _json_schemas(*types: type) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Schema of each type, and by name the schemas that these refer to."""
    # The hook is asked for types that msgspec does not know: an uploaded file, and a FileResponse.
    return msgspec.json.schema_components(types, schema_hook=lambda _type: BINARY, ref_template=REFERENCE)


def _content(type_: type, media_type: str) -> dict[str, Any]:
    return {media_type: {"schema": _json_schemas(type_)[0][0]}}


def _operation(api: Api, operation: Operation) -> dict[str, Any]:
    summary, _, description = (inspect.getdoc(operation.handler) or "").partition("\n\n")
    status = "201" if operation.is_creating else "200" if operation.answer else "204"
    success: dict[str, Any] = {"description": "Success"}
    if operation.answer:
        success["content"] = _content(operation.answer, "*/*" if operation.answer is FileResponse else Body.media_type)
    if operation.is_creating:
        success["headers"] = {"Location": {"description": "Where the new one stands.", "schema": {"type": "string"}}}
    item: dict[str, Any] = {
        "operationId": operation.handler.__name__,
        "summary": summary,
        "description": f"{description}\n\nScope: `{operation.scope}`.".strip(),
        "parameters": list(_parameters(operation)),
        "responses": {status: success, **_error_responses(api, operation)},
    }
    if operation.body:
        item["requestBody"] = {"required": True, "content": _content(operation.body, operation.body.media_type)}
    return item


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for converter, name in PARAMETER.findall(operation.route):
        yield {"name": name, "in": "path", "required": True, "schema": CONVERTERS[converter]}
    if operation.query:
        query = _json_schemas(operation.query)[1][operation.query.__name__]
        for name, field in query["properties"].items():
            # A query cannot contain null: it means that the parameter is not sent.
            options = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
            schema = dict(options[0] if len(options) == 1 else field)
            text = schema.pop("description", "")
            is_required = name in query.get("required", [])
            yield {"name": name, "in": "query", "required": is_required, "description": text, "schema": schema}
    if operation.is_creating:
        yield KEY_PARAMETER


def _error_responses(api: Api, operation: Operation) -> dict[str, Any]:
    """Error responses by status; the description lists the codes."""
    kinds = [*REFUSALS, *FAULTS, *operation.errors]
    if operation.body:
        kinds += WITH_BODY
    if operation.query:
        kinds.append("invalid")
    if operation.is_creating:
        kinds += CREATING
    codes: dict[int, list[str]] = {}
    for status, code in dict.fromkeys(map(api.dialect.status_and_code, kinds)):
        codes.setdefault(status, []).append(f"`{code}`")
    content = _content(api.dialect.error_type, Body.media_type)
    return {str(status): {"description": ", ".join(codes[status]), "content": content} for status in sorted(codes)}
