"""The address book, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact, ContactNote
from tests.factories import ContactFactory

from .conftest import PHONE, WIDE, on_both_widths

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(user):
    return [
        ContactFactory(pro=user.pro, name=name, email=f"{name.lower()}@example.org", phone=phone)
        for name, phone in (("Anna", "+33612345678"), ("Boris", "+33699999999"), ("Chloe", ""))
    ]


def entry(page, words):
    return page.locator(".entry", has_text=words)


@on_both_widths()
def test_search_open_edit_note_archive_undo(enter, people, user, size, has_javascript):
    page = enter("/contacts", java_script_enabled=has_javascript, **size)
    box = page.get_by_label("Search name, e-mail or phone")
    box.fill("06 12")
    if not has_javascript:
        box.press("Enter")
    page.get_by_role("link", name="Boris").wait_for(state="detached")
    page.wait_for_url("**/contacts?q=06+12*")
    page.get_by_role("link", name="Anna").click()
    page.get_by_role("heading", name="Anna").wait_for()
    page.wait_for_load_state()

    page.get_by_role("link", name="Edit Name").click()
    page.get_by_label("Name").fill("Anna Karenina")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Anna Karenina").wait_for()
    page.wait_for_load_state()
    entry(page, "Anna → Anna Karenina").wait_for()
    assert Contact.objects.get(pk=people[0].pk).name == "Anna Karenina"
    if has_javascript:
        expect(page).to_have_title("Anna Karenina · Contacts · Vestibule")
        expect(page.get_by_role("link", name="Edit Name")).to_be_focused()

    page.locator("label[for=tab-note]").click()
    page.locator("#note-form textarea").fill("Trains make her nervous.")
    page.get_by_role("button", name="Save note").click()
    entry(page, "Trains make her nervous.").wait_for()
    expect(page.locator("#note-form textarea")).to_have_value("")
    assert people[0].notes.get().author == user

    page.get_by_role("button", name="Archive").click()
    page.get_by_text("Anna Karenina is archived.").wait_for()
    expect(page.get_by_role("link", name="Anna Karenina")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Anna Karenina is restored.").wait_for()
    assert Contact.objects.get(pk=people[0].pk).deleted_at is None


def test_what_is_typed_elsewhere_outlives_a_save(enter, people):
    page = enter(f"/contacts/{people[0].pk}", **WIDE)
    page.locator("label[for=tab-note]").click()
    page.locator("#note-form textarea").fill("Half a note")
    expect(page.locator("#note-draft-state")).to_contain_text("Draft saved")
    page.get_by_role("link", name="Edit Phone").click()
    page.get_by_label("Phone").fill("06 11 11 11 11")
    page.get_by_role("link", name="Edit E-mail").click()
    page.locator("#fact-email").get_by_role("textbox").fill("new@example.org")
    page.locator("#fact-email").get_by_role("button", name="Save", exact=True).click()
    entry(page, "new@example.org").wait_for()
    expect(page.get_by_label("Phone")).to_have_value("06 11 11 11 11")
    expect(page.locator("#note-form textarea")).to_have_value("Half a note")
    page.reload()
    expect(page.locator("#note-form textarea")).to_have_value("Half a note")


def test_of_two_who_edit_one_is_told(enter, people):
    page = enter(f"/contacts/{people[0].pk}", **WIDE)
    page.get_by_role("link", name="Edit Name").click()
    page.get_by_label("Name").fill("Mine")
    people[0].change({"name": "Theirs"}, by=None)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("alert").get_by_text("Theirs").wait_for()
    expect(page.get_by_label("Name")).to_have_value("Mine")
    page.get_by_label("Name").press("Escape")
    page.locator("#fact-name .fact-value").wait_for()
    expect(page.locator("#fact-name .fact-value")).to_have_text("Theirs")


def test_by_keyboard_alone(enter, people):
    page = enter("/contacts?sort=name", **WIDE)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Boris").wait_for()
    page.wait_for_load_state()
    page.go_back()
    page.get_by_role("link", name="Boris").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("chl")
    page.get_by_role("link", name="Boris").wait_for(state="detached")
    expect(page.get_by_role("link", name="Chloe")).to_be_visible()


@pytest.mark.smoke
def test_the_key_x_chooses_the_row_under_the_cursor(enter, people):
    page = enter("/contacts", **WIDE)
    boxes = page.locator("tbody .book-tick input")
    expect(boxes).to_have_count(3)
    page.keyboard.press("x")
    assert [box.is_checked() for box in boxes.all()] == [False, False, False]
    names = page.locator("[data-row]").all_inner_texts()
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    assert [box.is_checked() for box in boxes.all()] == [False, True, False]
    expect(page.get_by_role("link", name=names[1])).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert [box.is_checked() for box in boxes.all()] == [True, True, False]
    page.keyboard.press("x")
    assert [box.is_checked() for box in boxes.all()] == [False, True, False]
    page.locator("#id_q").press("x")
    expect(page.locator("#id_q")).to_have_value("x")
    assert Contact.objects.filter(deleted_at=None).count() == 3


def test_sorting_and_filters_go_together_and_back_works(enter, people):
    people[1].change({"status": "renter"}, by=None)
    page = enter("/contacts", **WIDE)
    page.get_by_role("link", name="Name").click()
    page.wait_for_url("**/contacts?sort=name")
    page.locator("#id_status").select_option("renter")
    page.get_by_role("link", name="Anna").wait_for(state="detached")
    page.wait_for_url("**/contacts?status=renter&sort=name")
    page.reload()
    expect(page.locator("#id_status")).to_have_value("renter")
    page.go_back()
    page.get_by_role("link", name="Anna").wait_for()


def test_a_deleted_note_comes_back(enter, people, user):
    note = ContactNote.objects.add_note(people[0], "Keep me", by=user)
    page = enter(f"/contacts/{people[0].pk}", **PHONE)
    entry(page, "Keep me").get_by_role("button", name="Delete").click()
    page.locator("#toasts").get_by_text("The note is deleted.").wait_for()
    page.get_by_role("button", name="Undo").click()
    entry(page, "Keep me").get_by_role("link", name="Edit").click()
    page.locator(f"#note-{note.pk} textarea").fill("Kept")
    page.get_by_role("button", name="Save", exact=True).click()
    entry(page, "Kept").wait_for()
    note.refresh_from_db()
    assert (note.body, note.deleted_at) == ("Kept", None)


@on_both_widths()
def test_merge_and_undo(enter, people, user, has_javascript, size):
    twin = Contact.objects.register(user.pro, name="ANNA", phone="+33612345678", referral_source="A friend")
    page = enter(f"/contacts/{people[0].pk}", java_script_enabled=has_javascript, **size)
    page.get_by_role("link", name="Compare and merge").click()
    page.get_by_role("heading", name="Merge two contacts").wait_for()
    page.wait_for_load_state()
    page.locator("[name=name][value=b]").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_text("is merged into").wait_for()
    twin.refresh_from_db()
    assert (twin.merged_into, people[0].merges.count()) == (people[0], 1)
    expect(page).to_have_url(re.compile(str(people[0].pk)))
    people[0].refresh_from_db()
    assert (people[0].name, people[0].referral_source) == ("ANNA", "A friend")

    page.goto(f"/contacts/{twin.pk}")
    page.wait_for_url(f"**/contacts/{people[0].pk}")
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_text("are two contacts again.").wait_for()
    assert sorted(Contact.objects.for_pro(user.pro).values_list("name", flat=True)) == [
        "ANNA",
        "Anna",
        "Boris",
        "Chloe",
    ]


def test_from_the_search_into_the_list_and_back_to_it(enter, people):
    page = enter("/contacts?sort=name", **WIDE)
    page.keyboard.press("/")
    page.keyboard.type("chl")
    page.get_by_role("link", name="Anna").wait_for(state="detached")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Chloe").wait_for()
    page.wait_for_load_state()
    page.locator("[data-back]").click()
    page.wait_for_url("**/contacts?q=chl&sort=name")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator("#id_q")).to_have_value("chl")
    expect(page.locator("#id_q")).not_to_be_focused()


def test_the_first_entry_of_a_contact_stands_high(enter, people):
    people[0].change({"name": "Anna Karenina"}, by=None)
    page = enter(f"/contacts/{people[0].pk}", **WIDE)
    assert page.locator("#contact-head").bounding_box()["height"] == 56
    assert page.locator("#thread .entry").first.bounding_box()["y"] <= 130
