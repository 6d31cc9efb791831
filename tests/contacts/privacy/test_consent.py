"""Consent: which words, where and when."""

import pytest
from django.urls import reverse

from contact_requests.models import ContactRequest
from contacts.models import Consent, PrivacySettings
from contacts.privacy.decisions import decide
from tests.factories import PropertyFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db
TYPED = {"name": "Jane", "email": "jane@example.org", "message": "Is it free?"}
WORDS = "We keep what you send in order to answer you."


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, title="Villa", is_published=True)


def test_the_words_beside_a_form_are_stored_with_it(nobody, browser, house, pro, user):
    decide(pro, consent_words=WORDS, retention={}, by=user)
    form = Page(nobody.get(house.get_absolute_url())).form("#contact form")
    assert WORDS in form.text
    nobody.post(house.get_absolute_url(), {**form.fields, **TYPED})
    row = ContactRequest.objects.get()
    assert row.consent == {"words": WORDS, "version": 1}


def test_words_that_changed_meanwhile_are_shown_first(nobody, house, pro, user):
    decide(pro, consent_words=WORDS, retention={}, by=user)
    form = Page(nobody.get(house.get_absolute_url())).form("#contact form")
    decide(pro, consent_words="Other words.", retention={}, by=user)
    page = Page(nobody.post(house.get_absolute_url(), {**form.fields, **TYPED}), status=422)
    again = page.form("#contact form")
    assert "The words below have changed. Read them, and send the form again." in again.text
    assert "Other words." in again.text and not ContactRequest.objects.exists()
    nobody.post(house.get_absolute_url(), {**again.fields, **TYPED})
    assert ContactRequest.objects.get().consent == {"words": "Other words.", "version": 2}


def test_a_form_without_words_stores_none(nobody, house):
    form = Page(nobody.get(house.get_absolute_url())).form("#contact form")
    nobody.post(house.get_absolute_url(), {**form.fields, **TYPED})
    assert ContactRequest.objects.get().consent is None


def test_the_same_words_are_the_same_version(pro, user):
    for words in (WORDS, WORDS, "", WORDS):
        decide(pro, consent_words=words, retention={}, by=user)
    assert PrivacySettings.objects.get().consent_version == 3


def test_a_contacts_consent_is_noted_and_withdrawn(browser, anna, user):
    ContactRequest.objects.filter(contact=anna).update(consent={"words": WORDS, "version": 1})
    url = reverse("contacts:contact_privacy", args=[anna.pk])
    form = Page(browser.get(url)).form("form[action$='/consents']")
    browser.post(form.action, {**form.fields, "words": "A letter a month", "source": "By phone"})
    consent = Consent.objects.get()
    assert (consent.contact, consent.words, consent.source, consent.user) == (
        anna,
        "A letter a month",
        "By phone",
        user,
    )
    page = Page(browser.get(url))
    assert page.texts("section[aria-labelledby=consent-title] li p:first-child") == [WORDS, "A letter a month"]
    browser.post(page.form("form[action$='/withdraw']").action)
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None
    assert Page(browser.get(url)).all("form[action$='/withdraw']") == []
