"""POST /pro/contact-requests: what the public form does, from a program."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from django.conf import settings
from django.utils import timezone

from contact_requests.models import ContactRequest, PropertyNumber
from contact_requests.schemas import Language
from contacts.models import Contact

from ..factories import ContactFactory, PropertyFactory
from .listing import LIST
from .rows import assert_nothing_is_stored, jobs

VISITOR = {"name": "Anna Visitor", "email": "anna@example.org", "message": "Is it still free?"}


def details(response: Any) -> list[tuple[str, str]]:
    """(field, message) of each detail of a validation error."""
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR"), response.content
    texts = [(detail["field"], detail["message"]) for detail in error["details"]]
    assert error["message"] == "; ".join(f"{field}: {message}" for field, message in texts)
    return texts


@pytest.fixture
def sent(house: Any) -> dict[str, Any]:
    return {"propertyId": str(house.pk), **VISITOR}


def test_everything_as_it_is_stored_and_answered(api, pro, house):
    pro.language = "nl"
    pro.save()
    sent = {
        "propertyId": str(house.pk),
        "name": " Anna Visitor ",
        "email": "Anna@Example.org",
        "phone": "06 12 34 56 78",
        "message": "Is it still free?",
        "source": "portal.example",
        "language": "fr",
        "receivedAt": "2026-02-10T15:30:00.123+01:00",
    }
    response = api.post(LIST, sent)
    [row], [contact] = ContactRequest.objects.values(), Contact.objects.values()
    assert response.json() == {
        "id": str(row["id"]),
        "proId": pro.pk,
        "propertyId": str(house.pk),
        "contactId": str(contact["id"]),
        "name": "Anna Visitor",
        "email": "Anna@Example.org",
        "phone": "+33612345678",
        "message": "Is it still free?",
        "status": "new_request",
        "createdAt": "2026-02-10T14:30:00.123Z",
        "updatedAt": response.json()["updatedAt"],
        "readAt": None,
        "repliedAt": None,
        "property": {"id": str(house.pk), "slug": house.slug, "title": house.title},
    }
    assert (response.status_code, response["Location"]) == (201, f"{LIST}/{row['id']}")
    assert api.get(response["Location"]).json() == response.json() == api.get(LIST).json()["data"][0]
    assert (row["source"], row["language"], row["created_at"]) == (
        "portal.example",
        "fr",
        datetime(2026, 2, 10, 14, 30, 0, 123_000, UTC),
    )
    stored = {name: contact[name] for name in ("name", "email", "phone", "source", "language")}
    assert stored == {**stored, "name": "Anna Visitor", "phone": "+33612345678", "source": "portal.example"}
    assert jobs() == [("notify", str(row["id"])), ("acknowledge", str(row["id"]))]


def test_the_least_gets_the_defaults(api, pro, sent):
    pro.language = "nl"
    pro.save()
    response = api.post(LIST, sent)
    assert response.status_code == 201, response.content
    row = ContactRequest.objects.get()
    assert (row.source, row.language, row.phone, row.contact.source) == ("api", "nl", "", "api")
    assert timezone.now() - timedelta(minutes=1) < row.created_at <= timezone.now()


def test_a_known_visitor_keeps_the_contact(api, pro, sent):
    contact = ContactFactory(pro=pro, email="anna@example.org", source="crm")
    Contact.objects.for_pro(pro).find_or_create(pro, name="Anna", email="anna@example.org")
    assert api.post(LIST, {**sent, "source": "portal.example"}).status_code == 201
    assert api.post(LIST, {**sent, "message": "And the garden?"}).status_code == 201
    contact.refresh_from_db()
    assert (contact.source, ContactRequest.objects.values("contact").distinct().count()) == ("crm", 1)


def test_the_property_by_its_reference_or_a_portal_number(api, pro, case):
    own = PropertyFactory(pro=pro, reference="AP-12/b")
    numbered = PropertyFactory(pro=pro)
    PropertyNumber.objects.create(property=numbered, portal="portal.example", number="881-23")
    PropertyFactory(reference="ELSEWHERE")
    for text, prop in {"AP-12/b": own, "ap 12b": own, "88123": numbered, "ELSEWHERE": None, "--": None}.items():
        with case(text):
            response = api.post(LIST, {**VISITOR, "propertyReference": text})
            if prop:
                assert (response.status_code, response.json()["propertyId"]) == (201, str(prop.pk))
            else:
                assert details(response) == [("propertyReference", "You have no such property.")]
                assert_nothing_is_stored()


def test_refusals_name_the_field(api, house, sent, case):
    foreign = PropertyFactory()
    without = {name: value for name, value in sent.items() if name != "propertyId"}
    address = "Enter an e-mail address or a phone number, so that you can get an answer."
    late = (timezone.now() + timedelta(hours=1)).isoformat()
    table = {
        "no property": (without, [("propertyId", "Send propertyId or propertyReference.")]),
        "two properties": (
            {**sent, "propertyReference": "AP-12"},
            [("propertyReference", "Send propertyId or propertyReference, not both.")],
        ),
        "another Pro's": ({**sent, "propertyId": str(foreign.pk)}, [("propertyId", "You have no such property.")]),
        "no id": ({**sent, "propertyId": "house"}, [("propertyId", "Invalid UUID")]),
        "no name": ({**sent, "name": " \u200b"}, [("name", "Write at least one word.")]),
        "no message": ({**sent, "message": "…"}, [("message", "Write at least one word.")]),
        "a long message": ({**sent, "message": "x" * 5001}, [("message", "Expected str of length <= 5000")]),
        "no address": ({**sent, "email": None}, [("email", address)]),
        "an empty address": ({**sent, "email": "", "phone": ""}, [("email", address)]),
        "a wrong e-mail": ({**sent, "email": "anna@"}, [("email", "Enter a valid email address.")]),
        "a wrong phone": ({**sent, "phone": "12"}, [("phone", "Enter a phone number, such as +33 6 12 34 56 78.")]),
        "a wrong language": ({**sent, "language": "xx"}, [("language", "Choose one of: en, fr, nl.")]),
        "a long source": ({**sent, "source": "x" * 51}, [("source", "Expected str of length <= 50")]),
        "a blank source": ({**sent, "source": " "}, [("source", "This field is required.")]),
        "the future": ({**sent, "receivedAt": late}, [("receivedAt", "This time is in the future.")]),
        "long ago": (
            {**sent, "receivedAt": "1999-01-01T00:00:00Z"},
            [("receivedAt", "Use a time of the last ten years.")],
        ),
        "the year one": (
            {**sent, "receivedAt": "0001-01-01T00:00:00+14:00"},
            [("receivedAt", "This is out of range.")],
        ),
        "no zone": (
            {**sent, "receivedAt": "2026-02-10T14:30:00"},
            [("receivedAt", "Expected datetime with a timezone component")],
        ),
        "no time": ({**sent, "receivedAt": "yesterday"}, [("receivedAt", "Invalid RFC3339 encoded datetime")]),
        "a NUL": ({**sent, "name": "a\0b"}, [("name", "Text must not contain NUL or an unpaired surrogate.")]),
        "unknown": ({**sent, "status": "read"}, [("status", "This field is not known here.")]),
        "several": (
            {**sent, "name": " - ", "phone": "1"},
            [("name", "Write at least one word."), ("phone", "Enter a phone number, such as +33 6 12 34 56 78.")],
        ),
    }
    for label, (body, errors) in table.items():
        with case(label):
            assert details(api.post(LIST, body)) == errors
            assert_nothing_is_stored()


def test_a_clock_that_is_a_little_fast_means_now(api, sent):
    at = timezone.now() + timedelta(seconds=20)
    assert api.post(LIST, {**sent, "receivedAt": at.isoformat()}).status_code == 201
    assert ContactRequest.objects.get().created_at <= timezone.now()


def test_nothing_is_taken_for_spam(api, sent):
    for number in range(40):
        assert api.post(LIST, {**sent, "message": f"Buy backlinks {number}"}).status_code == 201
    assert ContactRequest.objects.filter(quarantined_at=None).count() == 40
    assert len([job for job in jobs() if job[0] == "notify"]) == 40


def test_a_repeat_with_its_key_is_answered_byte_for_byte(api, sent):
    first = api.post(LIST, sent, **{"Idempotency-Key": "k"})
    ContactRequest.objects.get().mark("read", by=None)
    again = api.post(LIST, sent, **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again["Location"]) == (first.content, first["Location"])
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert (ContactRequest.objects.count(), len(jobs())) == (1, 2)
    other = api.post(LIST, {**sent, "name": "Bob"}, **{"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "IDEMPOTENCY_MISMATCH")


def test_a_refused_one_may_be_sent_again_with_its_key(api, sent):
    key = {"Idempotency-Key": "k"}
    assert details(api.post(LIST, {**sent, "email": "anna@"}, **key))
    assert api.post(LIST, sent, **key).status_code == 201
    assert ContactRequest.objects.count() == 1


def test_without_a_key_each_is_one(api, sent):
    assert [api.post(LIST, sent).status_code for _ in range(2)] == [201, 201]
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_several_at_once_with_one_key_make_one(api, sent, at_once):
    answers = at_once(6, lambda _n: api.post(LIST, sent, **{"Idempotency-Key": "k"}))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert (ContactRequest.objects.count(), Contact.objects.count(), len(jobs())) == (1, 1, 2)


def test_a_session_needs_its_token_against_forgery(browser, sent):
    response = browser.post(LIST, sent, content_type="application/json")
    assert response.status_code == 201
    browser.handler.enforce_csrf_checks = True
    response = browser.post(LIST, sent, content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert ContactRequest.objects.count() == 1


def test_the_languages_are_those_of_the_form():
    assert get_args(Language) == tuple(code for code, _name in settings.LANGUAGES)
