"""OpenAPI document of the contacts: its operations, and consistent with real responses."""

import pytest

from contacts.api import api as contacts_api

from .documents import COMMON, checker, described, make_document

ONE_CONTACT = "/api/v1/contacts/{id}"


@pytest.fixture
def contacts_written():
    return make_document(contacts_api)


def test_the_operations_of_the_contacts(contacts_written):
    operations, one = described(contacts_written), ONE_CONTACT
    creating = ["201", "400", *sorted([*COMMON, "409", "413", "415", "422"])]
    by_external_id, changing = "/api/v1/contacts/by-external-id/{external_id}", sorted([*COMMON, "412", "413", "415"])
    assert {name: (o["operationId"], sorted(o["responses"])) for name, o in operations.items()} == {
        f"POST {one}/erasure": ("erase_contact", creating),
        f"GET {one}/erasure": ("get_erasure", ["200", *COMMON]),
        f"DELETE {one}/erasure": ("keep_contact", ["204", "400", *sorted([*COMMON, "409", "422"])]),
        f"GET {one}/messages": ("list_messages", ["200", "400", *COMMON]),
        f"POST {one}/messages": ("answer_contact", creating),
        f"GET {one}/messages/{{message_id}}": ("get_message", ["200", "304", *COMMON]),
        f"GET {one}/messages/{{message_id}}/attachments/{{attachment_id}}/download": (
            "download_message_attachment",
            ["200", *COMMON],
        ),
        f"POST {one}/export": ("export_contact", creating),
        f"GET {one}/export/{{export_id}}": ("get_export", ["200", "304", *COMMON]),
        f"GET {one}/export/{{export_id}}/file": ("download_export", ["200", *COMMON]),
        f"GET {one}/consents": ("list_consents", ["200", *COMMON]),
        f"POST {one}/consents": ("add_consent", creating),
        f"DELETE {one}/consents/{{consent_id}}": ("withdraw_consent", ["200", "400", *sorted([*COMMON, "409", "422"])]),
        "GET /api/v1/contacts": ("list_contacts", ["200", "400", *COMMON]),
        "POST /api/v1/contacts": ("create_contact", creating),
        "GET /api/v1/contacts/{id}": ("get_contact", ["200", "304", *COMMON]),
        "PATCH /api/v1/contacts/{id}": ("update_contact", ["200", "400", *changing]),
        "DELETE /api/v1/contacts/{id}": ("delete_contact", ["204", "400", *sorted([*COMMON, "409", "412", "422"])]),
        f"GET {by_external_id}": ("get_contact_by_external_id", ["200", "304", *COMMON]),
        f"PUT {by_external_id}": ("upsert_contact_by_external_id", ["200", "201", "400", *changing]),
        f"POST {one}/restore": ("restore_deleted_contact", ["200", "400", *sorted([*COMMON, "409", "422"])]),
        "POST /api/v1/contacts/bulk": ("create_contacts", ["200", *creating[1:]]),
    }
    assert "content" not in operations["DELETE /api/v1/contacts/{id}"]["responses"]["204"]
    assert operations["DELETE /api/v1/contacts/{id}"]["security"] == [{"contacts.write": []}]


def test_the_headers_that_a_route_takes(contacts_written):
    assert {
        name: [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"]
        for name, operation in described(contacts_written).items()
    } == {
        "GET /api/v1/contacts": [],
        "POST /api/v1/contacts": ["Idempotency-Key"],
        "GET /api/v1/contacts/{id}": ["If-None-Match"],
        "PATCH /api/v1/contacts/{id}": ["If-Match"],
        "DELETE /api/v1/contacts/{id}": ["Idempotency-Key", "If-Match"],
        "GET /api/v1/contacts/by-external-id/{external_id}": ["If-None-Match"],
        "PUT /api/v1/contacts/by-external-id/{external_id}": ["If-Match"],
        f"POST {ONE_CONTACT}/restore": ["Idempotency-Key"],
        "POST /api/v1/contacts/bulk": ["Idempotency-Key"],
        f"GET {ONE_CONTACT}/messages": [],
        f"POST {ONE_CONTACT}/messages": ["Idempotency-Key"],
        f"GET {ONE_CONTACT}/messages/{{message_id}}": ["If-None-Match"],
        f"GET {ONE_CONTACT}/messages/{{message_id}}/attachments/{{attachment_id}}/download": [],
        f"POST {ONE_CONTACT}/erasure": ["Idempotency-Key"],
        f"GET {ONE_CONTACT}/erasure": [],
        f"DELETE {ONE_CONTACT}/erasure": ["Idempotency-Key"],
        f"POST {ONE_CONTACT}/export": ["Idempotency-Key"],
        f"GET {ONE_CONTACT}/export/{{export_id}}": ["If-None-Match"],
        f"GET {ONE_CONTACT}/export/{{export_id}}/file": [],
        f"GET {ONE_CONTACT}/consents": [],
        f"POST {ONE_CONTACT}/consents": ["Idempotency-Key"],
        f"DELETE {ONE_CONTACT}/consents/{{consent_id}}": ["Idempotency-Key"],
    }
    assert list(described(contacts_written)["POST /api/v1/contacts"]["responses"]["201"]["headers"]) == [
        "Location",
        "Idempotency-Replayed",
        "RateLimit-Policy",
        "RateLimit",
        "X-Ignored-Parameters",
    ]


def test_real_answers_of_the_contacts_are_as_described(api, nobody, contacts_written):
    check = checker(contacts_written)
    path, key = "/api/v1/contacts", {"Idempotency-Key": "k"}
    created = api.post(path, {"name": "Jane", "phone": "+15551234567", "status": "applicant"}, **key)
    one = created["Location"]
    answers = [
        ("POST /api/v1/contacts", created, 201),
        ("POST /api/v1/contacts", api.post(path, {}, **key), 422),
        ("POST /api/v1/contacts", api.post(path, {"more": 1}), 400),
        ("GET /api/v1/contacts", api.get(path), 200),
        ("GET /api/v1/contacts", api.get(path, page=0), 400),
        ("GET /api/v1/contacts", nobody.get(path), 401),
        ("GET /api/v1/contacts/{id}", api.get(one), 200),
        ("PATCH /api/v1/contacts/{id}", api.patch(one, {"channelPreference": "sms"}), 200),
        ("PATCH /api/v1/contacts/{id}", api.patch(one, "{"), 400),
        ("DELETE /api/v1/contacts/{id}", api.send("POST", one), 405),
    ]
    assert api.delete(one).status_code == 204
    answers.append(("DELETE /api/v1/contacts/{id}", api.delete(one), 404))
    for name, response, status in answers:
        assert (response.status_code, check(name, response)) == (status, True)
