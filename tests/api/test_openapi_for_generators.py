"""OpenAPI documents hold nothing that generators of clients stumble over, and an example of everything."""

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from config.api.endpoint import Api
from config.api.uploads import Form

from .documents import described, make_document


def schemas_of(node):
    """Every schema of a document, however deep; examples and enums are values."""
    if isinstance(node, list):
        for item in node:
            yield from schemas_of(item)
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key not in ("example", "examples", "enum"):
                yield from schemas_of(value)


@pytest.mark.parametrize("api", Api.registered, ids=lambda api: api.title)
def test_no_schema_makes_a_generator_stumble(api):
    for schema in schemas_of(make_document(api)):
        assert not ({"anyOf", "oneOf", "allOf"} & set(schema) and "properties" in schema), schema
        assert "enum" not in schema or "type" in schema, schema
        assert "default" not in schema or "type" not in schema, schema


@pytest.mark.parametrize("api", Api.registered, ids=lambda api: api.title)
def test_every_parameter_and_answer_says_what_it_is(api):
    for name, operation in described(make_document(api)).items():
        for parameter in operation["parameters"]:
            assert parameter["description"].endswith((".", "`")), (name, parameter)
        for response in operation["responses"].values():
            for media_type, content in response.get("content", {}).items():
                assert media_type != "application/json" or {"example", "examples"} & set(content), (name, response)


def examples_of(media):
    return [media["example"]] if "example" in media else [each["value"] for each in media["examples"].values()]


@pytest.mark.parametrize("api", Api.registered, ids=lambda api: api.title)
def test_every_example_fits_its_schema(api):
    document = make_document(api)
    for name, operation in described(document).items():
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (each["content"] for each in contents if "content" in each):
            for media_type, media in content.items():
                if media_type != "application/json":
                    continue
                schema = {**media["schema"], "components": document["components"]}
                examples = (
                    [media["example"]] if "example" in media else [e["value"] for e in media["examples"].values()]
                )
                for example in examples:
                    Draft202012Validator(schema, format_checker=FormatChecker()).validate(example), name


@pytest.mark.parametrize("api", Api.registered, ids=lambda api: api.title)
def test_the_examples_of_bodies_are_valid(api):
    bodies = {operation.body for operation in api.operations if operation.body and not issubclass(operation.body, Form)}
    for body in bodies:
        sent = json.dumps(api.examples[body.__name__]).encode()
        assert isinstance(body.parse(sent), body)
