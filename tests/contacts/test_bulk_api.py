"""Many contacts created by one request: each row has its own answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, ContactIdentity

from ..factories import ContactFactory

pytestmark = pytest.mark.django_db
BULK = "/api/v1/contacts/bulk"


def row(number, **more):
    return {"name": f"N {number}", "email": f"n{number}@example.org", "externalId": f"crm-{number}", **more}


def test_each_row_is_answered_in_its_place(api, pro):
    ContactFactory(pro=pro, external_id="crm-7")
    rows = [
        row(0, status="applicant"),
        {"name": ""},
        "x",
        row(3, phone="12"),
        row(4, name="a\0"),
        row(0),
        row(7),
        row(8),
    ]
    answer = api.post(BULK, {"contacts": rows}).json()
    assert answer["counts"] == {"created": 2, "refused": 6}
    assert [(each["index"], each["status"]) for each in answer["data"]] == list(
        enumerate([201, 400, 400, 400, 400, 400, 400, 201])
    )
    fields = [[detail["field"] for detail in each["error"]["details"]] for each in answer["data"][1:7]]
    assert fields == [["name"], ["contact"], ["phone"], ["name"], ["externalId"], ["externalId"]]
    first = answer["data"][0]
    assert (first["externalId"], first["data"]) == (
        "crm-0",
        api.get(f"/api/v1/contacts/{first['data']['id']}").json()["data"],
    )
    contact = Contact.objects.get(external_id="crm-0")
    assert [(event.kind, event.token.name) for event in contact.events.all()] == [
        ("created", contact.pro.tokens.get().name)
    ]
    assert contact.applied_at and contact.identities.get().external_id == "n0@example.org"


def test_five_hundred_take_few_statements(api):
    with CaptureQueriesContext(connection) as few:
        api.post(BULK, {"contacts": [row(number) for number in range(40)]})
    with CaptureQueriesContext(connection) as many:
        answer = api.post(
            BULK,
            {"contacts": [row(number, name=f"M {number}") | {"externalId": f"m-{number}"} for number in range(500)]},
        )
    assert (answer.json()["counts"], Contact.objects.count()) == ({"created": 500, "refused": 0}, 540)
    # The addresses stay with who had them first.
    assert ContactIdentity.objects.count() == 500
    assert len(many) < len(few) + 20


def test_what_is_no_list_of_contacts_is_refused(api, case):
    for body in (
        {},
        {"contacts": []},
        {"contacts": {}},
        {"contacts": [row(1)] * 501},
        {"contacts": None},
        {"rows": []},
    ):
        with case(str(body)[:40]):
            assert (api.post(BULK, body).status_code, Contact.objects.count()) == (400, 0)


def test_a_repeated_request_creates_nothing(api):
    headers = {"Idempotency-Key": "one"}
    first = api.post(BULK, {"contacts": [row(1), row(1)]}, **headers)
    again = api.post(BULK, {"contacts": [row(1), row(1)]}, **headers)
    assert (again.json(), again["Idempotency-Replayed"], Contact.objects.count()) == (first.json(), "true", 1)
    assert api.post(BULK, {"contacts": [row(2)]}, **headers).status_code == 422
