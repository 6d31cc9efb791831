"""Every JSON route × every caller without access; a new route needs a row here."""

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import get_resolver

from config.accounts.models import Pro
from config.api.endpoint import Api as RegisteredApi
from config.files.models import LooseFile
from contact_requests.models import ContactRequest
from contacts.models import Contact
from inquiries.attachments import attach
from inquiries.models import Attachment, DirectoryUser, Inquiry, InquiryHistory
from inquiries.pipeline.moves import move_inquiry

from ..factories import (
    ContactFactory,
    InquiryFactory,
    InquiryTypeFactory,
    ProFactory,
    PropertyFactory,
    RequestFactory,
    UserFactory,
    make_token,
)

ID = "bbbbbbbb-0000-4000-8000-000000000001"
SECRET = "a word of the owner's own visitor"
EMPTY = {"data": [], "cursor": {"next": None}, "hasMore": False}
VISITOR = {"propertyReference": "H-12", "name": "Jane", "email": "jane@example.org", "message": "Is it free?"}

NO_CONTACTS = {"data": [], "pagination": {"page": 1, "limit": 20, "total": 0, "totalPages": 0}}
CONTACT = f"/api/v1/contacts/{ID}"
NEW = {"name": "Jane", "phone": "+15551234567"}

NUMBER = 4711
INQUIRIES = "/api/inquiries"
INQUIRY = f"{INQUIRIES}/{NUMBER}"
NO_INQUIRIES = {
    "success": True,
    "data": [],
    "pagination": {"current_page": 1, "per_page": 15, "total": 0, "last_page": 1},
}
MOVE = {"action": "update_status", "status": "answered"}
SUBMISSION = {"user_id": 456, "subject": "Keuken", "message": "Graag een offerte."}
FILES, FILE = f"{INQUIRY}/attachments", f"{INQUIRY}/attachments/{NUMBER}"
UPLOAD = encode_multipart(BOUNDARY, {"user_id": 456, "file": SimpleUploadedFile("a.txt", b"plain")})
FOR_ALL = (200, "the same for all")

# Route, method -> path, body, the scope it asks for, and what another Pro gets.
ROUTES = {
    ("GET", "/pro/contact-requests"): ("/pro/contact-requests", None, "contact_requests:read", (200, EMPTY)),
    ("POST", "/pro/contact-requests"): (
        "/pro/contact-requests",
        VISITOR,
        "contact_requests:write",
        (400, "VALIDATION_ERROR"),
    ),
    ("GET", "/pro/contact-requests/<uuid:id>"): (
        f"/pro/contact-requests/{ID}",
        None,
        "contact_requests:read",
        (404, "NOT_FOUND"),
    ),
    ("PUT", "/pro/contact-requests/<uuid:id>"): (
        f"/pro/contact-requests/{ID}",
        {"status": "read"},
        "contact_requests:write",
        (404, "NOT_FOUND"),
    ),
    ("GET", "/api/v1/contacts"): ("/api/v1/contacts", None, "contacts:read", (200, NO_CONTACTS)),
    ("POST", "/api/v1/contacts"): ("/api/v1/contacts", NEW, "contacts:write", (201, "another's own")),
    ("GET", "/api/v1/contacts/<uuid:id>"): (CONTACT, None, "contacts:read", (404, "not_found")),
    ("PATCH", "/api/v1/contacts/<uuid:id>"): (CONTACT, {"role": "tenant"}, "contacts:write", (404, "not_found")),
    ("DELETE", "/api/v1/contacts/<uuid:id>"): (CONTACT, None, "contacts:write", (404, "not_found")),
    ("GET", f"{INQUIRIES}/meta/types"): (f"{INQUIRIES}/meta/types", None, "inquiries:read", FOR_ALL),
    ("GET", f"{INQUIRIES}/meta/statuses"): (f"{INQUIRIES}/meta/statuses", None, "inquiries:read", FOR_ALL),
    ("GET", f"{INQUIRIES}/meta/filter-options"): (f"{INQUIRIES}/meta/filter-options", None, "inquiries:read", FOR_ALL),
    ("GET", f"{INQUIRIES}/list"): (f"{INQUIRIES}/list", None, "inquiries:read", (200, NO_INQUIRIES)),
    ("POST", INQUIRIES): (INQUIRIES, SUBMISSION, "inquiries:write", (201, "another's own")),
    ("GET", f"{INQUIRIES}/<int:id>"): (INQUIRY, None, "inquiries:read", (404, "Not found")),
    ("GET", f"{INQUIRIES}/<int:id>/history"): (f"{INQUIRY}/history", None, "inquiries:read", (404, "Not found")),
    ("POST", f"{INQUIRIES}/<int:id>/action"): (f"{INQUIRY}/action", MOVE, "inquiries:write", (404, "Not found")),
    ("GET", f"{INQUIRIES}/<int:id>/attachments"): (
        f"{FILES}?user_id=456",
        None,
        "inquiries:read",
        (404, "Not found"),
    ),
    ("POST", f"{INQUIRIES}/<int:id>/attachments"): (FILES, UPLOAD, "inquiries:write", (404, "Not found")),
    ("GET", f"{INQUIRIES}/<int:id>/attachments/<int:attachment_id>/download"): (
        f"{FILE}/download?user_id=456",
        None,
        "inquiries:read",
        (404, "Not found"),
    ),
    ("DELETE", f"{INQUIRIES}/<int:id>/attachments/<int:attachment_id>"): (
        f"{FILE}?user_id=456",
        None,
        "inquiries:write",
        (404, "Not found"),
    ),
}
# What the owner's own program gets where it is not 200 and the row.
OWN = {
    ("POST", "/pro/contact-requests"): (201, False),
    ("POST", "/api/v1/contacts"): (201, False),
    ("DELETE", "/api/v1/contacts/<uuid:id>"): (204, False),
    ("POST", INQUIRIES): (201, False),
    ("POST", f"{INQUIRIES}/<int:id>/attachments"): (201, False),
    ("DELETE", f"{INQUIRIES}/<int:id>/attachments/<int:attachment_id>"): (200, False),
    ("GET", f"{INQUIRIES}/meta/types"): (200, False),
    ("GET", f"{INQUIRIES}/meta/statuses"): (200, False),
    ("GET", f"{INQUIRIES}/meta/filter-options"): (200, False),
}
CALLERS = ["nobody", "another Pro", "another Pro's session", "no scope", "revoked", "gated", "gated session", "staff"]


def test_every_json_route_has_a_row():
    registered = {(o.method, api.dialect.prefix + o.route) for api in RegisteredApi.registered for o in api.operations}
    assert set(ROUTES) == registered


def test_every_address_of_a_dialect_is_one_of_its_routes():
    """Below a dialect's prefix there are only its routes and the catch-all."""
    patterns = [str(pattern.pattern) for pattern in _flat(get_resolver().url_patterns)]
    spoken = [p for p in patterns if RegisteredApi.at("/" + p.lstrip("^").split("<")[0].split("(")[0])]
    routes = dict.fromkeys(route.lstrip("/") for _method, route in ROUTES)
    catch_all = [rf"^{api.dialect.prefix.lstrip('/')}(?:/|\Z)" for api in RegisteredApi.registered]
    assert sorted(spoken) == sorted([*routes, *catch_all])


def _flat(patterns):
    for pattern in patterns:
        yield from _flat(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def bearer(pro, *scopes, **fields):
    return {"headers": {"Authorization": f"Bearer {make_token(pro, *scopes, **fields)}"}}


def session(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="config.accounts.backends.EmailBackend")
    return client


@pytest.fixture
def row(pro):
    contact = ContactFactory(id=ID, pro=pro, name=SECRET)
    DirectoryUser.objects.create(userhub_id=456, first_name="Jan")
    inquiry = InquiryFactory(id=NUMBER, pro=pro, inquiry_type=InquiryTypeFactory(), subject=SECRET)
    move_inquiry(inquiry, to="in_review", by=None, note=SECRET)
    attachment = attach(inquiry, ContentFile(SECRET.encode()), f"{SECRET}.txt", uploaded_by=456)
    Attachment.objects.filter(pk=attachment.pk).update(id=NUMBER)
    return RequestFactory(id=ID, property=PropertyFactory(pro=pro, reference="H-12"), contact=contact, message=SECRET)


def call(caller, pro, method, path, body, scope):
    client, more = Client(raise_request_exception=False), {}
    if caller == "another Pro":
        more = bearer(ProFactory())
    elif caller == "another Pro's session":
        client = session(UserFactory())
    elif caller == "no scope":
        system = scope.split(":")[0]
        others = [s for s in ("contact_requests", "contacts", "inquiries") if s != system]
        more = bearer(pro, *(f"{other}:write" for other in others))
    elif caller == "revoked":
        more = bearer(pro)
        pro.tokens.get().revoke()
    elif caller in ("gated", "gated session"):
        pro.cni_required = True
        pro.save()
        more = bearer(pro) if caller == "gated" else {}
        client = client if caller == "gated" else session(UserFactory(pro=pro))
    elif caller == "staff":
        client = session(UserFactory(pro=None, is_staff=True, is_superuser=True))
    return client.generic(method, path, *encoded(body), **more)


def encoded(body):
    """Body and content type; forms are in the table as encoded bytes."""
    if isinstance(body, bytes):
        return body, MULTIPART_CONTENT
    return json.dumps(body) if body else "", "application/json"


def response_text(response):
    """Whole response as text, also of a file."""
    return b"".join(response).decode() if response.streaming else response.content.decode()


def refusals(path, foreign):
    """Expected outcome by caller. Only /pro accepts sessions, and only /pro has the CNI gate."""
    if path.startswith("/pro/"):
        unknown, gated = (401, "UNAUTHENTICATED"), (403, "CNI_REQUIRED")
        sessions = {"another Pro's session": foreign, "gated": gated, "gated session": gated}
        return {"nobody": unknown, "revoked": unknown, "staff": unknown, "no scope": (403, "FORBIDDEN"), **sessions}
    speaks = ("Unauthenticated", "Forbidden") if path.startswith(INQUIRIES) else ("unauthorized", "forbidden")
    unknown, lacking = (401, speaks[0]), (403, speaks[1])
    sessions = dict.fromkeys(["another Pro's session", "gated session", "staff"], unknown)
    return {"nobody": unknown, "revoked": unknown, "no scope": lacking, **sessions}


def outcome(response):
    body = response.json() if response.content else None
    if response.status_code >= 400:
        return response.status_code, body["message"] if "success" in body else body["error"]["code"]
    if "/meta/" in response.request["PATH_INFO"]:
        return FOR_ALL
    return response.status_code, "another's own" if response.status_code == 201 else body


STORED = (ContactRequest, Contact, Inquiry, InquiryHistory, Attachment, LooseFile)


def stored():
    return [list(model.objects.order_by("pk").values()) for model in STORED]


@pytest.mark.parametrize("caller", CALLERS)
def test_who_may_not(pro, row, case, caller):
    before = stored()
    for (method, route), (path, body, scope, foreign) in ROUTES.items():
        expected = {"another Pro": foreign, **refusals(path, foreign)}
        if caller not in expected:
            continue  # There is no gate here.
        with case(f"{method} {route}"):
            response = call(caller, Pro.objects.get(pk=pro.pk), method, path, body, scope)
            assert outcome(response) == expected[caller]
            assert SECRET not in response_text(response)
            if response.status_code != 201:
                assert stored() == before


def test_the_gate_is_not_the_contacts(pro, row):
    response = call("gated", pro, "GET", CONTACT, None, "contacts:read")
    assert (response.status_code, response.json()["data"]["name"]) == (200, SECRET)


def test_the_gate_is_not_the_inquiries(pro, row):
    response = call("gated", pro, "GET", INQUIRY, None, "inquiries:read")
    assert (response.status_code, response.json()["data"]["inquiry"]["subject"]) == (200, SECRET)


def test_another_pros_row_is_answered_like_one_that_does_not_exist(other_api, row, case):
    for (method, route), (path, body, _scope, foreign) in ROUTES.items():
        if foreign[0] == 201:
            continue
        with case(f"{method} {route}"):
            there = other_api.send(method, path, *encoded(body))
            ContactRequest.objects.filter(pk=row.pk).delete()
            Contact.objects.filter(pk=row.contact_id).delete()
            # The history keeps its inquiry; there is none under the next number.
            gone = other_api.send(method, path.replace(str(NUMBER), str(NUMBER + 1)), *encoded(body))
            assert (there.status_code, there.content) == (gone.status_code, gone.content)


def test_the_scope_it_asks_for_is_enough(api_with, row, case):
    for route, (path, body, scope, _foreign) in ROUTES.items():
        with case(" ".join(route)):
            response = api_with(scope).send(route[0], path, *encoded(body))
            assert (response.status_code, SECRET in response_text(response)) == OWN.get(route, (200, True))
