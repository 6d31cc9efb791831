"""Properties in the staff admin: added and changed, never moved to another Pro."""

from typing import Any

import pytest

from config.accounts.models import Pro
from contact_requests.models import Property, PropertyNumber
from contacts.models import Contact

from ..admin_site import (
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_permissions,
    assert_tenancy,
    autocomplete,
    page,
    staff_client,
)
from ..factories import ProFactory, PropertyFactory, RequestFactory
from ..pages import Page


@pytest.fixture
def house(pro: Pro) -> Property:
    return PropertyFactory(pro=pro, title="House by the Lake", slug="lake")


def numbers_form(*numbers: tuple[str, str], initial: int = 0) -> dict[str, Any]:
    """The inline form of portal numbers, each (portal, number)."""
    data: dict[str, Any] = {"numbers-TOTAL_FORMS": len(numbers), "numbers-INITIAL_FORMS": initial}
    for place, (portal, number) in enumerate(numbers):
        data |= {f"numbers-{place}-portal": portal, f"numbers-{place}-number": number}
    return data


def property_form(prop: Property, **changes: Any) -> dict[str, Any]:
    data = {"title": prop.title, "slug": prop.slug, "city": prop.city, "state": prop.state, "is_published": "on"}
    return {**data, **numbers_form(), **changes}


def test_another_pros_property_is_404(house):
    assert_tenancy(house, PropertyFactory(title="Not Yours"))


def test_staff_without_the_permission_get_403(house):
    assert_permissions(house)


def test_the_list_is_not_filtered_by_regular_expressions(db):
    assert_no_regular_expressions(Property, "title")


def test_a_long_list_takes_no_more_queries(staff_browser):
    assert_list_is_flat(staff_browser, PropertyFactory, Property)


def test_an_autocomplete_offers_the_own_pros_properties_alone(pro, house):
    PropertyFactory(title="House of Another")
    client = staff_client("all", pro=pro)
    response = autocomplete(client, "contact_requests.contactrequest", "property", "house")
    own = {"id": str(house.pk), "text": "House by the Lake"}
    assert response.json() == {"results": [own], "pagination": {"more": False}}


def test_staff_add_a_property(staff_browser, pro):
    data = {"pro": pro.pk, "title": "A Flat", "slug": "a-flat", "price": "250000.50", "is_published": "on"}
    data |= {"state": "available"}
    data |= {"reference": " AP-12/b ", **numbers_form(("portal.example", "88 123"), ("", "X-9"))}
    assert staff_browser.post(page(Property, "add"), data)["Location"] == page(Property, "changelist")
    row = Property.objects.get()
    assert (row.pro, row.title, row.slug) == (pro, "A Flat", "a-flat")
    assert (str(row.price), row.is_published) == ("250000.50", True)
    assert (row.reference, row.reference_key) == ("AP-12/b", "ap12b")
    assert list(PropertyNumber.objects.values_list("pro", "property", "portal", "number", "key")) == [
        (pro.pk, row.pk, "", "X-9", "x9"),
        (pro.pk, row.pk, "portal.example", "88 123", "88123"),
    ]


def test_staff_change_a_property_but_not_its_pro(staff_browser, house, pro):
    data = property_form(house, title="House by the Sea", pro=ProFactory().pk, is_published="")
    assert staff_browser.post(page(house, "change"), data)["Location"] == page(Property, "changelist")
    row = Property.objects.get()
    assert (row.pro, row.title, row.is_published) == (pro, "House by the Sea", False)


def test_bound_staff_add_properties_to_their_pro_alone(pro):
    client, other = staff_client("all", pro=pro), ProFactory()
    data = {"title": "A Flat", "slug": "a-flat", "state": "available", **numbers_form()}
    response = client.post(page(Property, "add"), data | {"pro": other.pk})
    assert list(response.context["adminform"].form.errors) == ["pro"]
    assert Page(response).texts("#id_pro option") == ["Agence du Port"]
    assert client.post(page(Property, "add"), data | {"pro": pro.pk})["Location"] == page(Property, "changelist")
    assert list(Property.objects.values_list("pro", "title")) == [(pro.pk, "A Flat")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "a\0b"}, "title"),
        ({"slug": "no spaces"}, "slug"),
        ({"price": "NaN"}, "price"),
        ({"price": "9" * 40}, "price"),
        ({"description": "x" * 10_001}, "description"),
        ({"reference": "x" * 101}, "reference"),
        ({"reference": " -/. "}, "reference"),
    ],
)
def test_an_invalid_property_is_refused(staff_browser, house, change, field):
    before = Property.objects.values().get()
    response = staff_browser.post(page(house, "change"), property_form(house, **change))
    assert list(response.context["adminform"].form.errors) == [field]
    assert Property.objects.values().get() == before


def test_a_property_with_contact_requests_is_not_deleted(staff_browser, house):
    RequestFactory(property=house)
    response = staff_browser.post(page(house, "delete"), {"post": "yes"})
    assert "would require deleting the following protected related objects" in Page(response).one("#content").text
    assert (Property.objects.count(), Contact.objects.count()) == (1, 1)


def test_the_page_of_a_property_links_to_the_public_page(staff_browser, house):
    change = Page(staff_browser.get(page(house, "change")))
    assert change.one(".field-page a")["href"] == "/properties/lake"
    assert change.has('a[href$="/history/"]') and not change.has('a[href*="/admin/r/"]')


def test_a_reference_is_one_propertys_in_a_pro(staff_browser, house, pro):
    PropertyFactory(pro=pro, reference="AP-12")
    PropertyFactory(reference="AP-13")
    response = staff_browser.post(page(house, "change"), property_form(house, reference="ap 12"))
    assert response.context["adminform"].form.errors == {"reference": ["Another property has this reference."]}
    response = staff_browser.post(page(house, "change"), property_form(house, reference="ap 13"))
    assert response["Location"] == page(Property, "changelist")
    house.refresh_from_db()
    assert (house.reference, house.reference_key) == ("ap 13", "ap13")


def test_a_portal_number_is_one_propertys_in_a_pro(staff_browser, house, pro):
    taken = PropertyNumber.objects.create(property=PropertyFactory(pro=pro), number="881-23")
    PropertyNumber.objects.create(property=PropertyFactory(), number="700")
    for numbers in ([("", "88123")], [("a", "1 2"), ("b", "12")], [("", "-")], [("", "x" * 101)]):
        response = staff_browser.post(page(house, "change"), property_form(house, **numbers_form(*numbers)))
        (formset,) = response.context["inline_admin_formsets"]
        assert [list(errors) for errors in formset.formset.errors][-1] == ["number"]
        assert list(PropertyNumber.objects.for_pro(pro)) == [taken]
    data = property_form(house, **numbers_form(("", "700")))
    assert staff_browser.post(page(house, "change"), data)["Location"] == page(Property, "changelist")
    assert list(house.numbers.values_list("pro", "number")) == [(pro.pk, "700")]


def test_a_portal_number_is_changed_and_deleted(staff_browser, house):
    first, second = (PropertyNumber.objects.create(property=house, portal="p", number=text) for text in ("1", "2"))
    data = property_form(house, **numbers_form(("q", "11"), ("p", "2"), initial=2))
    data |= {"numbers-0-id": first.pk, "numbers-1-id": second.pk, "numbers-1-DELETE": "on"}
    assert staff_browser.post(page(house, "change"), data)["Location"] == page(Property, "changelist")
    assert list(house.numbers.values_list("portal", "number", "key")) == [("q", "11", "11")]
