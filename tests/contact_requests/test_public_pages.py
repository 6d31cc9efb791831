"""Public pages of properties and offices: languages, previews of links, what is gone, QR codes, the sheet to print."""

import pytest

from contact_requests.models import ContactRequest, OfficePage
from contact_requests.pictures import add_picture
from contact_requests.qr_codes import draw_qr
from contact_requests.views.office_page import ROWS

from ..factories import PropertyFactory
from ..pages import Page
from ..pictures import picture
from .test_public_form import fields

pytestmark = pytest.mark.django_db
HOUSE, OFFICE = "/properties/house", "/p/harbour"


@pytest.fixture
def house(pro):
    texts = {"fr": {"title": "La maison", "description": "Au premier."}}
    return PropertyFactory(pro=pro, slug="house", title="The House", summary="3 rooms", translations=texts)


@pytest.fixture
def office(pro):
    return OfficePage.objects.create(pro=pro, slug="harbour", introduction="By the harbour.")


def metas(page):
    return {each["property"]: each["content"] for each in page.all('meta[property^="og:"]')}


def test_a_link_has_a_title_a_text_and_a_picture(nobody, house):
    row = add_picture(house, picture(), filename="a.jpg")
    page = Page(nobody.get(f"{HOUSE}?from=mail"))
    assert page.one("link[rel=canonical]")["href"] == "http://testserver/properties/house"
    assert metas(page) == {
        "og:type": "website",
        "og:url": "http://testserver/properties/house",
        "og:title": "The House",
        "og:description": "3 rooms",
        "og:locale": "en",
        "og:image": f"http://testserver/properties/house/pictures/{row.pk}",
    }


def test_texts_are_in_the_readers_language_where_they_are_written(nobody, house, office):
    for language, expected in (("fr", ("La maison", "3 rooms")), ("nl", ("The House", "3 rooms"))):
        response = nobody.get(HOUSE, headers={"Accept-Language": language})
        page = Page(response)
        assert (page.one("h1").text, page.one(".facts").text, page.one("html")["lang"]) == (*expected, language)
        assert Page(nobody.get(OFFICE, headers={"Accept-Language": language})).texts("h2") == [expected[0]]
    assert page.one(".public-head a")["href"] == OFFICE


def test_a_property_that_is_gone_says_so_and_takes_a_message(nobody, house, case):
    words = {
        "sold": "This property has been sold.",
        "let": "This property has been let.",
        "withdrawn": "This property is no longer on offer.",
    }
    for state, text in words.items():
        with case(state):
            house.state = state
            house.save()
            response = nobody.get(HOUSE)
            told = Page(response).one(".gone").text
            assert told == f"{text} You can still write: the office may have another one for you."
            assert response["X-Robots-Tag"] == "noindex"
            assert nobody.post(HOUSE, fields(house)).status_code == 302
            assert ContactRequest.objects.get().quarantine_reason == ""


def test_the_page_of_an_office_shows_what_is_on_offer(nobody, browser, pro, house, office):
    PropertyFactory(pro=pro, title="Under offer", state="under_offer", price=5)
    PropertyFactory(pro=pro, state="sold")
    PropertyFactory(pro=pro, is_published=False)
    PropertyFactory()
    response = nobody.get(OFFICE)
    page = Page(response)
    assert page.texts("h2") == ["Under offer", "The House"]
    assert (page.one("h1").text, page.one(".prose").text) == (pro.name, "By the harbour.")
    assert page.one("link[rel=canonical]")["href"] == "http://testserver/p/harbour"
    assert response["Cache-Control"] == "max-age=60, public"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}
    assert (response.cookies, pro.email in response.text) == ({}, False)
    assert browser.get(OFFICE)["Cache-Control"] == "max-age=60, private"


def test_the_page_of_an_office_is_paged_and_says_when_it_is_empty(nobody, pro, office):
    assert Page(nobody.get(OFFICE)).texts(".empty") == ["Nothing is on offer at the moment."]
    for number in range(ROWS + 1):
        PropertyFactory(pro=pro, title=f"House {number}")
    first = Page(nobody.get(OFFICE))
    second = Page(nobody.get(OFFICE + first.one("[rel=next]")["href"]))
    assert sorted(first.texts("h2") + second.texts("h2")) == sorted(f"House {n}" for n in range(ROWS + 1))
    assert nobody.get(f"{OFFICE}?cursor=x").status_code == 404


def test_the_page_of_an_office_can_be_switched_off(nobody, house, office):
    office.is_published = False
    office.save()
    assert Page(nobody.get(OFFICE), 404).one("h1").text == "There is nothing here"
    assert not Page(nobody.get(HOUSE)).all(".public-head a")


def test_the_qr_code_is_of_the_page(nobody, house):
    response = nobody.get(f"{HOUSE}/qr.svg")
    assert (response["Content-Type"], response["Cache-Control"]) == ("image/svg+xml", "max-age=3600, public")
    assert response.text == draw_qr("http://testserver/properties/house")
    assert response.text.startswith("<svg ")
    assert draw_qr("other") != response.text


def test_the_sheet_has_everything_on_paper(nobody, house):
    add_picture(house, picture(), filename="a.jpg", description="Front")
    page = Page(nobody.get(f"{HOUSE}/print"))
    assert (page.one("h1").text, page.one(".sheet-pictures img")["alt"]) == ("The House", "Front")
    assert "http://testserver/properties/house" in page.one(".sheet-foot").text
    assert page.one(".sheet-qr")["src"] == f"{HOUSE}/qr.svg"
