"""Consents of a contact by the contacts API: what came with forms, and what was noted."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from config.accounts.models import ApiToken
from config.api.reading import NOT_BLANK
from contact_requests.models import ContactRequest
from contacts.models import Consent
from tests.pages import Page

pytestmark = pytest.mark.django_db
NOT_FOUND = {"error": {"code": "not_found", "message": "There is nothing here under this id."}}
WORDS = {"words": "You may send me new offers.", "source": "newsletter"}


@pytest.fixture
def url(anna):
    return f"/api/v1/contacts/{anna.pk}/consents"


def stamp(time):
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def test_a_consent_is_noted_listed_and_withdrawn(api, anna, url):
    response = api.post(url, {**WORDS, "givenAt": "2026-02-10T15:30:00+01:00"})
    consent = Consent.objects.get()
    body = {"id": consent.pk, **WORDS, "version": None, "givenAt": "2026-02-10T14:30:00Z", "withdrawnAt": None}
    assert (response.status_code, response.json(), response["Location"]) == (201, {"data": body}, url)
    assert (consent.contact, consent.user, consent.token) == (anna, None, ApiToken.objects.get())
    assert api.get(url).json() == {"data": [body]}
    withdrawn = api.delete(f"{url}/{consent.pk}")
    consent.refresh_from_db()
    assert (withdrawn.status_code, withdrawn.json()["data"]["withdrawnAt"]) == (200, stamp(consent.withdrawn_at))
    assert api.delete(f"{url}/{consent.pk}").json() == withdrawn.json()


def test_without_a_time_it_was_given_now_and_a_repeated_call_notes_it_once(api, url):
    answers = [api.post(url, WORDS, **{"Idempotency-Key": "once"}).json() for _twice in range(2)]
    consent = Consent.objects.get()
    assert answers[0] == answers[1]
    assert timezone.now() - consent.given_at < timedelta(minutes=10)


def test_the_document_calls_blank_what_is_refused_as_blank(api, case, url):
    """Of all characters: that `str.strip` takes it away is what refuses it."""
    texts = [chr(number) for number in range(0x10000) if not 0xD800 <= number < 0xE000]
    blank = [text for text in texts if not re.search(NOT_BLANK["pattern"], text)]
    assert blank == [text for text in texts if not text.strip()]
    for text in blank:
        with case(f"{ord(text):x}"):
            response = api.post(url, {**WORDS, "source": text})
            assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, "source")
            assert not Consent.objects.exists()


def test_the_words_below_a_form_are_listed_too(api, anna, url):
    request = ContactRequest.objects.get(contact=anna)
    request.consent = {"words": "We keep what you send us.", "version": 3}
    request.save(update_fields=["consent"])
    of_form = {"words": "We keep what you send us.", "version": 3, "source": "Villa", "withdrawnAt": None}
    expected = {"id": None, **of_form, "givenAt": stamp(request.created_at.astimezone(UTC))}
    assert api.get(url).json() == {"data": [expected]}


def test_the_page_names_the_program(api, browser, anna, url):
    api.post(url, WORDS)
    texts = Page(browser.get(f"/contacts/{anna.pk}/privacy")).texts("#consent-title ~ ul .soft")
    assert f"newsletter · {ApiToken.objects.get()} ·" in texts[0]


def test_what_is_refused_is_not_stored(api, url, case):
    later = stamp(datetime.now(UTC) + timedelta(days=2))
    bodies = {
        "nothing": ({}, "words"),
        "no source": ({"words": "Yes"}, "source"),
        "blank": ({"words": "  ", "source": "x"}, "words"),
        "long words": ({"words": "x" * 1001, "source": "x"}, "words"),
        "long source": ({"words": "x", "source": "x" * 201}, "source"),
        "NUL": ({"words": "a\0b", "source": "x"}, "words"),
        "later": ({**WORDS, "givenAt": later}, "givenAt"),
        "no time": ({**WORDS, "givenAt": "yesterday"}, "givenAt"),
        "another field": ({**WORDS, "contact": "x"}, "contact"),
    }
    for label, (body, field) in bodies.items():
        with case(label):
            response = api.post(url, body)
            error = response.json()["error"]
            assert (response.status_code, error["code"]) == (400, "validation_error")
            assert field in [detail["field"] for detail in error["details"]]
    assert not Consent.objects.exists()


def test_an_archived_contact_s_are_read_and_not_added_to(api, anna, url):
    api.post(url, WORDS)
    anna.archive(by=None)
    assert len(api.get(url).json()["data"]) == 1
    assert (api.post(url, WORDS).json(), Consent.objects.count()) == (NOT_FOUND, 1)


def test_scopes(api_with, url):
    assert api_with("contacts:write").get(url).status_code == 403
    assert api_with("privacy:read").get(url).status_code == 200
    assert api_with("privacy:read").post(url, WORDS).status_code == 403
    assert api_with("privacy:write").delete(f"{url}/999").json() == NOT_FOUND
