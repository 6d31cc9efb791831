"""An OpenAPI document, laid flat for reading."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def prose(text: str) -> SafeString:
    """Paragraphs with their line breaks undone and `code` marked up; no other markup is known."""
    paragraphs = [" ".join(paragraph.split()).split("`") for paragraph in text.split("\n\n")]
    rendered = (
        format_html_join(
            "", "{}", ((part if i % 2 == 0 else format_html("<code>{}</code>", part),) for i, part in enumerate(parts))
        )
        for parts in paragraphs
    )
    return format_html_join("", "<p>{}</p>" if len(paragraphs) > 1 else "{}", ((p,) for p in rendered))


@register.filter
def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each operation with its parameters, body and answer as rows of {name, type, text, is_required}."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            success = next(iter(operation["responses"].values()))
            yield {
                "id": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "description": operation["description"],
                "parameters": [_row(p["name"], p["schema"], p["required"], p) for p in operation["parameters"]],
                "body": list(_fields(operation.get("requestBody"), schemas)),
                "answer": list(_fields(success, schemas)),
                "responses": [(status, r["description"]) for status, r in operation["responses"].items()],
            }


def _fields(content: dict[str, Any] | None, schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not content or "content" not in content:
        return
    schema = next(iter(content["content"].values()))["schema"]
    # A file has no fields.
    if "$ref" in schema:
        yield from _rows("", schemas[_name(schema)], schemas)


def _rows(prefix: str, schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    required = schema.get("required", [])
    for name, field in schema["properties"].items():
        yield _row(prefix + name, field, name in required, field)
        target, suffix = _within(field)
        if "$ref" in target:
            yield from _rows(f"{prefix}{name}{suffix}.", schemas[_name(target)], schemas)


def _within(field: dict[str, Any], suffix: str = "") -> tuple[dict[str, Any], str]:
    """What a list, a mapping or something nullable is of, and how that is written after the name."""
    options = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:
        return _within(options[0], suffix)
    if "items" in field:
        return _within(field["items"], f"{suffix}[]")
    if isinstance(values := field.get("additionalProperties"), dict):
        return _within(values, f"{suffix}{{}}")
    return field, suffix


def _row(name: str, schema: dict[str, Any], is_required: bool, described: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "type": _type(schema), "text": described.get("description", ""), "is_required": is_required}


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"])
    if "$ref" in schema:
        return _name(schema)
    if "items" in schema:
        return f"{_type(schema['items'])}[]"
    bounds = [f"{word} {schema[key]}" for key, word in BOUNDS.items() if key in schema]
    return ", ".join([schema.get("format") or schema.get("type", "any"), *bounds])


def _name(schema: dict[str, Any]) -> str:
    return schema["$ref"].rsplit("/", 1)[1]


BOUNDS = {"minimum": "from", "maximum": "to", "minLength": "at least", "maxLength": "at most"}
