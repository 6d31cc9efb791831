"""A contact request in the thread of its contact."""

import pytest

from contact_requests.models import ContactRequest

from ..factories import PropertyFactory, RequestFactory
from ..pages import Page


def letter(browser, contact_request):
    page = Page(browser.get(f"/inbox/{contact_request.contact_id}"))
    return page.without("time").one(f"#request-{contact_request.pk}")


def test_a_contact_request_is_a_letter_of_the_thread(browser, house):
    contact_request = RequestFactory(
        property=house, name="Hélène", email="h@example.org", phone="+33612345678", message="<script>alert(1)</script>"
    )
    shown = letter(browser, contact_request)
    assert shown.one(".words").text == "<script>alert(1)</script>"
    assert shown.one(".entry-head").text == f"{house.title} · {contact_request.reference}"
    assert shown.one(".entry-head a")["href"] == house.get_absolute_url()
    assert not shown.has("script")


def test_a_request_from_elsewhere_shows_its_source(browser, house):
    row = RequestFactory(property=house, source="portal.example")
    assert letter(browser, row).one(".entry-head").text == f"{house.title} · {row.reference} · by way of portal.example"


def test_the_address_of_a_request_leads_to_it(browser, other_browser, house):
    row = RequestFactory(property=house)
    response = browser.get(f"/inbox/{row.pk}?status=all")
    assert (response.status_code, response["Location"]) == (302, f"/inbox/{row.contact_id}#request-{row.pk}")
    response = browser.get(f"/inbox/{row.pk}", headers={"HX-Request": "true", "HX-Target": "item"})
    assert (response.status_code, response["HX-Redirect"]) == (200, f"/inbox/{row.contact_id}#request-{row.pk}")
    assert Page(other_browser.get(f"/inbox/{row.pk}"), 404).one("h1").text == "There is nothing here"


def test_every_request_of_the_contact_stands_in_the_thread(browser, house):
    first = RequestFactory(property=house)
    flat = PropertyFactory(pro=house.pro, title="The Flat")
    other = RequestFactory(property=flat, contact=first.contact)
    page = Page(browser.get(f"/inbox/{first.contact_id}"))
    assert page.values(".request-letter", "id") == [f"request-{first.pk}", f"request-{other.pk}"]
    assert page.one(".desk-context").texts(".lines li") == ["The Flat", house.title]


@pytest.mark.parametrize("path", ["/inbox/{}", "/inbox/requests/{}/status"])
def test_another_pros_contact_request_is_404(browser, path):
    foreign = RequestFactory(name="A Foreigner")
    before = ContactRequest.objects.values().get()
    address = path.format(foreign.pk)
    page = Page(browser.post(address, {"status": "read"}) if "status" in path else browser.get(address), 404)
    assert page.one("h1").text == "There is nothing here"
    assert "A Foreigner" not in page.text
    assert ContactRequest.objects.values().get() == before
