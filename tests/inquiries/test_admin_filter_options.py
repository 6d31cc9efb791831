"""The staff admin of filter options: no deletion of used ones, no duplicates."""

import pytest

from inquiries.models import DirectoryUser, FilterOption

from ..admin_site import page
from ..factories import InquiryFactory
from ..pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def option(db):
    return FilterOption.objects.create(group="Region", label="Île-de-France")


def options():
    return list(FilterOption.objects.order_by("id").values_list("group", "label", "is_active"))


def save(client, path, **fields):
    """Save, and return the errors of the page."""
    response = client.post(path, {"is_active": "on", "sort_order": 1} | fields)
    return None if response.status_code == 302 else list(response.context["errors"])


@pytest.mark.parametrize("page_kind", ["page", "list"])
@pytest.mark.parametrize(
    ("count", "warning"),
    [
        (1, "“Region: Île-de-France” is used by 1 inquiry and cannot be deleted. Deactivate it instead."),
        (2, "“Region: Île-de-France” is used by 2 inquiries and cannot be deleted. Deactivate it instead."),
    ],
)
def test_an_option_in_use_cannot_be_deleted(staff_browser, option, page_kind, count, warning):
    option.inquiries.set(InquiryFactory() for _ in range(count))
    path = page(option, "delete") if page_kind == "page" else page(FilterOption, "changelist")
    data = {"action": "delete_selected", "_selected_action": option.pk}
    asked = staff_browser.get(path) if page_kind == "page" else staff_browser.post(path, data)
    assert warning in Page(asked).one("#content").text
    staff_browser.post(path, data | {"post": "yes"})
    assert (options(), option.inquiries.count()) == ([("Region", "Île-de-France", True)], count)


@pytest.mark.parametrize("page_kind", ["page", "list"])
def test_an_option_that_is_not_in_use_is_deleted(staff_browser, option, page_kind):
    path = page(option, "delete") if page_kind == "page" else page(FilterOption, "changelist")
    data = {"action": "delete_selected", "_selected_action": option.pk, "post": "yes"}
    assert staff_browser.post(path, data).status_code == 302
    assert options() == []


@pytest.mark.parametrize(("group", "label"), [("region", "île-de-france"), ("REGION", "ÎLE-DE-FRANCE")])
def test_duplicates_in_other_capitals_are_refused(staff_browser, option, group, label):
    refusal = [["“Region: Île-de-France” already exists."]]
    assert save(staff_browser, page(FilterOption, "add"), group=group, label=label) == refusal
    other = FilterOption.objects.create(group="Region", label="Bretagne")
    assert save(staff_browser, page(other, "change"), group=group, label=label) == refusal
    assert options() == [("Region", "Île-de-France", True), ("Region", "Bretagne", True)]


def test_the_same_option_gets_other_capitals(staff_browser, option):
    assert save(staff_browser, page(option, "change"), group="REGION", label="Île-de-France") is None
    assert options() == [("REGION", "Île-de-France", True)]


def test_existing_duplicates_can_be_deactivated(staff_browser, option):
    twin = FilterOption.objects.create(group="region", label="île-de-france")
    assert save(staff_browser, page(twin, "change"), group="region", label="île-de-france", is_active="") is None
    assert options() == [("Region", "Île-de-France", True), ("region", "île-de-france", False)]


def test_the_directory_is_named_by_its_people(staff_browser):
    DirectoryUser.objects.create(userhub_id=1)
    actions = Page(staff_browser.get("/admin/inquiries/directoryuser/")).one("select[name=action]")
    assert "Delete selected people in the directory" in actions.texts("option")
