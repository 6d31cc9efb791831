"""PATCH /api/v1/contacts/:id."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.accounts.models import ApiToken
from contacts.models import Contact

from ..factories import ContactFactory
from .conftest import START
from .test_get_api import NOT_FOUND
from .test_list_api import LIST

SENT = {
    "name": "Jane Doe",
    "email": "doe@example.com",
    "phone": "+15557654321",
    "status": "scheduled",
    "role": "landlord",
    "channelPreference": "email",
    "source": "crm",
    "referralSource": "A friend",
    "language": "es",
}


@pytest.fixture
def jane(contact):
    row = contact(name="Jane", email="jane@example.com", phone="+15551234567", channel_preference="whatsapp")
    row.hold_identities()
    Contact.objects.update(updated_at=START)
    return row


@pytest.fixture
def patch(api, jane):
    return lambda body: api.patch(f"{LIST}/{jane.pk}", body)


def data(response):
    assert response.status_code == 200, response.content
    return response.json()["data"]


def stored(row):
    return Contact.objects.filter(pk=row.pk).values().get()


def held(row):
    return sorted(row.identities.held().values_list("channel", "external_id"))


def changes(row):
    return [event.changes for event in row.events.filter(kind="changed")]


@pytest.mark.parametrize("field", SENT)
def test_only_the_sent_field_changes(api, patch, jane, field):
    before = api.get(f"{LIST}/{jane.pk}").json()["data"]
    body = data(patch({field: SENT[field]}))
    assert body == {**before, field: SENT[field], "updatedAt": body["updatedAt"]}
    assert body["updatedAt"] > before["updatedAt"]
    assert api.get(f"{LIST}/{jane.pk}").json()["data"] == body


def test_all_at_once_and_the_event(patch, jane):
    body = data(patch(SENT))
    assert {name: body[name] for name in SENT} == SENT
    [event] = jane.events.all()
    assert (event.kind, event.user, event.token) == ("changed", None, ApiToken.objects.get())
    assert event.changes == {
        "name": ["Jane", "Jane Doe"],
        "email": ["jane@example.com", "doe@example.com"],
        "phone": ["+15551234567", "+15557654321"],
        "status": ["prospect", "scheduled"],
        "role": ["prospect", "landlord"],
        "channel_preference": ["whatsapp", "email"],
        "source": ["contact_form", "crm"],
        "referral_source": ["", "A friend"],
        "language": ["en", "es"],
    }


@pytest.mark.parametrize(
    "body", [{}, {"name": "Jane"}, {"name": " Jane "}, {"phone": "+1 555 123 4567"}, {"referralSource": None}]
)
def test_without_a_change_there_is_no_event(patch, jane, body):
    before = stored(jane)
    assert data(patch(body))["updatedAt"] == "2026-02-10T14:30:00Z"
    assert (stored(jane), jane.events.count()) == (before, 0)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": " "}, ["name"]),
        ({"name": None}, ["name"]),
        ({"email": None, "phone": None}, ["email"]),
        ({"email": "", "phone": ""}, ["email"]),
        ({"email": "bad"}, ["email"]),
        ({"phone": "bad"}, ["phone"]),
        ({"status": None}, ["status"]),
        ({"status": "done", "role": "x", "language": "EN"}, ["status", "role"]),
        ({"language": "EN"}, ["language"]),
        ({"channelPreference": "fax"}, ["channelPreference"]),
        ({"source": ""}, ["source"]),
        *(({name: None}, [name]) for name in ("id", "appliedAt", "createdAt", "updatedAt", "deletedAt", "notes")),
    ],
)
def test_an_invalid_value_changes_nothing(patch, jane, refused, body, fields):
    before = stored(jane)
    refused(patch({"source": "crm", **body}), *fields)
    assert (stored(jane), jane.events.count()) == (before, 0)


@pytest.mark.parametrize("empty", [None, "", " "])
def test_one_of_email_and_phone_may_go_but_not_both(patch, refused, empty):
    assert data(patch({"email": empty}))["email"] is None
    refused(patch({"phone": empty}), "email")
    assert data(patch({"email": "new@example.org", "phone": empty}))["phone"] is None
    refused(patch({"email": empty}), "email")


def test_null_empties_an_optional_field(patch):
    body = data(patch({"channelPreference": None, "referralSource": "x"}))
    assert (body["channelPreference"], body["referralSource"]) == (None, "x")
    assert data(patch({"referralSource": None}))["referralSource"] is None


def test_a_national_number_is_read_in_the_pros_country(patch):
    assert data(patch({"phone": "06 12 34 56 78"}))["phone"] == "+33612345678"


@pytest.mark.parametrize("status", ["prospect", "scheduled", "renter", "archived"])
def test_applied_at_follows_the_status(patch, status):
    assert data(patch({"status": "scheduled"}))["appliedAt"] is None
    applied = data(patch({"status": "applicant"}))["appliedAt"]
    assert applied is not None
    assert data(patch({"status": "applicant", "role": "other"}))["appliedAt"] == applied
    assert data(patch({"status": status}))["appliedAt"] is None


def test_another_pros_a_deleted_and_an_unknown_one_are_404(api, contact):
    gone, foreign = contact(), ContactFactory()
    gone.archive(by=None)
    for pk in (foreign.pk, gone.pk, uuid.uuid4()):
        response = api.patch(f"{LIST}/{pk}", {"name": "Stolen"})
        assert (response.status_code, response.json()) == (404, NOT_FOUND)
    assert not Contact.objects.filter(name="Stolen").exists()


def test_an_invalid_stored_name_does_not_prevent_a_new_status(patch, jane):
    Contact.objects.update(name="👩", language="xx")
    assert data(patch({"status": "renter"}))["status"] == "renter"


# --- Identities


def test_identities_follow_email_and_phone(pro, patch, jane):
    data(patch({"email": "New@example.org", "phone": None}))
    assert held(jane) == [("email", "new@example.org")]
    assert Contact.objects.find_or_create(pro, name="x", email="new@example.org", source="x") == jane
    assert Contact.objects.find_or_create(pro, name="x", email="jane@example.com", source="x") != jane


def test_a_second_address_is_still_recognised(pro, patch, jane):
    Contact.objects.find_or_create(pro, name="x", email="second@example.org", phone=jane.phone, source="x")
    data(patch({"status": "renter", "email": "third@example.org"}))
    assert held(jane) == [
        ("email", "second@example.org"),
        ("email", "third@example.org"),
        ("phone", "+15551234567"),
    ]


def test_an_email_of_another_contact_may_be_set_and_still_leads_there(pro, patch, jane, contact):
    first = contact(name="First", email="same@example.org")
    first.hold_identities()
    assert data(patch({"email": "same@example.org"}))["email"] == "same@example.org"
    assert (held(first), held(jane)) == ([("email", "same@example.org")], [("phone", "+15551234567")])
    assert Contact.objects.find_or_create(pro, name="x", email="same@example.org", source="x") == first


def test_a_removed_email_goes_to_another_contact_with_it(pro, patch, jane, contact):
    ContactFactory(email="jane@example.com")  # another Pro's
    second = contact(at=1, email="JANE@example.com")
    contact(at=2, email="jane@example.com")
    data(patch({"email": "new@example.org"}))
    assert held(second) == [("email", "jane@example.com")]
    assert Contact.objects.find_or_create(pro, name="x", email="jane@example.com", source="x") == second


def test_an_update_takes_few_queries(patch):
    patch({"role": "other"})
    with CaptureQueriesContext(connection) as queries:
        data(patch({"role": "tenant"}))
    # The row, the row under its lock, the new values, the identities, the event.
    assert len([q for q in queries if "contacts_" in q["sql"]]) == 5


@pytest.mark.django_db(transaction=True)
def test_two_at_once_lose_no_change(api, jane, at_once):
    bodies = [{"role": "tenant"}, {"language": "fr"}, {"status": "applicant"}, {"source": "crm"}]
    statuses = at_once(4, lambda n: api.patch(f"{LIST}/{jane.pk}", bodies[n]).status_code)
    row = Contact.objects.get()
    assert statuses == [200] * 4
    assert (row.role, row.language, row.status, row.source) == ("tenant", "fr", "applicant", "crm")
    changed = [field for change in changes(jane) for field in change]
    assert sorted(changed) == ["language", "role", "source", "status"]
