"""Many contacts at once, in a real browser: the boxes, the preview, the progress, undo; and without JavaScript."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import expect

from contacts.bulk.working import work_run
from contacts.models import BulkRun, Contact, KeptView
from tests.factories import ContactFactory, InquiryFactory

from .conftest import PHONE, WIDE, on_both_widths

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(user):
    return [ContactFactory(pro=user.pro, name=name) for name in ("Anna", "Boris", "Chloe")]


def work():
    """Work the one run, as the worker would: in another thread, as the browser's has a loop of its own."""

    def run():
        work_run.func(str(BulkRun.objects.get().pk))
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def statuses():
    return sorted(Contact.objects.values_list("name", "status"))


@on_both_widths()
def test_all_of_a_page_are_previewed_changed_and_undone(enter, people, size, has_javascript):
    page = enter("/contacts", java_script_enabled=has_javascript, **size)
    page.get_by_label("Choose all on this page").check()
    if has_javascript:
        expect(page.get_by_label("Choose Anna")).to_be_checked()
        page.get_by_label("Choose Boris").uncheck()
        expect(page.get_by_label("Choose all on this page")).not_to_be_checked()
        page.get_by_label("Choose Boris").check()
    page.get_by_role("button", name="Change …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 rows chosen")
    page.get_by_label("What is to be done").select_option("status:renter")
    if not has_javascript:
        page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 3 rows").click()
    page.get_by_role("heading", name="The rows are being changed").wait_for()
    work()
    if not has_javascript:
        page.get_by_role("link", name="Show progress").click()
    page.get_by_role("heading", name="Done").wait_for()
    assert statuses() == [("Anna", "renter"), ("Boris", "renter"), ("Chloe", "renter")]
    page.get_by_role("button", name="Undo 3 changes").click()
    page.get_by_role("heading", name="The change is being undone").wait_for()
    work()
    if not has_javascript:
        page.get_by_role("link", name="Show progress").click()
    page.get_by_role("heading", name="Undone").wait_for()
    assert statuses() == [("Anna", "prospect"), ("Boris", "prospect"), ("Chloe", "prospect")]


def test_the_inquiries_of_a_page_are_chosen_on_a_phone(enter, user):
    for subject in ("Kitchen", "Roof"):
        InquiryFactory(pro=user.pro, subject=subject)
    page = enter("/inquiries", **PHONE)
    page.get_by_label("Choose all on this page").check()
    expect(page.get_by_label("Choose Roof")).to_be_checked()
    page.get_by_role("button", name="Change …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 rows chosen")


@pytest.mark.parametrize("path", ["/inquiries?priority=high", "/inbox/requests?status=read"])
def test_a_list_of_others_is_kept_as_it_was_searched(enter, user, path):
    page = enter(path, **PHONE)
    page.get_by_role("searchbox").fill("roof")
    page.wait_for_url("**q=roof**")
    page.locator("[popovertarget=kept-views]").click()
    page.get_by_label("Name of the view").fill("Roofs")
    page.get_by_role("button", name="Keep this view").click()
    expect(page.locator("#toasts")).to_contain_text("The view “Roofs” is kept.")
    page.locator("[popovertarget=kept-views]").click()
    expect(page.locator("#kept-list a").first).to_have_text("Roofs 0")
    assert sorted(KeptView.objects.get().query.split("&")) == sorted([path.partition("?")[2], "q=roof"])


def test_the_menu_of_views_shows_their_numbers_when_it_opens(enter, people, user):
    page = enter("/contacts?sort=name", **WIDE)
    page.get_by_role("button", name="Views").click()
    menu = page.locator("#kept-views")
    menu.get_by_label("Name of the view").fill("By name")
    menu.get_by_label("Share with the office").check()
    menu.get_by_role("button", name="Keep this view").click()
    page.get_by_text("The view “By name” is kept.").wait_for()
    page.get_by_role("button", name="Views").click()
    expect(menu.get_by_role("link", name="By name 3")).to_be_visible()
