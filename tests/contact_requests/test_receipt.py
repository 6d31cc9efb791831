"""The receipt of a contact request, at an address of its own."""

import time
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from contact_requests.models import ContactRequest
from contact_requests.receipts import find_by_receipt_key, make_receipt_key
from contact_requests.spam import make_stamp

from ..factories import PropertyFactory, RequestFactory
from ..pages import Page

PATH = "/properties/house"


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house", title="The House", city="Honfleur")


def send(client, house, **headers):
    fields = {"name": "Hélène", "email": "helene@example.org", "message": "Is it <free>?"}
    return client.post(PATH, fields | {"stamp": make_stamp(house, time.time() - 60), "website": ""}, headers=headers)


def facts(page):
    return dict(zip(page.texts(".receipt-facts dt"), page.texts(".receipt-facts dd"), strict=True))


def test_without_javascript_the_visitor_is_led_to_it(nobody, house):
    response = send(nobody, house)
    contact_request = ContactRequest.objects.get()
    url = reverse("contact_requests:receipt", args=[make_receipt_key(contact_request)])
    assert (response.status_code, response["Location"]) == (302, url)
    for _ in range(2):
        response = nobody.get(url)
        page = Page(response)
        assert page.one("h1").text == "Your message has arrived"
        assert facts(page) == {
            "Reference": contact_request.reference,
            "Property": "The House, Honfleur",
            "Sent": page.one("time").text,
            "Your answer comes to": "helene@example.org",
        }
        assert page.one("blockquote").text == "Is it <free>?"
        assert (response["X-Robots-Tag"], "no-store" in response["Cache-Control"]) == ("noindex", True)
        assert response.cookies == {}


def test_htmx_gets_the_fragment_and_the_address(nobody, house):
    response = send(nobody, house, **{"HX-Request": "true", "HX-Target": "contact"})
    contact_request = ContactRequest.objects.get()
    assert response["HX-Push-Url"] == f"/r/{make_receipt_key(contact_request)}"
    page = Page(response)
    assert not page.has("html, form") and page.one(".reference").text == contact_request.reference


def test_it_says_time_and_phone_as_the_office_writes_them(nobody, pro, house):
    pro.time_zone, pro.country = "America/Montreal", "FR"
    pro.save(update_fields=["time_zone", "country"])
    row = RequestFactory(property=house, email="", phone="+33612345678")
    ContactRequest.objects.filter(pk=row.pk).update(created_at=datetime(2026, 11, 30, 2, 5, tzinfo=UTC))
    page = Page(nobody.get(f"/r/{make_receipt_key(row)}", headers={"Accept-Language": "fr"}))
    assert facts(page) == {
        "Référence": row.reference,
        "Bien": "The House, Honfleur",
        "Envoyé": "29 novembre 2026, 21:05",
        "Vous recevrez la réponse à": "06 12 34 56 78",
    }


def test_a_quarantined_request_has_one_that_shows_no_difference(nobody, house):
    url = nobody.post(PATH, {"name": "A", "email": "a@example.org", "message": "Buy", "website": "x"})["Location"]
    assert ContactRequest.objects.get().quarantine_reason == "honeypot"
    page = Page(nobody.get(url))
    assert page.one("h1").text == "Your message has arrived" and facts(page)["Your answer comes to"] == "a@example.org"


def test_a_forged_key_is_not_found(nobody, pro, case):
    row = RequestFactory(property=PropertyFactory(pro=pro))
    key = make_receipt_key(row)
    id, _, signature = key.partition(":")
    other_end = signature[:-1] + ("B" if signature.endswith("A") else "A")
    others = [str(row.pk), id, f"{id}:", f"{id}:{other_end}", f"x{key}", "%00", ":", "é" * 40, "x" * 4000]
    for other in others:
        with case(ascii(other)[:40]):
            assert Page(nobody.get(f"/r/{other}"), 404).one("h1").text == "There is nothing here"
    assert find_by_receipt_key(key) == row
    ContactRequest.objects.filter(pk=row.pk).delete()
    assert Page(nobody.get(f"/r/{key}"), 404).one("h1").text == "There is nothing here"


def test_an_unpublished_property_is_named_without_a_way_to_it(nobody, pro):
    row = RequestFactory(property=PropertyFactory(pro=pro, title="Sold House", is_published=False))
    page = Page(nobody.get(f"/r/{make_receipt_key(row)}"))
    assert facts(page)["Property"].startswith("Sold House") and not page.has("main a")
