"""Undoing an import on its page, and the rows that need a look."""

import pytest

from contacts.importing.jobs import start_undo
from contacts.models import Contact, ContactImport
from tests.pages import Page

from ..imports import checked, imported, uploaded

TEXT = "name,email,phone\nAnna,anna@x.org,ask me\nBea,bea@x.org,\n"


def path(contact_import, rest=""):
    return f"/contacts/import/{contact_import.pk}{rest}"


def get(browser, contact_import, query=""):
    return Page(browser.get(path(contact_import, query)))


def test_an_import_is_undone_by_its_button(browser, user, work_tasks):
    contact_import = imported(user, TEXT, work_tasks)
    Contact.objects.get(name="Bea").change({"status": "renter"}, by=user)
    page = get(browser, contact_import)
    assert page.form(f'[action="{path(contact_import, "/undo")}"]').one("button").text == "Undo the import"
    response = browser.post(path(contact_import, "/undo"))
    assert (response.status_code, response["Location"]) == (302, path(contact_import))
    assert get(browser, contact_import).one("#progress-title").text == "The import is being undone"
    work_tasks()
    page = get(browser, contact_import)
    sums = page.one("[aria-labelledby=sums-title]")
    assert sums.texts("dl > div") == ["Created 2", "Completed 0", "Known already 0", "Refused 0"]
    assert sums.one("h2").text == "Undone"
    assert sums.texts("li") == ["1 · Changed since the import"]
    assert sums.texts("p")[1].startswith("1 row was undone.")
    assert page.values("main form", "action") == []
    rows = get(browser, contact_import, "?show=not_undone").texts(".import-rows > li")
    assert rows == ["3 Bea bea@x.org Not undone: Changed since the import."]
    assert Page(browser.get("/contacts/import")).texts("li.token .tag") == ["Undone"]


def test_the_event_stands_in_the_history_of_a_contact(browser, user, work_tasks):
    contact_import = imported(user, TEXT, work_tasks)
    start_undo(contact_import, by=user)
    work_tasks()
    page = Page(browser.get(f"/contacts/{Contact.objects.get(name='Anna').pk}"))
    assert any(text.startswith("Import undone contacts.csv Olive Owner") for text in page.texts(".entry"))


def test_a_second_click_says_nothing_and_a_later_one_that_it_is_over(browser, user, work_tasks):
    contact_import = imported(user, TEXT, work_tasks)
    for _ in range(2):
        browser.post(path(contact_import, "/undo"))
        assert get(browser, contact_import).one("#toasts").texts("p") == []
    work_tasks()
    browser.post(path(contact_import, "/undo"))
    assert get(browser, contact_import).texts("#toasts .toast-error p") == ["This import cannot be undone any more."]


def test_a_toast_offers_to_undo_a_run_that_was_watched(browser, user, work_tasks):
    contact_import = checked(user, TEXT, work_tasks)
    browser.post(path(contact_import, "/run"))
    htmx = {"HX-Request": "true", "HX-Target": "progress"}
    assert Page(browser.get(path(contact_import), headers=htmx)).one("#progress-title").text == (
        "The contacts are being imported"
    )
    work_tasks()
    assert browser.get(path(contact_import), headers=htmx)["HX-Refresh"] == "true"
    page = get(browser, contact_import)
    assert page.texts("#toasts p") == ["The file is imported."]
    assert browser.post(page.form("#toasts form").action, headers=htmx)["HX-Redirect"] == path(contact_import)
    contact_import.refresh_from_db()
    assert contact_import.state == "undoing"


@pytest.mark.parametrize("make", [uploaded, checked])
def test_an_import_that_was_not_run_cannot_be_undone(browser, user, work_tasks, make):
    contact_import = make(user, TEXT, *([work_tasks] if make is checked else []))
    assert get(browser, contact_import).values("main form[action]", "action")[-1:] == [path(contact_import, "/discard")]
    assert not get(browser, contact_import).has(f'form[action="{path(contact_import, "/undo")}"]')
    before = ContactImport.objects.values().get()
    browser.post(path(contact_import, "/undo"))
    assert ContactImport.objects.values().get() == before


def test_another_pros_import_cannot_be_undone(other_browser, browser, user, work_tasks):
    contact_import = imported(user, TEXT, work_tasks)
    before = ContactImport.objects.values().get()
    assert Page(other_browser.post(path(contact_import, "/undo")), status=404).one("h1").text == "There is nothing here"
    response = browser.get(path(contact_import, "/undo"))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert ContactImport.objects.values().get() == before


def test_a_failed_undo_is_retried_on_request(browser, user, work_tasks):
    contact_import = imported(user, TEXT, work_tasks)
    start_undo(contact_import, by=user)
    ContactImport.objects.update(error="OSError")
    page = get(browser, contact_import)
    assert page.values("main form", "action") == [path(contact_import, "/run")]
    browser.post(path(contact_import, "/run"))
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts["undone"]) == ("undone", 2)


def test_values_that_are_left_out_are_shown(browser, user, work_tasks):
    contact_import = checked(user, TEXT, work_tasks)
    page = get(browser, contact_import)
    assert "In 1 row an unusable value is left out." in page.one("[aria-labelledby=go-title]").text
    assert page.texts(".tabs a")[-1] == "Values left out 1"
    rows = get(browser, contact_import, "?show=left_out").texts(".import-rows > li")
    assert rows == ["2 Anna anna@x.org Phone “ ask me ” : Unusable, and left out."]


def test_the_other_columns_are_kept_on_request(browser, user, work_tasks):
    contact_import = uploaded(user, TEXT.replace("phone", "Hobby"))
    fields = {"0": "name", "1": "email", "2": ""}
    browser.post(path(contact_import), {**fields, "keeps_rest": "on"})
    work_tasks()
    form = get(browser, contact_import, "?columns").form("[aria-labelledby=columns-title]")
    assert form.fields == {**fields, "keeps_rest": "on"}
    assert get(browser, contact_import).texts(".import-rows p.small") == ["Hobby: ask me"]
