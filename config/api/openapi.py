"""OpenAPI 3.1 document of an Api, made from its declared operations and their Structs."""

import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from django.conf import settings
from django.http import FileResponse
from django.urls import reverse

from .components import make_components, make_schema, query_fields
from .endpoint import Api, Operation
from .errors import Detail, ProblemError
from .examples import make_example
from .idempotency import HEADER
from .reading import Body

PARAMETER = re.compile(r"<(\w+):(\w+)>")
# The key that another program gives a row.
EXTERNAL_ID = r"^[A-Za-z0-9][A-Za-z0-9._:~=-]*$"
EXTERNAL_ID_WORDS = (
    "as another program calls it: at most 200 letters without accents, digits and `. _ : ~ = -`, "
    "a letter or digit first"
)
# Greatest id that both databases have.
GREATEST_ID = 2**63 - 1
CONVERTERS: dict[str, tuple[dict[str, Any], str]] = {
    "external": ({"type": "string", "minLength": 1, "maxLength": 200, "pattern": EXTERNAL_ID}, EXTERNAL_ID_WORDS),
    "uuid": ({"type": "string", "format": "uuid"}, "a UUID"),
    "str": (
        {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[^/]+$"},
        "as text without a slash, percent-encoded",
    ),
    "int": (
        {"type": "integer", "minimum": 1, "maximum": GREATEST_ID},
        "a whole number from 1 to 9223372036854775807; any other is not found",
    ),
}
# Kinds of problems: of every operation, then of some.
REFUSALS = ("unauthenticated", "forbidden", "not_found", "method_not_allowed", "rate_limited")
FAULTS = ("server_error", "unavailable")
WITH_BODY = ("unreadable", "invalid", "too_large", "unsupported_media_type")
REPEATED = ("idempotency_in_progress", "idempotency_mismatch")
# Headers of a response by name: type and meaning.
HEADERS = {
    "Location": ("string", "Address of the new resource."),
    "Idempotency-Replayed": ("string", "`true` on the stored response to a request that was repeated with its key."),
    "Retry-After": ("integer", "Seconds to wait before the next attempt."),
    "WWW-Authenticate": ("string", "`Bearer`."),
    "Allow": ("string", "Methods of this address."),
    "ETag": ("string", "Changes whenever the answer does. For If-None-Match, and If-Match of a change."),
    "RateLimit-Policy": ("string", "The limit of a token: `q` requests in `w` seconds."),
    "RateLimit": ("string", "Requests that are left (`r`), and seconds until there are all again (`t`)."),
    "X-Ignored-Parameters": ("string", "Parameters of the query that mean nothing here."),
}
# Headers of every answer to a caller who is known.
ALWAYS = ("RateLimit-Policy", "RateLimit")
OF_KIND = {
    "unauthenticated": ("WWW-Authenticate",),
    "method_not_allowed": ("Allow",),
    "rate_limited": ("Retry-After", *ALWAYS),
    "idempotency_in_progress": ("Retry-After",),
    "unavailable": ("Retry-After",),
}
# An example of what is said of a kind of problem.
MESSAGES = {
    "unauthenticated": "Send a valid token as Authorization: Bearer.",
    "forbidden": "This token lacks the scope.",
    "not_found": "There is nothing here under this id.",
    "method_not_allowed": "Allowed here: GET.",
    "rate_limited": "Too many requests. Try again in 30 s.",
    "server_error": "Something went wrong on our side. Quote the request id when you ask about it.",
    "unavailable": "The database does not answer. Try again.",
    "unreadable": "The body is not readable.",
    "invalid": "more: This field is not known here.",
    "too_large": "The body is larger than 1048576 bytes.",
    "unsupported_media_type": "Send the body as application/json.",
    "idempotency_in_progress": "The first request with this key is still running. Try again.",
    "idempotency_mismatch": "This key was sent before with another body.",
    "invalid_cursor": "Send the cursor of the page before.",
    "precondition_failed": "This was changed since it was read. Read it again.",
    "thread_changed": "Something was added to the thread since. Nothing was sent.",
    "gated": "Prove your identity first.",
    "invalid_offer_transition": "Invalid offer transition from accepted to sent",
    "invalid_transition": "This is not allowed from the present status.",
}
KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same body, sent within 24 hours, changes nothing and is answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
MATCH_PARAMETER = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what was read; changes nothing if it was changed since, and answers 412.",
    "schema": {"type": "string"},
}
NONE_MATCH_PARAMETER = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what was read before; answers 304 while it is the same.",
    "schema": {"type": "string"},
}
SESSION = "The browser's session; unsafe methods then need the CSRF token in X-CSRFToken."
BEARER = "A token of the Pro (Settings, API tokens) with the scope `{scope}`; write includes read."


def build_document(api: Api) -> dict[str, Any]:
    """Build the document; the server is SITE_URL. What depends on no request is made once."""
    # A setting chooses the status of a refused move.
    return _build(api, settings.SITE_URL, settings.SESSION_COOKIE_NAME, settings.INQUIRY_TRANSITION_ERROR_STATUS)


@cache
def _build(api: Api, site: str, session_cookie: str, *_more: Any) -> dict[str, Any]:
    schemas = _schemas(api)
    paths: dict[str, Any] = {}
    for operation in api.operations:
        address = PARAMETER.sub(r"{\2}", api.dialect.prefix + operation.route)
        paths.setdefault(address, {})[operation.method.lower()] = _operation(api, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "version": "1",
            "description": api.description,
            "contact": {"name": "Vestibule", "url": site},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": site}],
        "externalDocs": {"description": "API reference", "url": site + reverse("api_reference")},
        "tags": [{"name": name, "description": text} for name, text in api.tags.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": _headers(paths),
            "securitySchemes": _security_schemes(api, session_cookie),
        },
    }


def _security_schemes(api: Api, session_cookie: str) -> dict[str, Any]:
    """A scheme for each scope that a route needs: only those of OAuth 2 may list scopes."""
    schemes = {
        _scheme(scope): {"type": "http", "scheme": "bearer", "description": BEARER.format(scope=scope)}
        for scope in dict.fromkeys(operation.scope for operation in api.operations)
    }
    if api.has_session:
        schemes["session"] = {"type": "apiKey", "in": "cookie", "name": session_cookie, "description": SESSION}
    return schemes


def _scheme(scope: str) -> str:
    """Name of the scheme of a scope; a name may hold no colon."""
    return scope.replace(":", ".")


def _headers(paths: dict[str, Any]) -> dict[str, Any]:
    """The headers that the responses of these paths refer to."""
    text = json.dumps(paths)
    used = {name: about for name, about in HEADERS.items() if f'"#/components/headers/{name}"' in text}
    return {name: {"description": words, "schema": {"type": kind}} for name, (kind, words) in used.items()}


def _header_references(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in dict.fromkeys(names)}


def _schemas(api: Api) -> dict[str, Any]:
    """Schemas by name. Those of queries are left out: they become parameters."""
    bodies = {operation.body for operation in api.operations if operation.body}
    answers = {operation.answer for operation in api.operations if operation.answer}
    return make_components(bodies, answers, api.dialect.error_type, api.examples)


def _operation(api: Api, operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    summary, _, description = (inspect.getdoc(operation.handler) or "").partition("\n\n")
    item: dict[str, Any] = {
        "operationId": operation.handler.__name__,
        "summary": summary,
        "description": f"{description}\n\nScope: `{operation.scope}`.".strip(),
        "tags": [operation.tag or next(iter(api.tags))],
        "security": [{_scheme(operation.scope): []}, *([{"session": []}] if api.has_session else [])],
        "parameters": list(_parameters(api, operation)),
        "responses": {**_success(operation, schemas), **_error_responses(api, operation)},
    }
    if operation.body:
        content = _content(operation.body, operation.body.media_type, schemas)
        item["requestBody"] = {"required": True, "content": content}
    return item


def _success(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    status = "201" if operation.is_creating else "200" if operation.answer else "204"
    success: dict[str, Any] = {"description": "Success"}
    if operation.answer is FileResponse:
        # A file comes with its own type; generators know the first of these as one.
        file = {"schema": make_schema(FileResponse)}
        success["content"] = {"application/octet-stream": file, "*/*": file}
    elif operation.answer:
        success["content"] = _content(operation.answer, Body.media_type, schemas)
    names = ["Location"] if operation.is_creating else []
    names += ["Idempotency-Replayed"] if operation.has_key else []
    names += ["ETag"] if operation.has_etag else []
    success["headers"] = _header_references(*names, *ALWAYS, "X-Ignored-Parameters")
    if operation.may_create:
        made = {"description": "Created", "headers": success["headers"] | _header_references("Location")}
        return {status: success, "201": {**success, **made}}
    same = {"304": {"description": "Not modified", "headers": _header_references("ETag", *ALWAYS)}}
    return {status: success, **(same if operation.has_etag and operation.method == "GET" else {})}


def _content(type_: type, media_type: str, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = make_schema(type_)
    content: dict[str, Any] = {"schema": schema}
    if media_type == Body.media_type:
        content["example"] = make_example(schema, schemas)
    return {media_type: content}


def _parameters(api: Api, operation: Operation) -> Iterator[dict[str, Any]]:
    for converter, name in PARAMETER.findall(operation.route):
        schema, words = CONVERTERS[converter]
        text = f"{_key(operation.route, name)} of the {_noun(api, operation.route, name)}, {words}."
        yield {"name": name, "in": "path", "required": True, "description": text, "schema": schema}
    if operation.query:
        for name, (is_required, field) in query_fields(operation.query).items():
            schema = {key: value for key, value in field.items() if key != "description"}
            text = field.get("description", "")
            yield {"name": name, "in": "query", "required": is_required, "description": text, "schema": schema}
    if operation.has_key:
        yield KEY_PARAMETER
    if operation.current:
        yield MATCH_PARAMETER
    if operation.has_etag and operation.method == "GET":
        yield NONE_MATCH_PARAMETER


def _key(route: str, parameter: str) -> str:
    """Word for the key in a path: "Reference" below `by-reference`, else "Id"."""
    parent = route.partition(f":{parameter}>")[0].split("/")[-2]
    return parent.removeprefix("by-").replace("-", " ").capitalize() if parent.startswith("by-") else "Id"


def _noun(api: Api, route: str, parameter: str) -> str:
    """Noun of the id in a path: the singular of the part of the path before it."""
    before = (api.dialect.prefix + route).partition(f":{parameter}>")[0].split("/")[:-1]
    plural = next(part for part in reversed(before) if not part.startswith("by-")).replace("-", " ")
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")


def _error_responses(api: Api, operation: Operation) -> dict[str, Any]:
    """Error responses by status; the description lists the codes, each with an example."""
    kinds = [*REFUSALS, *FAULTS, *operation.errors]
    if operation.body:
        kinds += WITH_BODY
    if operation.query:
        kinds.append("invalid")
        kinds += ("unreadable", "too_large") if operation.query.reads_body else ()
    if operation.has_key:
        kinds += ("invalid", *REPEATED)
    if operation.current:
        kinds.append("precondition_failed")
    by_status: dict[int, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        by_status.setdefault(api.dialect.status_and_code(kind)[0], []).append(kind)
    return {str(status): _error_response(api, by_status[status]) for status in sorted(by_status)}


def _error_response(api: Api, kinds: list[str]) -> dict[str, Any]:
    # Two kinds may have one code.
    codes = {api.dialect.status_and_code(kind)[1]: kind for kind in reversed(kinds)}
    codes = dict(reversed(codes.items()))
    schema = make_schema(api.dialect.error_type)
    examples = {code: {"value": _error_example(api, kind, code)} for code, kind in codes.items()}
    response: dict[str, Any] = {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {Body.media_type: {"schema": schema, "examples": examples}},
    }
    if names := [name for kind in kinds for name in OF_KIND.get(kind, ())]:
        response["headers"] = _header_references(*names)
    return response


def _error_example(api: Api, kind: str, code: str) -> Any:
    details = [Detail("more", "This field is not known here.")] if kind == "invalid" else []
    problem = ProblemError(kind, MESSAGES[kind], details=details)
    request_id = "3f0f5f7a1c114d3e" if kind == "server_error" else None
    return msgspec.to_builtins(api.dialect.error_body(code, problem, request_id))
