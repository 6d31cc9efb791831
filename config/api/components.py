"""Schemas of an OpenAPI document, made from Structs so that generators of clients read them.

What a generator stumbles over is left out, and said in words: defaults, which a client would send for every field that
its user left alone, and enums without a type. Rules about several fields stand in the descriptions of routes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

BINARY = {"type": "string", "format": "binary"}
REFERENCE = "#/components/schemas/{name}"


def make_components(
    bodies: Iterable[type], answers: Iterable[type], errors: type, examples: Mapping[str, Any]
) -> dict[str, Any]:
    """Schemas by name of these Structs and of those that they refer to; `examples` by name of the Struct."""
    types = sorted({*bodies, *answers, errors}, key=lambda type_: type_.__name__)
    schemas = _json_schemas(*types)[1]
    for name in set(_json_schemas(*answers)[1]) - set(_json_schemas(errors)[1]):
        # An answer has those with a default too; what is UNSET by default is left out.
        required, fields = schemas[name].get("required", []), schemas[name]["properties"].items()
        schemas[name]["required"] = [field for field, schema in fields if field in required or "default" in schema]
    for name, example in examples.items():
        schemas[name]["examples"] = [example]
    return {name: _tidy(schema) for name, schema in schemas.items()}


def make_schema(type_: type) -> dict[str, Any]:
    """Schema of one type, a reference for a Struct."""
    return _tidy(_json_schemas(type_)[0][0])


def query_fields(query: type[msgspec.Struct]) -> dict[str, tuple[bool, dict[str, Any]]]:
    """Parameters of a query by name: whether it is required, and its schema."""
    schema = _json_schemas(query)[1][query.__name__]
    required = schema.get("required", [])
    # A query cannot contain null: it means that the parameter is not sent.
    return {name: (name in required, _tidy(_without_null(field))) for name, field in schema["properties"].items()}


def _json_schemas(*types: type) -> tuple[tuple[Any, ...], dict[str, Any]]:
    # The hook is asked for types that msgspec does not know: an uploaded file, and a FileResponse.
    return msgspec.json.schema_components(types, schema_hook=lambda _type: BINARY, ref_template=REFERENCE)


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    options = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
    return {**options[0], **_annotations(field)} if len(options) == 1 else field


def _annotations(field: dict[str, Any]) -> dict[str, Any]:
    return {key: field[key] for key in ("description", "default") if key in field}


def _tidy(schema: Any) -> Any:
    """The schema with types of enums, and defaults as words."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    as_they_are = ("examples", "enum", "properties")
    tidied = {key: value if key in as_they_are else _tidy(value) for key, value in schema.items()}
    if isinstance(fields := schema.get("properties"), dict):
        # A field may itself be called "default" or "enum".
        tidied["properties"] = {name: _tidy(field) for name, field in fields.items()}
    if "enum" in tidied:
        tidied.setdefault("type", "string")
    # Of a field that may be null, the words stand with the other type.
    for option in tidied.get("anyOf", []):
        if text := option.pop("description", ""):
            tidied.setdefault("description", text)
    default = tidied.pop("default", None)
    if default not in (None, "", {}, []):
        words = f"Default: `{str(default).lower() if isinstance(default, bool) else default}`."
        tidied["description"] = f"{tidied.get('description', '')} {words}".strip()
    return tidied
