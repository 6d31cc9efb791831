"""The edit of a note is undone from its toast."""

import pytest

from contacts.models import ContactNote
from tests.factories import UserFactory
from tests.pages import Page

LATE = "This can no longer be undone."


@pytest.fixture
def note(contact, user):
    return ContactNote.objects.add_note(contact(name="Jane"), "First text", by=user)


def edit(browser, note, text, was="First text", **headers):
    return browser.post(
        f"/contacts/{note.contact_id}/notes/{note.pk}", {"edit-body": text, "edit-was": was}, headers=headers
    )


def undo_form(page):
    return page.form(".toast form")


def row(note):
    return ContactNote.objects.values_list("body", "edited_at", "former").get(pk=note.pk)


def test_without_javascript_the_next_page_offers_it(browser, note):
    response = edit(browser, note, "Second text")
    page = Page(browser.get(response["Location"]))
    assert "The note is changed." in page.text
    assert row(note)[0] == "Second text"
    response = browser.post(undo_form(page).action)
    assert response["Location"] == f"/contacts/{note.contact_id}"
    assert row(note) == ("First text", None, [])
    assert "The note says what it said before." in Page(browser.get(response["Location"])).text


def test_htmx_gets_the_note_in_its_place(browser, note):
    target = f"note-{note.pk}"
    fragment = Page(edit(browser, note, "Second text", **{"HX-Request": "true", "HX-Target": target}))
    undone = browser.post(undo_form(fragment).action, headers={"HX-Request": "true", "HX-Target": "toasts"})
    shown = Page(undone).one(f"#{target}")
    assert (shown["hx-swap-oob"], shown.texts(".words p")) == ("true", ["First text"])


def test_a_second_edit_is_undone_to_the_first(browser, note):
    edit(browser, note, "Second text")
    first = row(note)
    response = edit(browser, note, "Third text", was="Second text")
    page = Page(browser.get(response["Location"]))
    browser.post(page.all(".toast form")[-1]["action"])
    assert row(note) == ("Second text", first[1], [])


@pytest.mark.parametrize("since", ["edit", "delete", "undo"])
def test_an_edit_that_something_followed_stays(browser, note, since):
    edit(browser, note, "Second text")
    action = undo_form(Page(browser.get(f"/contacts/{note.contact_id}"))).action
    if since == "edit":
        ContactNote.objects.get(pk=note.pk).change_body("Theirs", expected="Second text")
    elif since == "delete":
        ContactNote.objects.get(pk=note.pk).soft_delete()
    else:
        browser.post(action)
        browser.get(f"/contacts/{note.contact_id}")
    before = row(note)
    response = browser.post(action)
    assert LATE in Page(browser.get(response["Location"])).text
    assert row(note) == before


def test_an_edit_that_changes_nothing_offers_nothing(browser, note):
    response = edit(browser, note, " First text ")
    page = Page(browser.get(response["Location"]))
    assert ("First text" in page.text, "The note is changed." in page.text) == (True, False)


@pytest.mark.parametrize("of", ["", "x", "2026-01-01", "\0", "9999999999999999-01-01T00:00:00Z"])
def test_a_made_up_time_is_a_bad_request(browser, note, of):
    assert browser.post(f"/contacts/{note.contact_id}/notes/{note.pk}/undo", query_params={"of": of}).status_code == 400
    assert row(note) == ("First text", None, [])


def test_an_archived_contacts_note_stays(browser, note):
    edit(browser, note, "Second text")
    action = undo_form(Page(browser.get(f"/contacts/{note.contact_id}"))).action
    note.contact.archive(by=None)
    before = row(note)
    browser.post(action)
    assert row(note) == before


def test_another_pro_finds_no_note(other_browser, browser, note):
    edit(browser, note, "Second text")
    action = undo_form(Page(browser.get(f"/contacts/{note.contact_id}"))).action
    assert (other_browser.post(action).status_code, row(note)[0]) == (404, "Second text")


def test_a_colleague_may_undo_it(browser, client, note, user):
    edit(browser, note, "Second text")
    action = undo_form(Page(browser.get(f"/contacts/{note.contact_id}"))).action
    client.force_login(UserFactory(pro=user.pro))
    client.post(action)
    assert row(note)[0] == "First text"
