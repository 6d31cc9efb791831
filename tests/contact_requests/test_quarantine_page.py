"""/inbox/quarantine: suspected spam with its reason, released with one click."""

import pytest

from contact_requests.models import ContactRequest
from contacts.models import Contact

from ..factories import PropertyFactory
from ..pages import Page
from .rows import events, jobs

PATH = "/inbox/quarantine"


@pytest.fixture
def spam(pro, receive):
    house = PropertyFactory(pro=pro, title="The House")
    return receive(house, name="Hasty", email="hasty@example.org", phone="", quarantine="too_fast")


def release_path(contact_request):
    return f"{PATH}/{contact_request.pk}/release"


def test_the_page_shows_the_reason(browser, spam):
    (card,) = Page(browser.get(PATH)).all("article.card")
    assert (card.one("h2").text, card.one(".tag").text) == ("Hasty", "It was sent too quickly")
    assert (card.one(".letter").text, card.form().action) == ("Is it still free?", release_path(spam))
    assert "The House" in card.one("p.soft").text


def test_one_click_releases(browser, user, spam):
    response = browser.post(release_path(spam))
    assert (response.status_code, response["Location"]) == (302, PATH)
    spam.refresh_from_db()
    assert (spam.status, spam.quarantined_at, spam.quarantine_reason) == ("new", None, "")
    assert spam.contact == Contact.objects.get(email="hasty@example.org")
    assert events(spam) == [("quarantine", "new", user.pk, None)]
    assert jobs() == [("notify", str(spam.pk)), ("acknowledge", str(spam.pk))]
    assert Page(browser.get("/inbox")).texts("ol.requests strong") == ["Hasty"]


def test_a_second_click_changes_nothing(browser, spam):
    browser.post(release_path(spam))
    before = ContactRequest.objects.values().get()
    assert browser.post(release_path(spam))["Location"] == PATH
    assert (ContactRequest.objects.values().get(), len(events(spam)), len(jobs())) == (before, 1, 2)


def test_another_pro_neither_sees_nor_releases_it(other_browser, spam):
    before = ContactRequest.objects.values().get()
    assert Page(other_browser.get(PATH)).one("main").texts(".empty") == ["Nothing is set aside."]
    assert Page(other_browser.post(release_path(spam)), 404).one("h1").text == "There is nothing here"
    assert ContactRequest.objects.values().get() == before


@pytest.mark.parametrize("path", ["", "/status", "/reply"])
def test_it_is_not_in_the_inbox(browser, spam, path):
    before = ContactRequest.objects.values().get()
    address, data = f"/inbox/{spam.pk}{path}", {"status": "read", "body": "x"}
    response = browser.post(address, data) if path else browser.get(address)
    assert Page(response, 404).one("h1").text == "There is nothing here"
    assert ContactRequest.objects.values().get() == before


def test_an_empty_quarantine_says_so(browser):
    assert Page(browser.get(PATH)).one("main").texts(".empty") == ["Nothing is set aside."]
