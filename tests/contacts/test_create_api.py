"""POST /api/v1/contacts."""

import json
import re

import pytest

from config.accounts.models import ApiToken
from contacts.models import Contact, ContactIdentity

from ..factories import ContactFactory
from .test_list_api import LIST

MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def created(response):
    assert response.status_code == 201, response.content
    return response.json()["data"]


def test_the_least_gets_the_documented_defaults(api):
    response = api.post(LIST, {"name": "Jane Smith", "phone": "+15551234567"})
    body = created(response)
    row = Contact.objects.get()
    assert response["Location"] == f"/api/v1/contacts/{row.pk}"
    assert re.fullmatch(MOMENT, body["createdAt"]) and re.fullmatch(MOMENT, body["updatedAt"])
    expected = {
        "id": str(row.pk),
        "name": "Jane Smith",
        "email": None,
        "phone": "+15551234567",
        "status": "prospect",
        "role": "prospect",
        "channelPreference": None,
        "source": "api",
        "referralSource": None,
        "language": "en",
        "appliedAt": None,
        "createdAt": body["createdAt"],
        "updatedAt": body["updatedAt"],
    }
    assert (response.json(), list(body)) == ({"data": expected}, list(expected))
    assert api.get(response["Location"]).json() == response.json()


def test_the_whole_row_and_its_event(api, pro):
    sent = {
        "name": " Jane Smith ",
        "email": "Jane@Example.com",
        "phone": "06 12 34 56 78",
        "status": "applicant",
        "role": "property_manager",
        "channelPreference": "sms",
        "source": "crm_import",
        "referralSource": "A friend",
        "language": "nl",
    }
    body = created(api.post(LIST, sent))
    [row] = Contact.objects.values()
    assert {k: v for k, v in row.items() if not k.endswith("_at") and k != "id"} == {
        "pro_id": pro.pk,
        "name": "Jane Smith",
        "email": "Jane@Example.com",
        "phone": "+33612345678",
        "status": "applicant",
        "role": "property_manager",
        "channel_preference": "sms",
        "source": "crm_import",
        "referral_source": "A friend",
        "language": "nl",
        "external_id": "",
        "search_text": "jane smith\njane@example.com\n+33612345678\n0612345678",
        "reached_by": "",
        "unread_count": 0,
        "merged_into_id": None,
        "assigned_to_id": None,
    }
    assert body == {**sent, **{k: body[k] for k in ("id", "appliedAt", "createdAt", "updatedAt")}} | {
        "name": "Jane Smith",
        "phone": "+33612345678",
    }
    assert re.fullmatch(MOMENT, body["appliedAt"]) and row["deleted_at"] is None
    [event] = Contact.objects.get().events.all()
    assert (event.kind, event.changes, event.user, event.token) == ("created", {}, None, ApiToken.objects.get())
    held = ContactIdentity.objects.held().order_by("channel").values_list("channel", "external_id")
    assert list(held) == [("email", "jane@example.com"), ("phone", "+33612345678")]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name"]),
        ({"email": "a@example.org"}, ["name"]),
        ({"name": None, "email": "a@example.org"}, ["name"]),
        ({"name": "", "email": "a@example.org"}, ["name"]),
        ({"name": "   ", "email": "a@example.org"}, ["name"]),
        ({"name": "\u200b", "email": "a@example.org"}, ["name"]),
        ({"name": 5, "email": "a@example.org"}, ["name"]),
        ({"name": "x" * 201, "email": "a@example.org"}, ["name"]),
        ({"name": "a\0b", "email": "a@example.org"}, ["name"]),
        ({"name": "a\ud800b", "email": "a@example.org"}, ["name"]),
        ({"name": "Jane"}, ["email"]),
        ({"name": "Jane", "email": None, "phone": None}, ["email"]),
        ({"name": "Jane", "email": "", "phone": " "}, ["email"]),
        ({"name": "Jane", "email": "nobody"}, ["email"]),
        ({"name": "Jane", "email": "a@b"}, ["email"]),
        ({"name": "Jane", "email": "a@example.org, b@example.org"}, ["email"]),
        ({"name": "Jane", "email": "a" * 250 + "@example.org"}, ["email"]),
        ({"name": "Jane", "phone": "12"}, ["phone"]),
        ({"name": "Jane", "phone": "call me"}, ["phone"]),
        ({"name": "Jane", "phone": "+999123456789"}, ["phone"]),
        ({"name": "Jane", "phone": "1" * 41}, ["phone"]),
        ({"name": "Jane", "phone": 612345678}, ["phone"]),
        ({"name": "Jane", "email": "bad", "phone": "bad", "language": "xx"}, ["email", "language", "phone"]),
    ],
)
def test_a_name_and_an_e_mail_or_phone_are_required(api, refused, body, fields):
    response = api.post(LIST, json.dumps(body))
    assert sorted(d["field"] for d in response.json()["error"]["details"]) == fields
    refused(response, *(d["field"] for d in response.json()["error"]["details"]))
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("status", ["", "new", "Prospect", None, 1]),
        ("role", ["", "admin", None]),
        ("channelPreference", ["", "fax", 1]),
        ("source", ["", "  ", None, "x" * 51, "a\0"]),
        ("referralSource", ["x" * 201, 1]),
        ("language", ["", "e", "eng", "EN", "xx", None, "en-US"]),
        *((name, [None, "x"]) for name in ("id", "appliedAt", "createdAt", "updatedAt", "deletedAt", "notes")),
        *((name, ["x"]) for name in ("channel_preference", "proId", "searchText", "pro", "nonsense")),
    ],
)
def test_an_invalid_value_is_refused_by_name(api, refused, field, values):
    for value in values:
        refused(api.post(LIST, {"name": "Jane", "email": "a@example.org", field: value}), field)
    assert not Contact.objects.exists()


def test_the_message_of_a_blank_name_is_one(api, refused):
    assert refused(api.post(LIST, {"name": " ", "email": "a@example.org"}), "name") == ["This field cannot be blank."]
    assert refused(api.post(LIST, {"name": "…", "email": "a@example.org"}), "name") == ["Enter a name."]


@pytest.mark.parametrize("country, stored", [("FR", "+33612345678"), ("BE", "+32612345678"), ("GB", "+44612345678")])
def test_a_national_number_is_read_in_the_pros_country(api, pro, country, stored):
    pro.country = country
    pro.save()
    assert created(api.post(LIST, {"name": "Jane", "phone": "06 12 34 56 78"}))["phone"] == stored


def test_the_longest_that_fits(api):
    body = {"name": "é" * 200, "email": "a@example.org", "source": "é" * 50, "referralSource": "é" * 200}
    stored = created(api.post(LIST, body))
    assert {name: stored[name] for name in body} == body


def test_two_contacts_may_have_one_email_and_messages_go_to_the_first(api, pro):
    first, second = (created(api.post(LIST, {"name": n, "email": "Same@example.org"})) for n in "ab")
    assert first["id"] != second["id"]
    recognised = Contact.objects.find_or_create(pro, name="c", email="same@example.org", source="contact_form")
    assert (str(recognised.pk), Contact.objects.count()) == (first["id"], 2)


def test_another_pros_contact_with_the_same_email_is_not_matched(api):
    foreign = ContactFactory(email="same@example.org")
    foreign.hold_identities()
    created(api.post(LIST, {"name": "Jane", "email": "same@example.org"}))
    assert ContactIdentity.objects.held().count() == 2


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("{", "application/json", 400, "invalid_request"),
        ("[]", "application/json", 400, "invalid_request"),
        (b'{"name": "\xff"}', "application/json", 400, "invalid_request"),
        ('{"name": "a", "name": "b"}', "application/json", 400, "invalid_request"),
        ("{}", "text/plain", 415, "unsupported_media_type"),
        (" " * (1024 * 1024 + 1), "application/json", 413, "payload_too_large"),
    ],
)
def test_an_unreadable_body_is_refused(api, body, kind, status, code):
    response = api.send("POST", LIST, body, kind)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
