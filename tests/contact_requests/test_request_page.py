"""/inbox/:id: one contact request beside the list."""

import pytest

from contact_requests.models import ContactRequest

from ..factories import PropertyFactory, RequestFactory
from ..pages import Page


def test_a_contact_request_is_shown_beside_the_list(browser, house):
    contact_request = RequestFactory(
        property=house, name="Hélène", email="h@example.org", phone="+33612345678", message="<script>alert(1)</script>"
    )
    page = Page(browser.get(f"/inbox/{contact_request.pk}"))
    assert page.texts("ol.requests strong") == ["Hélène"]
    detail = page.one("#detail")
    assert detail.one("h2").text == "Hélène"
    assert detail.values(".reach a", "href")[:2] == ["mailto:h@example.org", "tel:+33612345678"]
    assert "06 12 34 56 78" in detail.texts(".reach a")
    assert detail.one(".letter p + p").text == "<script>alert(1)</script>"
    assert contact_request.reference in detail.one(".letter-about").text
    assert detail.form("form.reply").action == f"/inbox/{contact_request.pk}/reply?status=new"
    assert not detail.has("script")


def test_a_request_from_elsewhere_shows_its_source(browser, house):
    rows = [RequestFactory(property=house, source=source) for source in ("contact_form", "portal.example")]
    abouts = [Page(browser.get(f"/inbox/{row.pk}")).without("time").one("#detail .letter-about").text for row in rows]
    assert abouts == [
        f"{house.title} · Reference {rows[0].reference}",
        f"{house.title} · Reference {rows[1].reference} · by way of portal.example",
    ]


def test_htmx_gets_the_contact_request_alone(browser, house):
    contact_request = RequestFactory(property=house, name="Hélène")
    headers = {"HX-Request": "true", "HX-Target": "detail"}
    fragment = Page(browser.get(f"/inbox/{contact_request.pk}", headers=headers))
    assert (fragment.one("title").text, fragment.one("h2").text) == ("Hélène · Inbox · Vestibule", "Hélène")
    assert not fragment.has("html, #list")


def test_a_visitor_without_email_is_to_be_called(browser, house):
    contact_request = RequestFactory(property=house, email="", phone="+33612345678", contact__email="")
    detail = Page(browser.get(f"/inbox/{contact_request.pk}")).one("#detail")
    text = "This visitor left only a phone number. Call, then mark the request as replied."
    assert (detail.texts(".message"), detail.has("form.reply")) == ([text], False)


def test_the_contacts_other_requests_are_listed_below(browser, house):
    first = RequestFactory(property=house)
    other = RequestFactory(property=PropertyFactory(pro=house.pro, title="The Flat"), contact=first.contact)
    section = Page(browser.get(f"/inbox/{first.pk}?status=read")).one("section[aria-labelledby=others-title]")
    (link,) = section.all("a")
    assert (link.text, link["href"]) == ("The Flat", f"/inbox/{other.pk}?status=read")


@pytest.mark.parametrize("path", ["", "/status", "/reply"])
def test_another_pros_contact_request_is_404(browser, path):
    foreign = RequestFactory(name="A Foreigner")
    before = ContactRequest.objects.values().get()
    address, data = f"/inbox/{foreign.pk}{path}", {"status": "read", "body": "x"}
    page = Page(browser.post(address, data) if path else browser.get(address), 404)
    assert page.one("h1").text == "There is nothing here"
    assert "A Foreigner" not in page.text
    assert ContactRequest.objects.values().get() == before
