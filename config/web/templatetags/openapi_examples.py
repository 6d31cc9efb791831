"""Template tags that make examples of calls and answers from an OpenAPI document."""

import json
from typing import Any

from django import template

register = template.Library()

# Deeper than this an example only repeats itself.
MAX_DEPTH = 4
OF_FORMAT = {
    "uuid": "8c1f5e52-0d1c-4a58-9a53-1f0a4c1b7e55",
    "date-time": "2026-02-10T14:30:00.000Z",
    "date": "2026-02-10",
    "email": "helene@example.org",
    "binary": "…",
}
OF_TYPE = {"string": "…", "integer": 1, "number": 1.5, "boolean": True, "null": None}


def example(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits the schema: its own example or default, else one of its type."""
    match schema:
        case {"examples": [first, *_]} | {"default": first} if first is not None:
            return first
        case {"enum": [first, *_]} | {"const": first}:
            return first
        case {"$ref": reference}:
            return example(schemas[reference.rpartition("/")[2]], schemas, depth)
        case {"properties": fields}:
            return {name: example(field, schemas, depth + 1) for name, field in fields.items()} if _goes(depth) else {}
        case {"anyOf": [first, *_]}:
            return example(first, schemas, depth)
        case {"items": dict() as items}:
            return [example(items, schemas, depth + 1)] if _goes(depth) else []
        case {"format": kind} if kind in OF_FORMAT:
            return OF_FORMAT[kind]
    kind = schema.get("type", "object")
    return OF_TYPE.get(kind, {})


def _goes(depth: int) -> bool:
    return depth < MAX_DEPTH


@register.simple_tag
def answer_example(operation: dict[str, Any], document: dict[str, Any]) -> str:
    """The JSON of the first success; "" when its body is none."""
    success = next(iter(operation["responses"].values()))
    schema = success.get("content", {}).get("application/json", {}).get("schema")
    return _to_json(example(schema, document["components"]["schemas"])) if schema else ""


@register.simple_tag
def curl_example(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    """The call as a command of curl."""
    schemas, url = document["components"]["schemas"], document["servers"][0]["url"] + path
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            url = url.replace(f"{{{parameter['name']}}}", str(example(parameter["schema"], schemas)))
    lines = [f"curl -X {method.upper()} '{url}'", "  -H 'Authorization: Bearer vst_…'"]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            lines += [f"  -H 'Content-Type: {kind}'", f"  -d '{_to_json(example(content['schema'], schemas))}'"]
        else:
            lines += ["  -F 'file=@plan.pdf'"]
        break
    return " \\\n".join(lines)


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
