"""Archive a contact, undo it, and restore it later."""

import pytest

from contacts.book.merging import merge_contacts
from contacts.models import Contact
from tests.pages import Page


@pytest.fixture
def jane(contact):
    return contact(name="Jane <b>")


def test_archive_and_undo(browser, jane, user):
    response = browser.post(f"/contacts/{jane.pk}/archive")
    assert (response.status_code, response["Location"]) == (302, "/contacts")
    page = Page(browser.get("/contacts"))
    assert (page.texts("#toasts p"), page.texts("[data-row]")) == (["Jane <b> is archived."], [])
    response = browser.post(page.form("#toasts form").action, follow=True)
    assert response.redirect_chain == [(f"/contacts/{jane.pk}", 302)]
    assert Page(response).one("#toasts").texts("p") == ["Jane <b> is restored."]
    assert Contact.objects.get().deleted_at is None
    assert list(jane.events.values_list("kind", "user")) == [("deleted", user.pk), ("restored", user.pk)]
    page = Page(browser.get("/contacts"))
    assert (page.texts("[data-row]"), page.one("#toasts").texts("p")) == (["Jane <b>"], [])


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_a_second_time_changes_nothing(browser, jane, verb):
    if verb == "restore":
        jane.archive(by=None)
    location = "/contacts" if verb == "archive" else f"/contacts/{jane.pk}"
    for _ in range(2):
        response = browser.post(f"/contacts/{jane.pk}/{verb}")
        assert (response.status_code, response["Location"]) == (302, location)
    assert (Contact.objects.get().deleted_at is None) == (verb == "restore")
    assert jane.events.filter(kind={"archive": "deleted", "restore": "restored"}[verb]).count() == 1
    assert Page(browser.get("/contacts")).texts("#toasts p") == [f"Jane <b> is {verb.rstrip('e')}ed."]


def test_a_contact_merged_meanwhile_is_not_restored(browser, jane, contact):
    kept = contact(name="Janet")
    merge_contacts(kept, jane, by=None)
    page = Page(browser.post(f"/contacts/{jane.pk}/restore", follow=True))
    assert (page.one("h1").text, page.texts("#toasts .toast-error p")) == ("Janet", ["Jane <b> was merged meanwhile."])
    assert Contact.objects.get(pk=jane.pk).merged_into_id == kept.pk


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_another_pros_contact_is_404(other_browser, jane, verb):
    if verb == "restore":
        jane.archive(by=None)
    before = Contact.objects.values().get()
    assert "Jane" not in Page(other_browser.post(f"/contacts/{jane.pk}/{verb}"), status=404).text
    assert Contact.objects.values().get() == before
    assert Page(other_browser.get("/contacts")).one("#toasts").texts("p") == []


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_a_get_changes_nothing(browser, jane, verb):
    response = browser.get(f"/contacts/{jane.pk}/{verb}")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert Contact.objects.get().deleted_at is None
