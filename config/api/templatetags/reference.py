"""An OpenAPI document, laid flat for reading."""

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
    """HTML of `text`: lines of a paragraph joined, `code` marked up; no other markup is known."""
    joined = re.sub(r"(?<!\n)\n(?!\n)", " ", escape(text))
    return SafeString(re.sub("`(.+?)`", r"<code>\1</code>", joined))


@register.filter
def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each operation, its body and answer as rows of {name, schema, required, description} like its parameters."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            success = next(iter(operation["responses"].values()))
            body, answer = _rows(operation.get("requestBody", {}), schemas), _rows(success, schemas)
            yield {**operation, "method": method.upper(), "path": path, "body": list(body), "answer": list(answer)}


def _rows(schema: dict[str, Any], schemas: dict[str, Any], prefix: str = "") -> Iterator[dict[str, Any]]:
    """The fields of a schema and of those within it: "data[].id" is a field of each member of a list."""
    match schema:
        case {"content": content}:
            for media in content.values():
                yield from _rows(media["schema"], schemas)
        case {"$ref": reference}:
            struct = schemas[_name(reference)]
            for name, field in struct["properties"].items():
                is_required, text = name in struct.get("required", []), field.get("description", "")
                yield {"name": prefix + name, "schema": field, "required": is_required, "description": text}
                yield from _rows(field, schemas, f"{prefix}{name}.")
        case {"anyOf": options}:
            for option in options:
                yield from _rows(option, schemas, prefix)
        case {"items": items}:
            yield from _rows(items, schemas, f"{prefix[:-1]}[].")
        case {"additionalProperties": dict() as values}:
            yield from _rows(values, schemas, f"{prefix[:-1]}{{}}.")


@register.filter
def type_name(schema: dict[str, Any]) -> str:
    """A schema in words: "integer, from 1", "Offer[]", "open | closed"."""
    match schema:
        case {"enum": values}:
            return " | ".join(map(str, values))
        case {"anyOf": options}:
            return " | ".join(map(type_name, options))
        case {"$ref": reference}:
            return _name(reference)
        case {"items": items}:
            return f"{type_name(items)}[]"
    bounds = [f"{word} {schema[key]}" for key, word in BOUNDS.items() if key in schema]
    return ", ".join([schema.get("format") or schema.get("type", "any"), *bounds])


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]
