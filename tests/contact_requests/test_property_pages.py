"""/properties: the office's list of its properties, a new one, its facts and texts, taken away."""

import re

import pytest

from config.audit.models import AuditEvent
from contact_requests.models import Property
from contact_requests.pictures import add_picture
from contact_requests.property_list import ROWS

from ..factories import PropertyFactory, RequestFactory
from ..pages import Page
from ..pictures import picture

PATH = "/properties"
FORM = {"title": "House", "state": "available", "is_published": "on", "read_at": ""}
pytestmark = pytest.mark.django_db


def names(response):
    return Page(response).texts(".property-row-name")


def edit_path(prop):
    return f"{PATH}/{prop.pk}/edit"


def events():
    return list(AuditEvent.objects.order_by("pk").values_list("kind", "detail"))


def read_form(browser, prop):
    """What the form of the page would send."""
    page = Page(browser.get(edit_path(prop)))
    return page.form(f'form[action="{edit_path(prop)}"]').fields


def test_an_office_without_properties_is_told_what_they_are_for(browser):
    page = Page(browser.get(PATH))
    text = "No properties yet. Each has a page with pictures, on which visitors write to you."
    assert (page.texts(".empty p")[0], page.all(".empty a")[0]["href"]) == (text, f"{PATH}/new")


def test_the_list_is_searched_and_shown_by_state(browser, pro, case):
    rows = [
        PropertyFactory(pro=pro, title="Été house", reference="AP-1", city="Brest"),
        PropertyFactory(pro=pro, title="Mill", state="sold"),
        PropertyFactory(pro=pro, title="Barn", is_published=False),
        PropertyFactory(title="Somebody's house"),
    ]
    rows[1].numbers.create(portal="portal.example", number="881 23")
    expected = {
        "": ["Été house"],
        "?show=gone": ["Mill"],
        "?show=unpublished": ["Barn"],
        "?show=all": ["Barn", "Mill", "Été house"],
        "?q=ete+brest": ["Été house"],
        "?q=ap+1": ["Été house"],
        "?q=88123": ["Mill"],
        "?q=mill&show=market": [],
        "?q=house+%00": ["Été house"],
        "?q=nothing": [],
        "?show=nonsense": ["Été house"],
    }
    for query, titles in expected.items():
        with case(query):
            assert names(browser.get(PATH + query)) == titles
    with case("nothing matches"):
        assert Page(browser.get(f"{PATH}?q=nothing")).texts(".empty p")[0] == "No properties match."
    with case("no cursor"):
        assert browser.get(f"{PATH}?cursor=x").status_code == 404


def test_the_list_is_paged_without_a_gap(browser, pro):
    Property.objects.bulk_create(Property(pro=pro, slug=f"p-{n}", title=f"House {n}") for n in range(ROWS + 3))
    first = Page(browser.get(PATH))
    second = browser.get(PATH + first.one(".pages [rel=next]")["href"])
    shown = first.texts(".property-row-name") + names(second)
    assert (len(shown), {*shown}) == (ROWS + 3, {f"House {n}" for n in range(ROWS + 3)})
    assert not Page(second).all(".pages [rel=next]")


def test_a_property_is_made_with_texts_and_numbers(browser, pro, user):
    typed = {
        **FORM,
        "title": " House  on the quay",
        "price": "245000.5",
        "reference": "AP-101",
        "numbers": "portal.example: 88123\r\n\r\n4",
        "fr_title": "Maison sur le quai",
        "nl_title": "",
    }
    response = browser.post(f"{PATH}/new", typed)
    row = Property.objects.get()
    assert (response.status_code, response["Location"]) == (302, edit_path(row))
    assert (row.pro, row.title, row.slug, str(row.price)) == (
        pro,
        "House on the quay",
        "house-on-the-quay",
        "245000.50",
    )
    assert row.translations == {"fr": {"title": "Maison sur le quai"}}
    assert set(row.numbers.values_list("portal", "number")) == {("portal.example", "88123"), ("", "4")}
    assert events() == [("property_made", "")]
    page = Page(browser.get(edit_path(row)))
    assert page.one("#id_numbers").value == "4\nportal.example: 88123"
    assert page.one("#id_fr_title")["value"] == "Maison sur le quai"
    assert "fr_title" in page.form(f'form[action="{edit_path(row)}"]').fields


def test_what_is_wrong_is_said_and_kept(browser, pro, case):
    PropertyFactory(pro=pro, reference="AP-9").numbers.create(number="88123")
    wrong = {
        "no title": ({"title": "\u200b "}, "title", "This field cannot be blank."),
        "reference of another": ({"reference": "ap9"}, "reference", "Another property has this reference."),
        "number of another": ({"numbers": "8812-3"}, "numbers", "A property has this number already."),
        "no price": ({"price": "-1"}, "price", "Ensure this value is greater than or equal to 0."),
        "no state": ({"state": "burnt"}, "state", "Select a valid choice. burnt is not one of the available choices."),
        "NUL": ({"city": "a\0"}, "city", "Null characters are not allowed."),
        "long": ({"fr_title": "x" * 201}, "fr_title", "Ensure this value has at most 200 characters (it has 201)."),
    }
    for label, (changes, field, message) in wrong.items():
        with case(label):
            page = Page(browser.post(f"{PATH}/new", {**FORM, "summary": "Kept", **changes}), 422)
            assert page.texts(f".field:has(#id_{field}) .errorlist") == [message]
            assert page.one("#id_summary")["value"] == "Kept"
            assert Property.objects.count() == 1


def test_a_change_is_saved_and_recorded(browser, pro):
    row = PropertyFactory(
        pro=pro, title="House", price=5, translations={"en": {"title": "Own"}, "nl": {"title": "Huis"}}
    )
    typed = {**read_form(browser, row), "state": "under_offer", "nl_title": "Een huis"}
    assert browser.post(edit_path(row), typed)["Location"] == edit_path(row)
    row.refresh_from_db()
    own = row.translations["en"]
    assert (row.state, row.translations, str(row.price)) == (
        "under_offer",
        {"en": own, "nl": {"title": "Een huis"}},
        "5.00",
    )
    assert events() == [("property_changed", "state,translations")]
    assert browser.post(edit_path(row), read_form(browser, row)).status_code == 302
    assert len(events()) == 1


def test_of_two_who_edit_the_second_sees_what_the_first_did(browser, pro):
    row = PropertyFactory(pro=pro, title="House", city="Brest")
    typed = {**read_form(browser, row), "title": "Mine"}
    browser.post(edit_path(row), {**typed, "title": "Theirs"})
    page = Page(browser.post(edit_path(row), typed), 409)
    assert page.texts(".theirs div") == ["Title Theirs"]
    assert page.one("#id_title")["value"] == "Mine"
    row.refresh_from_db()
    assert row.title == "Theirs"
    again = page.form(f'form[action="{edit_path(row)}"]').fields
    assert browser.post(edit_path(row), again).status_code == 302
    row.refresh_from_db()
    assert row.title == "Mine"


def test_one_that_nobody_asked_about_is_deleted_with_its_pictures(browser, pro, user, attachment_folder):
    row = PropertyFactory(pro=pro, title="House")
    row.numbers.create(number="4")
    add_picture(row, picture(), filename="a.jpg")
    assert browser.post(f"{PATH}/{row.pk}/take-away")["Location"] == PATH
    assert "“House” is deleted." in Page(browser.get(PATH)).one("#toasts").text
    assert (Property.objects.count(), events()) == (0, [("property_deleted", "")])
    assert browser.post(f"{PATH}/{row.pk}/take-away").status_code == 404


def test_one_with_requests_is_withdrawn_and_comes_back(browser, pro):
    row = PropertyFactory(pro=pro, title="House", state="under_offer")
    RequestFactory(property=row)
    browser.post(f"{PATH}/{row.pk}/take-away")
    row.refresh_from_db()
    assert row.state == "withdrawn"
    undo = Page(browser.get(PATH)).form("#toasts form").action
    assert undo == f"{PATH}/{row.pk}/state/under_offer"
    browser.post(undo)
    row.refresh_from_db()
    assert row.state == "under_offer"
    assert browser.post(f"{PATH}/{row.pk}/state/burnt").status_code == 404
    assert events() == [("property_changed", "state")] * 2


def test_an_address_of_the_workspace_is_no_slug(api, pro, browser):
    refused = api.post("/pro/properties", {"title": "x", "slug": "new"}).json()["error"]["details"]
    assert refused == [{"field": "slug", "message": "Another page has this address."}]
    assert api.post("/pro/properties", {"title": "New"}).json()["slug"] == "new-2"


def test_the_rail_names_the_page(browser):
    rail = Page(browser.get(PATH)).one(".rail")
    assert re.sub(r"\s+", " ", rail.one("[aria-current]").text) == "Properties"
