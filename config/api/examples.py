"""Example values of an OpenAPI document, composed from its schemas."""

from typing import Any

# Deeper than this an example only repeats itself.
MAX_DEPTH = 6
OF_FORMAT = {
    "uuid": "8c1f5e52-0d1c-4a58-9a53-1f0a4c1b7e55",
    "date-time": "2026-02-10T14:30:00.000Z",
    "date": "2026-02-10",
    "email": "helene@example.org",
    "binary": "…",
}
OF_TYPE = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}


def make_example(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits the schema: its own example, else one composed of its fields, or one of its type.

    `schemas` are those that it refers to, by name.
    """
    match schema:
        case {"examples": [first, *_]} | {"enum": [first, *_]} | {"const": first}:
            return first
        case {"$ref": reference}:
            return make_example(schemas[reference.rpartition("/")[2]], schemas, depth)
        case {"properties": fields} if depth < MAX_DEPTH:
            return {name: make_example(field, schemas, depth + 1) for name, field in fields.items()}
        case {"anyOf": [first, *_]}:
            return make_example(first, schemas, depth)
        case {"items": dict() as items} if depth < MAX_DEPTH:
            return [make_example(items, schemas, depth + 1)]
        case {"type": "array"}:
            return []
        case {"format": kind} if kind in OF_FORMAT:
            return OF_FORMAT[kind]
    return OF_TYPE.get(schema.get("type", "object"), {})
