"""Refusals of requests by /pro, in full: status, body and headers; those of callers: test_refused_callers.py."""

import pytest
from django.utils import timezone

from contact_requests.models import ContactRequest

from .refusals import LIST, error, status_and_body

UNKNOWN = f"{LIST}/11111111-2222-4333-8444-555555555555"
NOTHING = "There is nothing here under this id."
NO_ADDRESS = "There is no such address."


# --- 400


def test_several_query_parameters_at_fault_are_named_at_once(api):
    assert status_and_body(api.get(LIST, limit="0", status="done", propertyId="7", cursor="x" * 501)) == (
        400,
        error(
            "VALIDATION_ERROR",
            "limit: Expected int >= 1; cursor: Expected str of length <= 500; status: Choose one of: "
            "new_request, read, replied.; propertyId: Invalid UUID",
            ("limit", "Expected int >= 1"),
            ("cursor", "Expected str of length <= 500"),
            ("status", "Choose one of: new_request, read, replied."),
            ("propertyId", "Invalid UUID"),
        ),
    )


def test_several_body_fields_at_fault_are_named_at_once(api, path):
    assert status_and_body(api.put(path, {"status": "done", "state": 1, "é": None})) == (
        400,
        error(
            "VALIDATION_ERROR",
            "state: This field is not known here.; é: This field is not known here.; status: Choose one of: "
            "new_request, read, replied.",
            ("state", "This field is not known here."),
            ("é", "This field is not known here."),
            ("status", "Choose one of: new_request, read, replied."),
        ),
    )


def test_a_missing_field_is_named(api, path):
    assert status_and_body(api.put(path, {})) == (
        400,
        error("VALIDATION_ERROR", "status: This field is required.", ("status", "This field is required.")),
    )


def test_a_thousand_unknown_fields_are_not_all_repeated(api, path):
    status, body = status_and_body(api.put(path, {f"field{n}": n for n in range(1000)}))
    assert status == 400
    assert [d["field"] for d in body["error"]["details"]] == [f"field{n}" for n in range(20)] + ["status"]


def test_broken_json_is_400(api, path):
    assert status_and_body(api.put(path, '{"status": ')) == (
        400,
        error("VALIDATION_ERROR", "The body is not readable as a JSON object in UTF-8."),
    )


@pytest.mark.parametrize("body", ["[]", '"read"', "1", "null", "true"])
def test_json_that_is_no_object_is_400(api, path, body):
    assert status_and_body(api.put(path, body)) == (
        400,
        error("VALIDATION_ERROR", "The body must be a JSON object."),
    )


def test_a_made_up_cursor_is_400(api):
    assert status_and_body(api.get(LIST, cursor="made-up")) == (
        400,
        error("INVALID_CURSOR", "This cursor is not one that a page returned."),
    )


# --- 404 and 405


def test_an_unknown_id_is_404(api):
    assert status_and_body(api.put(UNKNOWN, {"status": "read"})) == (404, error("NOT_FOUND", NOTHING))


def test_another_pros_request_is_404_and_stays_as_it_is(other_api, contact_request, path):
    assert status_and_body(other_api.put(path, {"status": "read"})) == (404, error("NOT_FOUND", NOTHING))
    contact_request.refresh_from_db()
    assert (contact_request.status, list(contact_request.events.all())) == ("new", [])


def test_a_quarantined_request_is_404(api, contact_request, path):
    ContactRequest.objects.filter(pk=contact_request.pk).update(
        quarantined_at=timezone.now(), quarantine_reason="honeypot"
    )
    assert status_and_body(api.put(path, {"status": "read"})) == (404, error("NOT_FOUND", NOTHING))


@pytest.mark.parametrize(
    "path",
    [
        "/pro",
        "/pro/",
        "/pro/nothing",
        "/pro/nothing/",
        f"{LIST}/",
        f"{UNKNOWN}/",
        f"{LIST}/7",
        f"{LIST}/%00",
        f"{LIST}/%ff%fe",
        f"{LIST}/..%2f..%2fetc%2fpasswd",
        f"{LIST}%0A",
        "/pro/%F0%9F%8F%A0",
        "/pro//contact-requests",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_a_path_that_is_no_route_is_404_for_everybody(api, nobody, path, method):
    assert status_and_body(api.send(method, path, {"status": "read"})) == (404, error("NOT_FOUND", NO_ADDRESS))
    assert status_and_body(nobody.generic(method, path)) == (404, error("NOT_FOUND", NO_ADDRESS))


@pytest.mark.parametrize(
    ("paths", "body"),
    [
        (
            ["/api/v1", "/api/v1/contatcs", "/api/v1/contacts.json", "/api/v1/nothing/7/"],
            {"error": {"code": "not_found", "message": NO_ADDRESS}},
        ),
        (
            ["/api", "/api/", "/api/inquiry/7", "/api/v2/contacts"],
            {"success": False, "message": "Not found", "error": NO_ADDRESS},
        ),
    ],
)
def test_a_path_beside_those_of_the_apis_is_404_as_next_to_it(api, nobody, paths, body):
    for path in paths:
        assert status_and_body(api.get(path)) == (404, body)
        assert status_and_body(nobody.post(path)) == (404, body)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_on_the_list_is_405_with_allow(api, method):
    response = api.send(method, LIST)
    assert status_and_body(response) == (405, error("METHOD_NOT_ALLOWED", "Allowed here: GET, HEAD, POST."))
    assert response["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_on_a_request_is_405_with_allow(api, method):
    response = api.send(method, UNKNOWN)
    assert status_and_body(response) == (405, error("METHOD_NOT_ALLOWED", "Allowed here: GET, HEAD, PUT."))
    assert response["Allow"] == "GET, HEAD, PUT"


def test_head_answers_as_get_without_the_body(api, contact_request):
    get, head = api.get(LIST), api.send("HEAD", LIST, "")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Type"] == get["Content-Type"] == "application/json"
    assert head["Content-Length"] == str(len(get.content))


# --- 409


@pytest.mark.parametrize(
    ("current", "requested", "message"),
    [
        ("read", "new_request", "A request that is read cannot become new_request; allowed: replied."),
        ("replied", "read", "A request that is replied cannot become read; allowed: nothing."),
        ("replied", "new_request", "A request that is replied cannot become new_request; allowed: nothing."),
    ],
)
def test_a_way_back_is_409_and_names_what_is_allowed(api, contact_request, path, current, requested, message):
    contact_request.mark(current, by=None)
    assert status_and_body(api.put(path, {"status": requested})) == (409, error("INVALID_TRANSITION", message))


# --- 413 and 415


def test_a_body_of_one_mebibyte_and_a_byte_is_413(api, path):
    body = '{"status": "read"}'.ljust(1024 * 1024 + 1)
    assert status_and_body(api.put(path, body)) == (
        413,
        error("PAYLOAD_TOO_LARGE", "The body is larger than 1048576 bytes."),
    )


def test_a_body_of_one_mebibyte_is_read(api, path):
    response = api.put(path, '{"status": "read"}'.ljust(1024 * 1024))
    assert (response.status_code, response.json()["status"]) == (200, "read")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""]
)
def test_another_content_type_is_415(api, path, content_type):
    assert status_and_body(api.put(path, '{"status": "read"}', content_type=content_type)) == (
        415,
        error("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json."),
    )


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;"])
def test_json_by_another_spelling_is_read(api, path, content_type):
    response = api.put(path, '{"status": "read"}', content_type=content_type)
    assert (response.status_code, response.json()["status"]) == (200, "read")


# --- What Django refuses by itself


@pytest.mark.parametrize("path", [LIST, "/pro/nothing"])
def test_a_host_that_is_not_ours_is_400(api, mode, path):
    response = api.client.get(path, headers={**api.headers, "Host": "evil.example"})
    assert status_and_body(response) == (400, error("VALIDATION_ERROR", "The request could not be read."))


def test_a_thousand_query_parameters_are_400(api, mode):
    response = api.client.get(LIST + "?" + "a=1&" * 1000, headers=api.headers)
    assert status_and_body(response) == (400, error("VALIDATION_ERROR", "The request could not be read."))


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "nonsense"])
def test_a_charset_in_the_content_type_does_not_change_how_the_query_is_read(api, contact_request, charset):
    environ = {"CONTENT_TYPE": f"application/json; charset={charset}", "QUERY_STRING": "limit=1&status=read"}
    response = api.client.generic("GET", LIST, headers=api.headers, **environ)
    assert status_and_body(response) == (200, {"data": [], "cursor": {"next": None}, "hasMore": False})
