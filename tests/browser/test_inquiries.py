"""Inquiries in a real browser: one is opened, moved by the stepper and closed, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from inquiries.models import DirectoryUser, Inquiry
from inquiries.pipeline.moves import move_inquiry
from tests.factories import ContactFactory, InquiryFactory, InquiryTypeFactory
from tests.suite import thorough_but

from .conftest import on_one_width, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inquiry_type(db):
    return InquiryTypeFactory(name="Test", slug="test")


@pytest.fixture
def inquiry(user, inquiry_type):
    return InquiryFactory(pro=user.pro, inquiry_type=inquiry_type, subject="Kitchen", message="How much?")


def next_menu(page, name="Next"):
    """The menu of moves, opened."""
    page.locator(".next > summary", has_text=name).click()
    return page.locator(".next-menu")


@on_one_width
def test_an_inquiry_is_opened_moved_with_a_note_and_closed(enter, inquiry, user, has_javascript):
    user.undo_seconds = 0
    user.save()
    page = enter("/inquiries", java_script_enabled=has_javascript)
    page.get_by_role("link", name="Kitchen").click()
    page.wait_for_load_state("load")
    expect(page.locator("[aria-current=step]")).to_contain_text("Submitted")
    next_menu(page, "Next: In Review").get_by_label("Note about this step").fill("Called at noon.")
    page.get_by_role("button", name="Move to In Review").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("In Review")
    expect(page.locator("#history")).to_contain_text("Called at noon.")
    menu = next_menu(page, "Next: Answered")
    expect(menu.get_by_label("Note about this step")).to_have_value("")
    menu.get_by_text("Close it now").click()
    menu.get_by_label("Cancelled").check()
    menu.get_by_label("Note about closing").fill("Not wanted any more.")
    menu.get_by_role("button", name="Close the inquiry").click()
    expect(page.locator("#inquiry-state")).to_contain_text("Cancelled")
    expect(page.locator("#history")).to_contain_text("Not wanted any more.")
    found = Inquiry.objects.get()
    assert (found.status, found.pipeline_status, found.history.count()) == ("cancelled", "closed", 3)


@on_one_width
@pytest.mark.parametrize("place", thorough_but("#toasts", of=["#toasts", "#history"]))
def test_a_move_is_undone(enter, inquiry, has_javascript, place):
    page = enter(f"/inquiries/{inquiry.pk}", java_script_enabled=has_javascript)
    next_menu(page).get_by_role("button", name="Move to In Review").click()
    expect(page.locator("#progress-title")).to_have_text("In Review")
    page.locator(place).get_by_role("button", name="Undo").click()
    expect(page.locator("#progress-title")).to_have_text("Submitted")
    expect(page.locator("#toasts")).to_contain_text("“Kitchen” stays where it was.")
    assert inquiry.history.count() == 1


def test_after_a_move_the_focus_is_where_it_stands(enter, inquiry):
    page = enter(f"/inquiries/{inquiry.pk}")
    next_menu(page).get_by_role("button", name="Move to In Review").click()
    expect(page.locator("#progress-title")).to_be_focused()
    expect(page.locator("#progress-title")).to_contain_text("In Review")


def test_a_colleague_was_quicker_and_the_note_stays(enter, inquiry, user):
    page = enter(f"/inquiries/{inquiry.pk}")
    move_inquiry(inquiry, to="in_review", by=user)
    next_menu(page).get_by_label("Note about this step").fill("Mine")
    page.get_by_role("button", name="Move to In Review").click()
    alert = page.locator(".next-menu").get_by_role("alert")
    expect(alert).to_contain_text("“Kitchen” was not moved. It is now on “In Review”.")
    expect(page.get_by_label("Note about this step")).to_have_value("Mine")
    assert inquiry.history.count() == 2


def test_the_list_follows_what_is_typed_and_the_keys(enter, inquiry, user, inquiry_type):
    InquiryFactory(pro=user.pro, inquiry_type=inquiry_type, subject="Roof")
    page = enter("/inquiries")
    page.keyboard.press("/")
    page.keyboard.type("kit")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.wait_for_url("**/inquiries?q=kit")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/inquiries/{inquiry.pk}")
    # The way back leads to the list as it was.
    page.locator(".inquiry-back a").click()
    page.wait_for_url("**/inquiries?q=kit")
    page.get_by_label("Search customer").fill("")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.locator("#id_q").blur()
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).to_be_focused()


@pytest.mark.parametrize(
    ("path", "shown"), [("/inquiries", "#inquiries"), ("/inquiries/board/test", "#board"), ("/contacts", "#book")]
)
def test_a_search_shows_that_it_is_working(enter, inquiry, path, shown):
    page, held = enter(path), []
    page.route("**?*q=kit*", lambda route: held.append(route))
    page.get_by_role("searchbox").fill("kit")
    busy = re.compile("htmx-request")
    expect(page.locator(shown)).to_have_class(busy)
    wait_until(page, lambda: held)
    held[0].continue_()
    expect(page.locator(shown)).not_to_have_class(busy)


@on_one_width
def test_a_phone_folds_the_filters_and_a_wide_screen_shows_them(enter, inquiry, has_javascript):
    page = enter("/inquiries", java_script_enabled=has_javascript, viewport={"width": 1280, "height": 800})
    expect(page.get_by_label("Priority")).to_be_visible()
    expect(page.get_by_text("Filters")).to_be_hidden()
    page.set_viewport_size({"width": 375, "height": 700})
    expect(page.get_by_label("Priority")).to_be_hidden()
    assert page.locator("[data-row]").first.bounding_box()["y"] < 400
    page.get_by_text("Filters").click()
    page.get_by_label("Priority").select_option("urgent")
    if not has_javascript:
        page.get_by_role("button", name="Search").click()
    page.wait_for_url("**priority=urgent**")
    expect(page.locator("[data-row]")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Priority")).to_have_value("urgent")
    expect(page.get_by_label("Priority")).to_be_visible()


def test_the_way_back_leads_to_the_board_as_it_was(enter, inquiry):
    page = enter("/inquiries/board/test")
    page.get_by_role("searchbox").fill("kit")
    page.wait_for_url("**/inquiries/board/test?q=kit")
    page.get_by_role("link", name="Kitchen").click()
    page.wait_for_url(f"**/inquiries/{inquiry.pk}?from=board")
    page.locator(".inquiry-back a").click()
    page.wait_for_url("**/inquiries/board/test?q=kit")


@on_one_width
def test_a_contact_is_found_and_linked(enter, inquiry, user, has_javascript):
    ContactFactory(pro=user.pro, name="Jan de Vries")
    page = enter(f"/inquiries/{inquiry.pk}", java_script_enabled=has_javascript)
    page.get_by_label("Search your contacts").fill("vries")
    page.locator("#inquiry-contact").get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Link Jan de Vries").click()
    expect(page.get_by_role("button", name="Unlink")).to_be_visible()
    assert Inquiry.objects.get().contact.name == "Jan de Vries"


@on_one_width
def test_an_inquiry_is_written_down_for_a_userhub_user(enter, inquiry_type, has_javascript):
    DirectoryUser.objects.create(userhub_id=456, first_name="Jan", last_name="de Vries", email="jan@example.com")
    page = enter("/inquiries/new", java_script_enabled=has_javascript)
    page.get_by_label("Subject").fill("Kitchen")
    page.get_by_text("By UserHub id").click()
    page.get_by_label("Customer's UserHub id").fill("456")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("#who")).to_contain_text("Jan de Vries")
    page.get_by_label("Message").fill("How much?")
    page.get_by_label("Test").check()
    page.get_by_role("button", name="Save the inquiry").click()
    expect(page.get_by_role("heading", name="Kitchen")).to_be_visible()
    assert Inquiry.objects.get().full_name == "Jan de Vries"


@on_one_width
def test_an_inquiry_is_written_down_for_a_contact(enter, user, inquiry_type, has_javascript):
    ContactFactory(pro=user.pro, name="Hélène Marchand")
    page = enter("/inquiries/new", java_script_enabled=has_javascript)
    page.get_by_label("Subject").fill("Kitchen")
    page.get_by_label("Message").fill("How much?")
    page.get_by_label("Search your contacts").fill("marchand")
    if not has_javascript:
        page.locator("button[name=search]").click()
    page.get_by_role("button", name="Hélène Marchand").click()
    expect(page.locator(".chosen")).to_contain_text("Hélène Marchand")
    expect(page.get_by_label("Message")).to_have_value("How much?")
    page.get_by_role("button", name="Save the inquiry").click()
    expect(page.get_by_role("heading", name="Kitchen")).to_be_visible()
    assert (Inquiry.objects.get().contact.name, Inquiry.objects.get().user_id) == ("Hélène Marchand", None)


@on_one_width
def test_an_inquiry_is_written_down_for_a_name_and_a_phone(enter, inquiry_type, has_javascript):
    page = enter("/inquiries/new", java_script_enabled=has_javascript)
    page.get_by_label("Name").fill("Jan de Vries")
    page.get_by_role("textbox", name="Phone").fill("06 12 34 56 78")
    page.get_by_label("Subject").fill("Kitchen")
    page.get_by_label("Message").fill("How much?")
    page.get_by_role("button", name="Save the inquiry").click()
    expect(page.get_by_role("heading", name="Kitchen")).to_be_visible()
    assert Inquiry.objects.get().contact.phone == "+33612345678"
