"""/inbox/set-aside: suspected spam with its reason, released with one click."""

import pytest

from contact_requests.models import ContactRequest
from contacts.models import Contact

from ..factories import PropertyFactory
from ..pages import Page
from .rows import events, jobs

PATH = "/inbox/set-aside"


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
    assert Page(browser.get("/inbox/requests")).texts("ol.requests .row-name") == ["Hasty"]


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


@pytest.mark.parametrize("path", ["/inbox/{}", "/inbox/requests/{}/status"])
def test_it_is_nowhere_else(browser, spam, path):
    before = ContactRequest.objects.values().get()
    address = path.format(spam.pk)
    response = browser.post(address, {"status": "read"}) if "status" in path else browser.get(address)
    assert Page(response, 404).one("h1").text == "There is nothing here"
    assert ContactRequest.objects.values().get() == before


def test_an_empty_quarantine_says_so(browser):
    assert Page(browser.get(PATH)).one("main").texts(".empty") == ["Nothing is set aside."]


def test_the_former_address_leads_here(browser):
    response = browser.get("/inbox/quarantine?cursor=x")
    assert (response.status_code, response["Location"]) == (302, f"{PATH}?cursor=x")


def test_a_request_is_set_aside_as_spam_from_its_thread_and_back(browser, user, receive, pro):
    request = receive(PropertyFactory(pro=pro, title="The House"), name="Buyer", email="buyer@example.org", phone="")
    page = Page(browser.get(f"/inbox/{request.contact_id}"))
    form = page.form(f'#item-menu form[action="/inbox/requests/{request.pk}/set-aside"]')
    assert form.text == "This is spam · The House"
    assert browser.post(form.action)["Location"] == "/inbox"
    page = Page(browser.get("/inbox"))
    assert page.one("#list .happy").text == "Nobody is waiting."
    assert page.form("#toasts form").action == release_path(request)
    browser.post(release_path(request))
    assert Page(browser.get("/inbox")).texts(".row-name") == ["Buyer"]


def test_another_pro_sets_nothing_aside(other_browser, receive, pro):
    request = receive(PropertyFactory(pro=pro), name="Buyer", email="buyer@example.org", phone="")
    assert other_browser.post(f"/inbox/requests/{request.pk}/set-aside").status_code == 404
    request.refresh_from_db()
    assert request.quarantined_at is None
