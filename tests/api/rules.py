"""Rules about several fields, which the OpenAPI documents say in words: generators of clients stumble over them.

Schemathesis is told them as JSON Schema, so that it makes bodies that the server takes.
"""

from typing import Any

from inquiries.schemas.input import ActionBody


def _some_of(kind: str, *names: str) -> dict[str, Any]:
    """JSON Schema of a rule about fields: "anyOf" or "oneOf" of them is given."""
    options = [{"required": [name], "properties": {name: {"type": "string", "minLength": 1}}} for name in names]
    return {kind: options}


# By name of the schema. Each action refuses the fields of the others.
RULES: dict[str, dict[str, Any]] = {
    "ContactCreate": _some_of("anyOf", "email", "phone"),
    "ContactRequestCreate": {
        "allOf": [_some_of("anyOf", "email", "phone"), _some_of("oneOf", "propertyId", "propertyReference")]
    },
    "ActionBody": {
        "oneOf": [
            {
                "properties": {"action": {"const": action}},
                "required": ["action", *(name for name, is_required in fields.items() if is_required)],
                "propertyNames": {"enum": ["action", *fields]},
            }
            for action, fields in ActionBody.TAKES.items()
        ]
    },
}


# Fields with two decimals at most.
AMOUNTS = {"amount", "budget", "price"}


def with_rules(document: dict[str, Any]) -> dict[str, Any]:
    """The document with these rules in its schemas."""
    components = document["components"]
    schemas = {name: {**schema, **RULES.get(name, {})} for name, schema in components["schemas"].items()}
    for schema in schemas.values():
        for name in AMOUNTS & schema.get("properties", {}).keys():
            for option in schema["properties"][name].get("anyOf", []):
                if option["type"] == "number":
                    option["multipleOf"] = 0.01
    return {**document, "components": {**components, "schemas": schemas}}
