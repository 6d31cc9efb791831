"""Template tags that show the examples of an OpenAPI document as calls and answers."""

import json
from typing import Any

from django import template

from config.api.examples import make_example

register = template.Library()


@register.simple_tag
def answer_example(operation: dict[str, Any]) -> str:
    """The JSON of the first success; "" when its body is none."""
    success = next(iter(operation["responses"].values()))
    content = success.get("content", {}).get("application/json")
    return _to_json(content["example"]) if content else ""


@register.simple_tag
def curl_example(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    """The call as a command of curl."""
    schemas, url = document["components"]["schemas"], document["servers"][0]["url"] + path
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            url = url.replace(f"{{{parameter['name']}}}", str(make_example(parameter["schema"], schemas)))
    lines = [f"curl -X {method.upper()} '{url}'", "  -H 'Authorization: Bearer vst_…'"]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            lines += [f"  -H 'Content-Type: {kind}'", f"  -d '{_to_json(content['example'])}'"]
        else:
            fields = make_example(content["schema"], schemas)
            lines += [f"  -F '{name}={'@' * (name == 'file')}{value}'" for name, value in fields.items()]
        break
    return " \\\n".join(lines)


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
