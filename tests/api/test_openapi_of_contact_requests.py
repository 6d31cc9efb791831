"""OpenAPI document of the contact requests: its operations in full, and consistent with real responses."""

import pytest

from contact_requests.api import api as pro_api

from ..factories import PropertyFactory, RequestFactory
from .documents import checker, described, make_document

GATED = {
    "401": "`UNAUTHENTICATED`",
    "403": "`FORBIDDEN`, `CNI_REQUIRED`",
    "404": "`NOT_FOUND`",
    "405": "`METHOD_NOT_ALLOWED`",
    "429": "`RATE_LIMITED`",
    "500": "`INTERNAL_ERROR`",
    "503": "`UNAVAILABLE`",
}
ERRORS = {
    "GET /pro/contact-requests": {"400": "`INVALID_CURSOR`, `VALIDATION_ERROR`", **GATED},
    "POST /pro/contact-requests": {
        "400": "`VALIDATION_ERROR`",
        "409": "`IDEMPOTENCY_IN_PROGRESS`",
        "413": "`PAYLOAD_TOO_LARGE`",
        "415": "`UNSUPPORTED_MEDIA_TYPE`",
        "422": "`IDEMPOTENCY_MISMATCH`",
        **GATED,
    },
    "GET /pro/contact-requests/{id}": {"304": "Not modified", **GATED},
    "PUT /pro/contact-requests/{id}": {
        "400": "`VALIDATION_ERROR`",
        "409": "`INVALID_TRANSITION`",
        "412": "`PRECONDITION_FAILED`",
        "413": "`PAYLOAD_TOO_LARGE`",
        "415": "`UNSUPPORTED_MEDIA_TYPE`",
        **GATED,
    },
    "PUT /pro/properties/by-reference/{reference}": {
        "201": "Created",
        "400": "`VALIDATION_ERROR`",
        "412": "`PRECONDITION_FAILED`",
        "413": "`PAYLOAD_TOO_LARGE`",
        "415": "`UNSUPPORTED_MEDIA_TYPE`",
        **GATED,
    },
}


@pytest.fixture
def written():
    return make_document(pro_api)


def test_the_operations_of_pro(written):
    assert {name: operation["operationId"] for name, operation in described(written).items()} == {
        "GET /pro/contact-requests": "list_contact_requests",
        "POST /pro/contact-requests": "create_contact_request",
        "GET /pro/contact-requests/{id}": "get_contact_request",
        "PUT /pro/contact-requests/{id}": "update_contact_request",
        "GET /pro/properties": "list_properties",
        "POST /pro/properties": "add_property",
        "GET /pro/properties/{id}": "get_property",
        "PATCH /pro/properties/{id}": "update_property",
        "GET /pro/properties/by-reference/{reference}": "get_property_by_reference",
        "PUT /pro/properties/by-reference/{reference}": "keep_property_by_reference",
    }


def test_the_query_parameters(written):
    def query(name, description, **schema):
        return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}

    assert described(written)["GET /pro/contact-requests"]["parameters"] == [
        # A generated client would send a default with every call.
        query("limit", "Rows a page. Default: `20`.", type="integer", minimum=1, maximum=100),
        query("cursor", "`cursor.next` of the page before.", type="string", maxLength=500),
        query(
            "updated_since",
            "Only rows changed since, ISO 8601, by UTC without a time zone; the oldest change first.",
            type="string",
            format="date-time",
        ),
        query(
            "include_deleted",
            "In the order of changes; `changes.deleted` names the rows that left the list. Default: `false`.",
            type="boolean",
        ),
        query(
            "order_by",
            "`createdAt` newest first, `updatedAt` oldest first. Default: `createdAt`.",
            enum=["createdAt", "updatedAt"],
            type="string",
        ),
        query("status", "Only this status.", enum=["new_request", "read", "replied"], type="string"),
        query("propertyId", "Only requests about this property.", type="string", format="uuid"),
    ]


def test_the_path_parameter_and_the_body(written):
    operation = described(written)["PUT /pro/contact-requests/{id}"]
    assert operation["parameters"] == [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "Id of the contact request, a UUID.",
            "schema": {"type": "string", "format": "uuid"},
        },
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The `ETag` of what was read; changes nothing if it was changed since, and answers 412.",
            "schema": {"type": "string"},
        },
    ]
    assert operation["requestBody"] == {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/StatusBody"},
                "example": {"status": "read"},
            }
        },
    }
    kept = described(written)["PUT /pro/properties/by-reference/{reference}"]["parameters"][0]
    words = "Reference of the property, as text without a slash, percent-encoded."
    assert (kept["name"], kept["description"]) == ("reference", words)
    assert written["components"]["schemas"]["StatusBody"] == {
        "title": "StatusBody",
        "type": "object",
        "properties": {"status": {"enum": ["new_request", "read", "replied"], "type": "string"}},
        "required": ["status"],
        # Unknown fields are refused by name.
        "additionalProperties": False,
        "examples": [{"status": "read"}],
    }


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_with_its_codes_and_its_shape(written, name):
    responses = described(written)[name]["responses"]
    success = "201" if name.startswith("POST") else "200"
    assert {status: r["description"] for status, r in responses.items()} == {success: "Success", **ERRORS[name]}
    refusals = [response for status, response in responses.items() if status >= "400"]
    schemas = [response["content"]["application/json"]["schema"]["$ref"] for response in refusals]
    assert schemas == ["#/components/schemas/ErrorBody"] * len(refusals)


def test_each_scope_is_a_security_scheme(written, settings):
    schemes = written["components"]["securitySchemes"]
    names = [f"{noun}.{right}" for noun in ("contact_requests", "properties") for right in ("read", "write")]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        **dict.fromkeys(names, "http"),
        "session": "apiKey",
    }
    assert schemes["contact_requests.write"] == {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the Pro (Settings, API tokens) with the scope `contact_requests:write`; "
        "write includes read.",
    }
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", settings.SESSION_COOKIE_NAME)
    assert {name: operation["security"] for name, operation in described(written).items()} == {
        "GET /pro/contact-requests": [{"contact_requests.read": []}, {"session": []}],
        "POST /pro/contact-requests": [{"contact_requests.write": []}, {"session": []}],
        "GET /pro/contact-requests/{id}": [{"contact_requests.read": []}, {"session": []}],
        "PUT /pro/contact-requests/{id}": [{"contact_requests.write": []}, {"session": []}],
        "GET /pro/properties": [{"properties.read": []}, {"session": []}],
        "POST /pro/properties": [{"properties.write": []}, {"session": []}],
        "GET /pro/properties/{id}": [{"properties.read": []}, {"session": []}],
        "PATCH /pro/properties/{id}": [{"properties.write": []}, {"session": []}],
        "GET /pro/properties/by-reference/{reference}": [{"properties.read": []}, {"session": []}],
        "PUT /pro/properties/by-reference/{reference}": [{"properties.write": []}, {"session": []}],
    }


def test_the_headers_that_may_come(written):
    responses = described(written)["POST /pro/contact-requests"]["responses"]
    assert {status: list(response["headers"]) for status, response in responses.items() if "headers" in response} == {
        "201": ["Location", "Idempotency-Replayed", "RateLimit-Policy", "RateLimit", "X-Ignored-Parameters"],
        "401": ["WWW-Authenticate"],
        "405": ["Allow"],
        "409": ["Retry-After"],
        "429": ["Retry-After", "RateLimit-Policy", "RateLimit"],
        "503": ["Retry-After"],
    }
    assert responses["429"]["headers"]["Retry-After"] == {"$ref": "#/components/headers/Retry-After"}


def test_the_struct_of_a_query_is_no_component(written):
    assert sorted(written["components"]["schemas"]) == [
        "Changes",
        "ContactRequestBody",
        "ContactRequestCreate",
        "ContactRequestPage",
        "Cursor",
        "Deleted",
        "Detail",
        "Error",
        "ErrorBody",
        "ListingBody",
        "ListingInput",
        "PropertyBody",
        "PropertyBrief",
        "PropertyCreate",
        "PropertyPage",
        "PropertyUpdate",
        "StatusBody",
        "TranslationInput",
        "TranslationsInput",
    ]


@pytest.fixture
def conforms(written):
    return checker(written)


def test_real_answers_are_as_described(api, nobody, pro, conforms):
    rows = [RequestFactory(property=PropertyFactory(pro=pro), phone="+33612345678") for _ in range(3)]
    path = f"/pro/contact-requests/{rows[0].pk}"
    page = api.get("/pro/contact-requests", limit=2)
    assert (page.status_code, len(page.json()["data"])) == (200, 2)
    assert conforms("GET /pro/contact-requests", page)
    assert conforms("GET /pro/contact-requests/{id}", api.get(path))
    visitor = {"propertyId": str(rows[0].property_id), "name": "Jane", "phone": "0612345678", "message": "Free?"}
    created = api.post("/pro/contact-requests", visitor)
    assert (created.status_code, conforms("POST /pro/contact-requests", created)) == (201, True)
    for status in ("read", "replied", "replied"):
        answer = api.put(path, {"status": status})
        assert (answer.status_code, conforms("PUT /pro/contact-requests/{id}", answer)) == (200, True)


def test_real_refusals_are_as_described(api, nobody, pro, conforms):
    row = RequestFactory(property=PropertyFactory(pro=pro), status="replied")
    path, put = f"/pro/contact-requests/{row.pk}", "PUT /pro/contact-requests/{id}"
    refusals = [
        (put, api.put(path, {"status": "done", "more": 1}), 400),
        (put, nobody.put(path), 401),
        (put, api.put(path[:-1] + ("0" if path[-1] != "0" else "1"), {"status": "read"}), 404),
        (put, api.send("POST", path), 405),
        (put, api.put(path, {"status": "read"}), 409),
        (put, api.put(path, " " * 2_000_000), 413),
        (put, api.put(path, {"status": "read"}, content_type="text/plain"), 415),
        ("GET /pro/contact-requests", api.get("/pro/contact-requests", limit=0), 400),
        ("POST /pro/contact-requests", api.post("/pro/contact-requests", {"name": "Jane"}), 400),
        ("GET /pro/contact-requests/{id}", nobody.get(path), 401),
    ]
    for name, response, status in refusals:
        assert (response.status_code, conforms(name, response)) == (status, True)
