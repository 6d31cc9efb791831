"""Template filters that show an OpenAPI document as tables."""

import re
from collections.abc import Iterator
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

register = template.Library()

BOUNDS = {"minimum": "from", "maximum": "to", "minLength": "at least", "maxLength": "at most"}


@register.filter
def prose(text: str) -> SafeString:
    """Escape `text`, join the lines of each paragraph, and turn `code` in backticks into <code>."""
    joined = re.sub(r"(?<!\n)\n(?!\n)", " ", escape(text))
    return SafeString(re.sub("`(.+?)`", r"<code>\1</code>", joined))


@register.filter
def field_rows(content: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    """Fields of a body or an answer, each with its name, schema, required and description, as a parameter has them."""
    schemas = document["components"]["schemas"]
    return [row for media in content.values() for row in _iter_rows(media["schema"], schemas, "")]


def _iter_rows(schema: dict[str, Any], schemas: dict[str, Any], prefix: str) -> Iterator[dict[str, Any]]:
    """Fields of a schema, nested ones included: "data[].id" is a field of each item of a list."""
    match schema:
        case {"$ref": reference}:
            struct = schemas[_struct_name(reference)]
            for name, field in struct["properties"].items():
                is_required, text = name in struct.get("required", []), field.get("description", "")
                yield {"name": prefix + name, "schema": field, "required": is_required, "description": text}
                yield from _iter_rows(field, schemas, f"{prefix}{name}.")
        case {"anyOf": options}:
            for option in options:
                yield from _iter_rows(option, schemas, prefix)
        case {"items": items}:
            yield from _iter_rows(items, schemas, f"{prefix[:-1]}[].")
        case {"additionalProperties": dict() as values}:
            yield from _iter_rows(values, schemas, f"{prefix[:-1]}{{}}.")


@register.filter
def type_name(schema: dict[str, Any]) -> str:
    """Short name of a schema: "integer, from 1", "Offer[]", "open | closed"."""
    match schema:
        case {"enum": values}:
            return " | ".join(map(str, values))
        case {"anyOf": options}:
            return " | ".join(map(type_name, options))
        case {"$ref": reference}:
            return _struct_name(reference)
        case {"items": items}:
            return f"{type_name(items)}[]"
    bounds = [f"{word} {schema[key]}" for key, word in BOUNDS.items() if key in schema]
    return ", ".join([schema.get("format") or schema.get("type", "any"), *bounds])


def _struct_name(reference: str) -> str:
    return reference.rpartition("/")[2]
